"""
Who comes when: the rush at the start of a sale, the long middle, the last days; groups at the counter; a live on-sale.
"""

from __future__ import annotations

from collections.abc import Iterator

from simulator.actors.fans import fan
from simulator.clock import DAY_S, HOUR_S, Actor
from simulator.shows import Show
from simulator.stage import Stage

RUSH_S = 2 * HOUR_S
CLOSING_S = 2 * HOUR_S
"""Nobody new comes so shortly before a show, so that whoever came is done when its doors open."""


def arrivals(stage: Stage, show: Show) -> Actor:
    """
    Let visitors come until shortly before the show.
    """
    for seconds, visits, crowded in phases(stage, show):
        end_us = stage.clock.now_us + int(seconds * 1e6)
        every_s = seconds / max(visits, 1.0)
        while True:
            wait_s = stage.random.expovariate(1.0 / every_s)
            left_s = stage.clock.until(end_us)
            yield min(wait_s, left_s)
            if wait_s >= left_s:
                break
            stage.start(fan(stage, show, crowded=crowded))


def phases(stage: Stage, show: Show) -> Iterator[tuple[float, float, bool]]:
    """
    Yield how long each phase of a sale takes (seconds), how many visits it brings, and whether there is a line.
    """
    plan = show.plan
    whole_s = stage.clock.until(plan.starts_us) - CLOSING_S
    rush_s = min(RUSH_S, whole_s / 3)
    last_s = min(3 * DAY_S, whole_s / 4)
    rush_share = 0.2 + 0.5 * plan.pull
    yield rush_s, plan.visits * rush_share, plan.pull > 0.5
    yield whole_s - rush_s - last_s, plan.visits * (0.85 - rush_share), False
    yield last_s, plan.visits * 0.15, False


def counter(stage: Stage, show: Show) -> Actor:
    """
    Sell to groups over the counter, from the opening of the sale until shortly before the show.
    """
    plan = show.plan
    groups = int(plan.venue.capacity * (0.1 + 0.5 * plan.pull) / 25)
    every_s = (stage.clock.until(plan.starts_us) - CLOSING_S) / (groups + 1)
    for _ in range(groups):
        yield every_s
        places = show.pick_section(stage.draw(), 10)
        size = min(10 + int(stage.draw() * 30), places.free)
        if size:
            stage.office.order_directly(show, places, size, stage.meet(stage.population.pick(stage.random)))
