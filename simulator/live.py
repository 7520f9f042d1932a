"""
On-sales that never end: a show is sold until nothing is left, then the next one goes on sale.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from math import inf
from random import Random

import msgspec

from simulator.actors.fans import fan
from simulator.actors.promoters import announce, close_sale, doors, open_sale
from simulator.clock import HOUR_S, SECOND_US, Actor
from simulator.journal import Happening
from simulator.shows import Plan, Show, Venue
from simulator.simulation import Run, each_day
from simulator.strategies import direct, usual_strategies
from simulator.world import World, make_plan

RECORDS_A_VISIT = 6.2
"""Records that one visit brings in the long run (measured), what comes of its tickets included."""

AHEAD_S = 12 * HOUR_S
"""A live show takes place tonight: what is kept in memory about sold tickets is bounded by half a day of sales."""


class LiveSale(Run):
    """
    A run of endless on-sales at venues of a world, one for each lane, with about `rate` records a second altogether.

    Every run announces shows of its own, so it may start at any time and beside whatever the stream already holds.
    """

    def __init__(self, world: World, seed: int, run: str, start: datetime, rate: float) -> None:
        super().__init__(run, seed, start, world.population)
        self._run = run
        self._dice = Random(f"{seed}/live")
        self._shows = 0
        self._open: list[Show] = []
        direct(self.stage, usual_strategies(world.population.size), inf)
        self.start(each_day(self.stage))
        big = [venue for venue in world.venues if venue.chart.kind in {"arena", "stadium", "festival"}]
        small = [venue for venue in world.venues if venue.chart.kind not in {"arena", "stadium", "festival"}]
        lanes = [venues for venues in (big, small) if venues]
        for venues in lanes:
            self.start(self._sell(venues, rate / RECORDS_A_VISIT / len(lanes)))

    def close(self) -> list[Happening]:
        """
        End the run: stop selling, release every hold, and leave no on-sale behind that nobody serves.
        """
        for show in self._open:
            close_sale(self.stage, show)
        self._open.clear()
        return super().close()

    def _sell(self, venues: Sequence[Venue], visits_per_s: float) -> Actor:
        stage = self.stage
        while True:
            show = announce(stage, self._plan(venues))
            yield 1.0
            open_sale(stage, show)
            self._open.append(show)
            stage.start(self._doors(show))
            for listener in stage.listeners:
                listener.opened(show, "")
            while show.on_sale and not show.sold_out():
                yield stage.random.expovariate(visits_per_s)
                stage.start(fan(stage, show, crowded=show.plan.pull > 0.5))
            yield 2.0

    def _doors(self, show: Show) -> Actor:
        """
        Close the sale an hour and more before the show, so that whoever is inside is done in time, then let people in.
        """
        stage = self.stage
        yield stage.clock.until(show.plan.starts_us) - 2 * HOUR_S
        if show in self._open:
            self._open.remove(show)
            close_sale(stage, show)
        yield stage.clock.until(show.plan.starts_us)
        yield from doors(stage, show)

    def _plan(self, venues: Sequence[Venue]) -> Plan:
        self._shows += 1
        venue = venues[int(self._dice.random() * len(venues))]
        now_us = self.stage.clock.now_us
        plan = make_plan(f"{self._run}-e{self._shows}", venue, self._dice, self.stage.clock.now, 1.0, 0)
        return msgspec.structs.replace(
            plan,
            announced_us=now_us,
            on_sale_us=now_us + SECOND_US,
            starts_us=(now_us + int(AHEAD_S) * SECOND_US) // (1800 * SECOND_US) * 1800 * SECOND_US,
        )
