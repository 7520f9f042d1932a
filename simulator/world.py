"""
The world before anything happens: venues with charts, shows with dates and prices, people.
"""

from __future__ import annotations

from datetime import datetime
from random import Random

import msgspec

from inventory_stream.charts import generate
from inventory_stream.records.catalogue import LevelPrice, VenueDefined
from simulator import names
from simulator.clock import DAY_S, HOUR_S, SECOND_US, microseconds
from simulator.customers import Population
from simulator.shows import Plan, Venue

BASE_PRICES = {"arena": 6_500, "stadium": 7_500, "theatre": 5_500, "club": 2_800, "festival": 8_900}
CAPACITIES = {
    "arena": (4_000, 9_000),
    "stadium": (12_000, 20_000),
    "theatre": (600, 1_400),
    "club": (300, 900),
    "festival": (6_000, 12_000),
}
"""Places of the smallest and the largest venue of a kind (count)."""

DEFAULT_POPULATION = 20_000


class World(msgspec.Struct, frozen=True):
    """
    Everything that is known beforehand. `name` goes into the ids of venues, events and customers.
    """

    name: str
    seed: int
    start: datetime
    venues: tuple[Venue, ...]
    plans: tuple[Plan, ...]
    population: Population


def make_world(
    name: str,
    seed: int,
    start: datetime,
    *,
    events: int = 30,
    days: float = 60.0,
    venues: int = 8,
    visits: int = 300,
    population: int = DEFAULT_POPULATION,
) -> World:
    """
    Return the world of this seed; the same arguments give the same world.

    Args:
        name: starts the ids of venues, events and customers.
        events: shows (count), spread so that some are over and some still ahead after `days`.
        days: the span in which all of them go on sale.
        visits: how many people come to look at an ordinary show (count); at popular ones up to three times as many.
        population: ordinary customers (count).
    """
    random = Random(f"{seed}/world")
    places = tuple(make_venue(name, number, random) for number in range(venues))
    plans = tuple(
        make_plan(f"{name}-e{number}", places[number % venues], random, start, days, visits) for number in range(events)
    )
    return World(name, seed, start, places, plans, Population(name, seed, population))


def make_venue(name: str, number: int, random: Random) -> Venue:
    """
    Return the venue of this number, with a chart that fits its kind.
    """
    title, kind = names.VENUES[number % len(names.VENUES)]
    again = number // len(names.VENUES)
    town, region, country, timezone = names.TOWNS[number % len(names.TOWNS)]
    venue_id = f"{name}-v{number}"
    least, most = CAPACITIES[kind]
    chart = generate(kind, int(least + (most - least) * random.random()))
    defined = VenueDefined(
        venue_id=venue_id,
        name=f"{title} {again + 1}" if again else title,
        city=town,
        region=region,
        country=country,
        capacity=chart.capacity,
        timezone=timezone,
    )
    rows = {section.name: tuple(tuple(run.labels()) for run in section.runs()) for section in chart.sections}
    return Venue(defined, chart, rows)


def make_plan(event_id: str, venue: Venue, random: Random, start: datetime, days: float, visits: int) -> Plan:
    """
    Return one show at the venue: who, when, for how much, and how many people will want to see it.
    """
    attraction, category, genre = random.choice(names.ATTRACTIONS)
    tour = random.choice(names.TOURS) if category == "music" else ""
    pull = random.random() ** 2
    start_us = microseconds(start)
    on_sale_s = HOUR_S + random.random() * 0.6 * days * DAY_S
    announced_s = max(0.0, on_sale_s - (0.02 + 0.08 * random.random()) * days * DAY_S)
    starts_s = on_sale_s + (0.15 + 1.1 * random.random()) * days * DAY_S + 6 * HOUR_S
    base = int(BASE_PRICES[venue.chart.kind] * (0.7 + 0.9 * pull + 0.2 * random.random()))
    return Plan(
        event_id=event_id,
        name=f"{attraction}: {tour}" if tour else attraction,
        venue=venue,
        attraction=attraction,
        tour=tour,
        category=category,
        genre=genre,
        prices=make_prices(venue, base),
        announced_us=start_us + int(announced_s) * SECOND_US,
        on_sale_us=start_us + int(on_sale_s / 600) * 600 * SECOND_US,
        starts_us=start_us + int(starts_s / 1800) * 1800 * SECOND_US,
        visits=int(visits * (0.4 + 2.6 * pull)),
        pull=pull,
    )


def make_prices(venue: Venue, base_cents: int) -> tuple[LevelPrice, ...]:
    """
    Return a price for every price level of the venue's chart, the dearest level first.
    """
    levels = venue.chart.price_levels
    return tuple(
        LevelPrice(level, face, face * 18 // 100 + 250)
        for place, level in enumerate(levels)
        if (face := base_cents * (len(levels) + 2 - place) // 3 // 50 * 50)
    )
