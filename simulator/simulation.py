"""
One run of a world: actors on a clock, and what they did as batches of records in the order of time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import blake2b
from random import Random

import msgspec

from inventory_stream.records import Encoded
from simulator.actors.promoters import promote
from simulator.clock import DAY_S, DAY_US, Actor, Clock, microseconds
from simulator.customers import Population
from simulator.journal import Happening, Journal, encoded
from simulator.labels import Labels
from simulator.planning import Planner
from simulator.plans import Programme
from simulator.scenario import Scenario
from simulator.stage import Stage
from simulator.strategies import direct
from simulator.truth import Truth
from simulator.world import World, make_world

FOR_EVER_US = 2**62
TURNS = 256


class Run:
    """
    A clock, a stage, and the journal of what happened on it. Knows nothing of what is played.

    Args:
        run: starts every id of the run; the source is `/simulator/<run>`.
        seed: the dice. The same seed, actors and start give the same records, byte for byte.
        truth: hears what really happens; whether it does changes no record.
    """

    def __init__(
        self, run: str, seed: int | str, start: datetime, population: Population, truth: Truth | None = None
    ) -> None:
        self._clock = Clock(start)
        self._journal = Journal(run, self._clock)
        self.stage = Stage(run, self._clock, self._journal, population, Random(f"{seed}/run"), truth or Truth())
        self.stage.listeners.append(self.stage.truth)

    @property
    def source(self) -> str:
        """
        The CloudEvents source of all records of this run.
        """
        return self._journal.source

    @property
    def count(self) -> int:
        """
        How many records there were so far.
        """
        return self._journal.count

    @property
    def truth(self) -> Mapping[str, str]:
        """
        Who is what: customer_id → class, of everybody who did something so far; empty unless the truth remembers it.
        """
        return self.stage.truth.kinds

    def start(self, actor: Actor) -> None:
        """
        Let an actor begin now.
        """
        self.stage.start(actor)

    def advance(self, until: datetime) -> list[Happening]:
        """
        Let time pass until just before `until` and return what happened.
        """
        until_us = microseconds(until)
        while self._clock.run(until_us, TURNS):
            pass
        self._clock.skip_to(until_us)
        return self._journal.take()

    def batches(self, size: int = 1_000, until: datetime | None = None) -> Iterator[list[Happening]]:
        """
        Yield what happens, in order, in batches of about `size` records, until nobody acts any more or until `until`.
        """
        until_us = FOR_EVER_US if until is None else microseconds(until)
        while self._clock.run(until_us, TURNS):
            if self._journal.waiting() >= size:
                yield self._journal.take()
        if self._journal.waiting():
            yield self._journal.take()

    def encoded(self, size: int = 1_000, until: datetime | None = None) -> Iterator[list[Encoded]]:
        """
        Yield the same batches as bytes, ready to append.
        """
        for happenings in self.batches(size, until):
            yield encoded(happenings, self.source)

    def encoded_to_end(self, until: datetime, size: int = 1_000) -> Iterator[list[Encoded]]:
        """
        Yield what happens until `until`, as bytes, and end the run there: no hold outlives it.
        """
        yield from self.encoded(size, until)
        if ended := self.close():
            yield encoded(ended, self.source)

    def close(self) -> list[Happening]:
        """
        End the run early, now: release every hold that still runs, and return what happened.
        """
        for hold in list(self.stage.office.holds.values()):
            self.stage.office.end(hold, "released")
        self.stage.problems.end()
        return self._journal.take()


class Simulation(Run):
    """
    The run of a whole world: its venues, and all its shows from announcement to doors.

    Args:
        days: how long the world lasts: no show is announced later. Those that are announced go on to their end.
        truth: hears what really happens. Who made it ends it, when all records are delivered.
    """

    def __init__(self, world: World, run: str, days: float, truth: Truth | None = None) -> None:
        super().__init__(run, world.seed, world.start, world.population, truth)
        scenario, stage = world.scenario, self.stage
        stage.supply, stage.demand = scenario.supply, scenario.demand
        stage.truth.about(run, self.source, scenario.name, world.seed)
        stage.labels = Labels(stage, scenario.labels)
        stage.problems.plan(scenario.problems, world.seed, run)
        direct(stage, scenario.strategies, days)
        self.start(each_day(stage, days))
        for venue in world.venues:
            self.stage.tell(venue.defined)
            for section in venue.sections:
                self.stage.tell(section.mapped(venue.defined.venue_id, venue.chart_id, venue.chart_version))
        planner = Planner(run, world.venues, scenario.supply)
        for number, programme in enumerate(scenario.supply.programmes):
            self.start(play(stage, planner, programme, Random(f"{world.seed}/programme/{number}"), days))


def simulate(
    scenario: Scenario,
    seed: int,
    start: datetime,
    *,
    run: str = "",
    days: float | None = None,
    truth: Truth | None = None,
) -> Simulation:
    """
    Return the run of a scenario: the same arguments give the same records, byte for byte.

    Args:
        run: starts every id. Made of all other arguments when empty, so that no two runs share an id unless they are
            the same run.
        days: how long the world lasts; the scenario says it when it is None.
        truth: hears what really happens. Who made it ends it, when all records are delivered.
    """
    lasts = days or scenario.days
    run = run or run_name(scenario, seed, start, lasts)
    return Simulation(make_world(run, scenario, seed, start), run, lasts, truth)


def run_name(scenario: Scenario, seed: int, start: datetime, days: float) -> str:
    """
    Return a name that only a run of these very arguments has.
    """
    content = msgspec.json.encode((scenario, seed, start, days))
    return f"{scenario.name}-{blake2b(content, digest_size=8).hexdigest()}"


def each_day(stage: Stage, days: float) -> Actor:
    """
    Tell listeners that a day begins, until the world has ended and its last show is over.
    """
    number = 0
    while number < days or stage.shows:
        for listener in stage.listeners:
            listener.day(number)
        number += 1
        yield DAY_S


def play(stage: Stage, planner: Planner, programme: Programme, dice: Random, days: float) -> Actor:
    """
    Announce one tour of a programme after the other until the world ends.
    """
    ends_us = stage.clock.now_us + round(days * DAY_US)
    yield programme.first_day * DAY_S
    played = 0
    while stage.clock.now_us < ends_us:
        for plan in planner.tour(programme, stage.clock.now_us, dice):
            stage.start(promote(stage, plan))
        played += 1
        if not programme.every_days or played == programme.times:
            return
        yield programme.every_days * DAY_S * (0.7 + 0.6 * dice.random())
