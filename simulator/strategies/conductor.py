"""
Switches strategies on and off on their days, and tells those that are on what happens.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from simulator.clock import DAY_S, SECOND_US, Actor
from simulator.strategies.base import AnyStrategy, StrategyPlan
from simulator.strategies.crew import Crew
from simulator.strategies.loading import check_plan, make_strategy

if TYPE_CHECKING:
    from simulator.shows import Show
    from simulator.stage import Stage


class Conductor:
    """
    Plays the strategies of a scenario. It hears of shows as one of the stage's listeners.

    Args:
        days: when the scenario ends (days since its start); infinity for one that never does.

    Raises:
        StrategyError: a plan cannot be played.
    """

    def __init__(self, stage: Stage, plans: Sequence[StrategyPlan], days: float) -> None:
        for plan in plans:
            check_plan(plan)
        self._stage = stage
        self._plans = plans
        self._days = days
        self._start_us = stage.clock.now_us
        self._crews: dict[str, Crew] = {}
        self._open: list[Show] = []
        self._playing: dict[int, AnyStrategy] = {}
        self._begun: set[int] = set()

    @property
    def playing(self) -> Sequence[AnyStrategy]:
        """
        The strategies that are on now.
        """
        return list(self._playing.values())

    def play(self) -> Actor:
        """
        Switch strategies when their time has come, be it in the middle of a day.
        """
        switches = {day for plan in self._plans for day in (plan.from_day, plan.to_day) if day is not None}
        for day in sorted({min(day, self._days) for day in switches} | {self._days}):
            if day < math.inf:
                yield max(0.0, self._stage.clock.until(self._start_us + round(day * DAY_S * SECOND_US)))
                self._switch(day)

    def day(self, number: int) -> None:
        """
        Begin a day for the strategies that are on.
        """
        begun = self._switch(number)
        for place, strategy in list(self._playing.items()):
            if place not in begun:
                strategy.day(number)

    def announced(self, show: Show) -> None:
        """
        Tell strategies of a new show.
        """
        for strategy in self.playing:
            strategy.announced(show)

    def opened(self, show: Show, presale: str) -> None:
        """
        Tell strategies that a sale begins.
        """
        if not presale and show not in self._open:
            self._open.append(show)
        for strategy in self.playing:
            strategy.opened(show, presale)

    def closed(self, show: Show) -> None:
        """
        Note that a show is not sold any more.
        """
        if show in self._open:
            self._open.remove(show)

    def _switch(self, day: float) -> set[int]:
        """
        End what ends by this day and begin what is on then; returns the plans that began, each with its first day.
        """
        for place, strategy in list(self._playing.items()):
            to_day = self._plans[place].to_day
            if day >= (self._days if to_day is None else to_day):
                del self._playing[place]
                strategy.active = False
                strategy.ended()
        due = {p for p, plan in enumerate(self._plans) if plan.from_day <= day < self._days} - self._begun
        self._begun |= due
        for place in sorted(due):
            self._playing[place] = self._begin(self._plans[place])
            self._playing[place].day(int(day))
        return due

    def _begin(self, plan: StrategyPlan) -> AnyStrategy:
        name = plan.crew or plan.strategy
        crew = self._crews.setdefault(name, Crew(self._stage.population, name))
        return make_strategy(plan, self._stage, crew, self._open)


def direct(stage: Stage, plans: Sequence[StrategyPlan], days: float) -> None:
    """
    Play the strategies on the stage from now on; see `Conductor`.
    """
    conductor = Conductor(stage, plans, days)
    if plans:
        stage.listeners.append(conductor)
        stage.start(conductor.play())
