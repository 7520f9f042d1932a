"""
On-sales that never end: a show is sold until hardly anything is left, then the next one goes on sale.
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
from simulator.labels import Labels
from simulator.names import ATTRACTIONS
from simulator.planning import CATEGORIES, HALF_HOUR_US, Planner
from simulator.scenario import Scenario
from simulator.shows import Plan, Show
from simulator.simulation import Run, each_day
from simulator.strategies import direct
from simulator.venues import Venue
from simulator.world import World

RECORDS_A_VISIT = 4.3
"""Records that one visit brings in the long run (measured), what comes of its tickets included."""

AHEAD_S = 12 * HOUR_S
"""A live show takes place tonight: what is kept in memory about sold tickets is bounded by half a day of sales."""

LONGEST_S = 4 * HOUR_S
SMALL, LARGE = 300, 1_500
"""Venues with so many places, and with so many, sell in a lane each, so that there is always a short sale and a long one."""


class LiveSale(Run):
    """
    A run of endless on-sales at venues of a world, one for each lane, with about `rate` records a second altogether.

    Every run announces shows of its own, so it may start at any time and beside whatever the stream already holds.

    Args:
        scenario: says what abusers do, what goes wrong and how people are; not what is on.
    """

    def __init__(self, world: World, scenario: Scenario, run: str, start: datetime, rate: float) -> None:
        seed = f"{world.seed}/{run}"
        super().__init__(run, seed, start, world.population)
        stage = self.stage
        stage.supply, stage.demand = scenario.supply, scenario.demand
        stage.labels = Labels(stage, scenario.labels)
        stage.problems.plan(scenario.problems, world.seed, run)
        direct(stage, scenario.strategies, inf)
        self._dice = Random(f"{seed}/live")
        self._planner = Planner(run, world.venues, scenario.supply)
        self._open: list[Show] = []
        self.start(each_day(stage, inf))
        large = [venue for venue in world.venues if venue.capacity >= LARGE]
        small = [venue for venue in world.venues if SMALL <= venue.capacity < LARGE]
        lanes = [(venues, share) for venues, share in ((large, 3), (small, 1)) if venues]
        for venues, share in lanes:
            self.start(self._sell(venues, rate / RECORDS_A_VISIT * share / sum(share for _, share in lanes)))

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
            opened_us = stage.clock.now_us
            open_sale(stage, show)
            self._open.append(show)
            stage.start(self._doors(show))
            few = 2 + show.plan.venue.capacity // 33
            while show.on_sale and show.free() > few and stage.clock.until(opened_us) > -LONGEST_S:
                yield stage.random.expovariate(visits_per_s)
                stage.start(fan(stage, show, crowded=show.plan.pull > 0.5))
            yield 2.0

    def _doors(self, show: Show) -> Actor:
        """
        Close the sale an hour and more before the show, so that whoever is inside is done in time, then let people in.
        """
        stage = self.stage
        yield stage.clock.until(show.starts_us) - 2 * HOUR_S
        if show in self._open:
            self._open.remove(show)
            close_sale(stage, show)
        yield stage.clock.until(show.starts_us)
        yield from doors(stage, show)

    def _plan(self, venues: Sequence[Venue]) -> Plan:
        dice, now_us = self._dice, self.stage.clock.now_us
        venue = dice.choice(venues)
        playing = [attraction for attraction in ATTRACTIONS if attraction[1] in CATEGORIES[venue.kind]]
        plan = self._planner.show(venue, dice.choice(playing), "", 0.5 + 2 * dice.random(), 0.85 + 0.35 * dice.random())
        return msgspec.structs.replace(
            plan,
            announced_us=now_us,
            presale_us=now_us + SECOND_US,
            on_sale_us=now_us + SECOND_US,
            starts_us=(now_us + int(AHEAD_S) * SECOND_US) // HALF_HOUR_US * HALF_HOUR_US,
            package=dice.random() < 0.5,
        )
