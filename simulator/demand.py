"""
Who comes when: the rush at the start of a sale, the long middle, the last week; more by day than by night; and groups
that buy over the counter.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from simulator.actors.fans import MEAN_PARTY, fan
from simulator.clock import DAY_S, HOUR_S, SECOND_US, Actor
from simulator.shows import Show
from simulator.stage import Stage

CLOSING_S = 2 * HOUR_S
"""Nobody new comes so shortly before a show, so that whoever came is done when its doors open."""

HOURS = (3, 2, 1, 1, 1, 2, 4, 7, 10, 13, 15, 14, 14, 13, 13, 13, 13, 13, 14, 15, 16, 14, 10, 6)
"""How many look for tickets at each hour of the day, where they live, in proportion. Busiest at ten and in the evening."""

OFFSETS_H = {
    "America/New_York": -5,
    "America/Toronto": -5,
    "America/Chicago": -6,
    "America/Denver": -7,
    "America/Los_Angeles": -8,
}
BUSIEST, USUAL = max(HOURS), sum(HOURS) / len(HOURS)
PRESALE_SHARE = 0.3
"""Of the visits to a show that has a presale, how many come in it."""

GROUP = 22
"""Tickets that a group buys on average (count)."""


class Phase(NamedTuple):
    """
    A part of a sale: how long it takes (seconds), how many visits it brings, whether there is a line, and whether it is
    long enough for nights to show.
    """

    seconds: float
    visits: float
    crowded: bool = False
    nights: bool = False


def arrivals(stage: Stage, show: Show) -> Actor:
    """
    Let visitors come from the opening of the sale until shortly before the show, or until it is cancelled.
    """
    for phase in phases(stage, show):
        yield from _arrive(stage, show, phase)


def presale_arrivals(stage: Stage, show: Show) -> Actor:
    """
    Let members come while only they may buy: half of them within the first hour.
    """
    whole_s = stage.clock.until(show.plan.on_sale_us)
    visits = visits_of(stage, show) * PRESALE_SHARE
    first_s = min(HOUR_S, whole_s / 4)
    yield from _arrive(stage, show, Phase(first_s, visits / 2, show.plan.pull > 0.5))
    yield from _arrive(stage, show, Phase(0.9 * whole_s - first_s, visits / 2))


def visits_of(stage: Stage, show: Show) -> float:
    """
    Return how many visits a show brings altogether (count).
    """
    demand, plan = stage.demand, show.plan
    parties = plan.wanted * (1 - demand.groups) / MEAN_PARTY
    return demand.volume * parties * (1 + demand.lookers)


def phases(stage: Stage, show: Show) -> Iterator[Phase]:
    """
    Yield the phases of a general sale. Each is looked at when it begins, since a show may have moved.
    """
    plan, demand = show.plan, stage.demand
    pull = plan.pull
    visits = visits_of(stage, show) * (1 - PRESALE_SHARE if plan.presale_us < plan.on_sale_us else 1)
    whole_s = stage.clock.until(show.starts_us) - CLOSING_S
    day_s = min(DAY_S, whole_s / 3)
    last = min(0.9, demand.last_week * plan.late * (1 - 0.5 * pull))
    first = min(demand.first_day * (1 + 1.6 * pull), 0.9 * (1 - last))
    rush = visits * first
    yield Phase(day_s / 144, rush * (0.06 + 0.2 * pull), pull > 0.5)
    yield Phase(day_s / 29, rush * (0.14 + 0.16 * pull), pull > 0.7)
    yield Phase(day_s / 8, rush * 0.25)
    yield Phase(day_s * (1 - 1 / 144 - 1 / 29 - 1 / 8), rush * (0.55 - 0.36 * pull), nights=day_s > 0.5 * DAY_S)
    middle_s = stage.clock.until(show.starts_us) - CLOSING_S - min(7 * DAY_S, whole_s / 2)
    for part, share in ((0.35, 0.5), (0.65, 0.5)):
        yield Phase(middle_s * part, visits * max(0.0, 1 - first - last) * share, nights=True)
    week_s = stage.clock.until(show.starts_us) - CLOSING_S
    for part, share in ((0.45, 0.25), (0.3, 0.27), (0.25, 0.48)):
        yield Phase(week_s * part, visits * last * share, nights=week_s > 2 * DAY_S)


def _arrive(stage: Stage, show: Show, phase: Phase) -> Actor:
    """
    Let the visits of one phase come, at random, fewer by night.
    """
    left_s, random = phase.seconds, stage.random
    if phase.visits < 0.01 or left_s <= 0:
        yield max(0.0, left_s)
        return
    every_s = phase.seconds / phase.visits * (USUAL / BUSIEST if phase.nights else 1.0)
    offset_h = OFFSETS_H.get(show.plan.venue.defined.timezone, 0)
    while not show.over:
        wait_s = random.expovariate(1.0 / every_s)
        if wait_s >= left_s:
            yield left_s
            return
        left_s -= wait_s
        yield wait_s
        if phase.nights:
            hour = (stage.clock.now_us // (3_600 * SECOND_US) + offset_h) % 24
            if random.random() * BUSIEST >= HOURS[hour]:
                continue
        stage.start(fan(stage, show, crowded=phase.crowded))


def counter(stage: Stage, show: Show) -> Actor:
    """
    Sell to groups over the counter, from the opening of the sale until shortly before the show.
    """
    plan, demand = show.plan, stage.demand
    tickets = min(plan.wanted, plan.venue.capacity) * demand.groups * min(1.0, demand.volume)
    groups = round(tickets / GROUP)
    every_s = (stage.clock.until(show.starts_us) - CLOSING_S) / (groups + 1)
    for _ in range(groups):
        yield every_s
        if show.over:
            return
        places = show.pick_section(stage.draw(), 10)
        size = min(GROUP // 2 + int(stage.draw() * GROUP), places.free)
        if size > 0:
            buyer = stage.population.pick(stage.random, plan.venue.defined.region)
            stage.office.order_directly(show, places, size, stage.meet(buyer))
