"""
The interface of a strategy: how some people abuse the system, from a day to a day.

    class Sniper(Strategy[SniperOptions]):          # docs/strategies.md has this example whole
        name = "sniper"
        takes = SniperOptions

        def opened(self, show: Show, presale: str) -> None:
            for account in self.crew.accounts(self.options.accounts, self.name):
                self.stage.start(self.snipe(show, account), after_s=2.0)

A strategy starts actors: generators that act and yield how many seconds they wait. Whatever they ask for, the box office
keeps it legal. `stage.visit(customer, …)` opens a session and notes in the truth, and nowhere else, who was what today.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, TypeVar

import msgspec

if TYPE_CHECKING:
    from simulator.customers import Customer
    from simulator.shows import Show
    from simulator.stage import Stage
    from simulator.strategies.crew import Crew


class StrategyPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    One strategy of a scenario: who does what from when to when.

    strategy: a built-in name (`bulk_bots`), or `package.module:Class` for one defined elsewhere.
    from_day, to_day: days since the scenario's start; None: to its end. Nothing in the stream announces either.
    crew: plans of one crew are the same people, who change their ways; by default the crew is named after the strategy.
    options: see the strategy's own options; what is left out has its default.
    """

    strategy: str
    from_day: float = 0.0
    to_day: float | None = None
    crew: str = ""
    options: dict[str, float | int | str | bool] = {}


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    Base of what can be said about a strategy in a scenario; a strategy without options of its own takes this one.

    notice: how easily a deed is noticed (0 … 1), as a part of the labels' `noticed_share`.
    """

    notice: Annotated[float, msgspec.Meta(ge=0, le=1)] = 1.0


Chosen = TypeVar("Chosen", bound=Options)


class Strategy(Generic[Chosen]):
    """
    One way to abuse the system. A subclass names itself and its options, and overrides the hooks that it needs.

    Attributes:
        name: the class of its people in the truth.
        takes: the class of its options.
        suspicion: what reviewers call it when they find out; the only word about it that the stream may carry.
        active: whether it goes on. The conductor switches it off; actors look at it before they begin anything new, and
            wind down what they had begun (let holds go, keep or sell what they bought).
        open_shows: the shows that are on sale to all now.
    """

    name: ClassVar[str]
    takes: ClassVar[type[Options]] = Options
    suspicion: ClassVar[str] = "reselling"

    def __init__(self, stage: Stage, crew: Crew, options: Chosen, open_shows: Sequence[Show] = ()) -> None:
        self.stage = stage
        self.crew = crew
        self.options = options
        self.open_shows = open_shows
        self.active = True

    def announced(self, show: Show) -> None:
        """
        A show was announced; it is not on sale yet.
        """

    def opened(self, show: Show, presale: str) -> None:
        """
        A sale begins: the presale of this name, or the general sale when the name is empty.
        """

    def day(self, number: int) -> None:
        """
        A day of the scenario begins (0, 1, …); also the first time after the strategy began.
        """

    def noticed(self, customer: Customer) -> None:
        """
        Let reviewers perhaps notice what this customer just did; call it once a deed.
        """
        if self.stage.draw() < self.options.notice:
            self.stage.labels.suspected(customer, self.suspicion)

    def ended(self) -> None:
        """
        The strategy was just switched off.
        """


AnyStrategy = Strategy[Any]
