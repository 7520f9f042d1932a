"""
The problems of a run as its people feel them.
"""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import TYPE_CHECKING, TypeVar

import msgspec

from simulator.clock import DAY_S, HOUR_S, Actor
from simulator.problems.mispricing import misprice
from simulator.problems.plans import (
    ChartFailure,
    MispricedSection,
    PaymentFailure,
    ProblemPlan,
    QueueStall,
    SomePeople,
)
from simulator.shows import Show
from simulator.visit import Visit

if TYPE_CHECKING:
    from simulator.stage import Stage

Hitting = TypeVar("Hitting", bound=SomePeople)


class Trouble(msgspec.Struct):
    """
    A problem that goes on: at one event, or at all when `event_id` is empty. `hits` counts how often it struck.
    """

    id: str
    plan: ProblemPlan
    event_id: str
    section: str
    start_us: int
    hits: int = 0


class Problems:
    """
    Asked by fans at the step where it would hurt. Until something is planned, nothing goes wrong.

    It has dice of its own: while nothing goes wrong, it moves nobody's luck.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._random = Random(0)
        self._now: list[Trouble] = []
        self._began = 0
        self._waiting: list[ProblemPlan] = []
        self._selling: dict[str, Show] = {}
        self._world = ""

    def plan(self, plans: Iterable[ProblemPlan], seed: int, world: str) -> None:
        """
        Let these problems happen; it is now the start of the scenario.

        Args:
            world: starts the ids of its events.
        """
        self._random = Random(f"{seed}/problems")
        self._world = world
        self._stage.listeners.append(self)
        for plan in plans:
            if plan.from_day is None:
                self._waiting.append(plan)
            else:
                self._stage.start(self._begin(plan), plan.from_day * DAY_S)

    def payment_error(self, visit: Visit, show: Show) -> str:
        """
        Return why a payment fails now, or nothing.
        """
        plan = self._hit(PaymentFailure, visit, show) if self._now else None
        return plan.reason if plan else ""

    def chart_fails(self, visit: Visit, show: Show) -> bool:
        """
        Return whether the seat map does not load.
        """
        return bool(self._now) and self._hit(ChartFailure, visit, show) is not None

    def queue_stall_s(self, visit: Visit, show: Show) -> float:
        """
        Return how many seconds longer the queue takes.
        """
        plan = self._hit(QueueStall, visit, show) if self._now else None
        return plan.extra_s if plan else 0.0

    def end(self) -> None:
        """
        Note in the truth that what still goes on is over, because the run is.
        """
        for trouble in list(self._now):
            self._over(trouble)

    def announced(self, show: Show) -> None:
        """
        Hear of a show.
        """

    def opened(self, show: Show, presale: str) -> None:
        """
        Begin what waits for the sale of a show.
        """
        if presale:
            return
        self._selling[show.event_id] = show
        for plan in self._waiting:
            if not plan.events or show.event_id in self._ids(plan):
                self._stage.start(self._happen(plan, show.event_id), (plan.after_on_sale_h or 0.0) * HOUR_S)

    def closed(self, show: Show) -> None:
        """
        Forget a show that is no longer sold.
        """
        self._selling.pop(show.event_id, None)

    def day(self, number: int) -> None:
        """
        Hear that a day begins.
        """

    def _ids(self, plan: ProblemPlan) -> list[str]:
        return [f"{self._world}-e{number}" for number in plan.events]

    def _begin(self, plan: ProblemPlan) -> Actor:
        """
        Let a plan happen at each event concerned; one for all events is one trouble, unless it touches their prices.
        """
        event_ids = self._ids(plan) or (list(self._selling) if isinstance(plan, MispricedSection) else [""])
        for event_id in event_ids:
            self._stage.start(self._happen(plan, event_id))
        yield from ()

    def _happen(self, plan: ProblemPlan, event_id: str) -> Actor:
        self._began += 1
        trouble = Trouble(f"p{self._began}", plan, event_id, "", self._stage.clock.now_us)
        if isinstance(plan, MispricedSection):
            wrong = misprice(self._stage, self._selling.get(event_id), plan)
            if wrong is None:
                return
            trouble.section, trouble.hits = wrong.places.section, wrong.places.capacity
            self._now.append(trouble)
            yield plan.hours * HOUR_S
            wrong.end()
        else:
            self._now.append(trouble)
            yield plan.hours * HOUR_S
        self._over(trouble)

    def _over(self, trouble: Trouble) -> None:
        if trouble not in self._now:
            return
        self._now.remove(trouble)
        plan = trouble.plan
        region, device_kind = (plan.region, plan.device_kind) if isinstance(plan, SomePeople) else ("", "")
        self._stage.truth.problem(
            trouble.id,
            plan.kind,
            trouble.event_id,
            trouble.start_us,
            self._stage.clock.now_us,
            section=trouble.section,
            region=region,
            device_kind=device_kind,
            amount=plan.amount,
            hits=trouble.hits,
        )

    def _hit(self, kind: type[Hitting], visit: Visit, show: Show) -> Hitting | None:
        for trouble in self._now:
            plan = trouble.plan
            if not isinstance(plan, kind) or not _reaches(trouble.event_id, plan, visit, show):
                continue
            if self._random.random() < plan.share:
                trouble.hits += 1
                return plan
        return None


def _reaches(event_id: str, plan: SomePeople, visit: Visit, show: Show) -> bool:
    return (
        event_id in {"", show.event_id}
        and plan.device_kind in {"", visit.customer.device_kind}
        and plan.region in {"", visit.customer.region}
    )
