"""
Venues with their charts: some real, reduced from seats.io's samples, the others generated to fit their kind.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from random import Random
from typing import Protocol

import msgspec

from inventory_stream.charts import REVISION, generate
from inventory_stream.importers.seatsio import seat_runs
from inventory_stream.importers.seatsio_chart import ChartReading, Plan, SeatsioChart
from inventory_stream.records.base import SeatRun
from inventory_stream.records.catalogue import ChartSectionMapped, SeatsReleased, VenueDefined
from simulator import names
from simulator.places import Rows, Sold
from simulator.plans import Kind

REAL = ("race_track", "studio")
"""Kinds whose chart is a real one, `charts/KIND.json.gz`."""

CAPACITIES: Mapping[str, tuple[int, int]] = {
    "arena": (4_000, 9_000),
    "stadium": (12_000, 20_000),
    "theatre": (600, 1_400),
    "club": (300, 900),
    "festival": (6_000, 12_000),
    "amphitheatre": (3_000, 6_000),
}
"""Places of the smallest and the largest venue of a generated kind (count)."""


class Layout(Sold, Protocol):
    """
    One section, or general-admission area, of a chart.
    """

    def runs(self) -> tuple[SeatRun, ...]:
        """
        Return all seats; none for an area.
        """
        ...

    def released(self, event_id: str) -> SeatsReleased:
        """
        Return the record that puts the whole section of an event on sale.
        """
        ...

    def mapped(self, venue_id: str, chart_id: str, chart_version: int) -> ChartSectionMapped:
        """
        Return the record that draws the section.
        """
        ...


class RealSection(msgspec.Struct, frozen=True):
    """
    A section of an imported chart.
    """

    plan: Plan

    @property
    def name(self) -> str:
        """
        Its name.
        """
        return self.plan.name

    @property
    def price_level(self) -> str:
        """
        The price level of its places.
        """
        return self.plan.price_level

    @property
    def size(self) -> int:
        """
        How many places it has.
        """
        return self.plan.capacity or sum(len(row.seats) for row in self.plan.rows)

    def runs(self) -> tuple[SeatRun, ...]:
        """
        Return all seats; none for an area.
        """
        return tuple(run for row in self.plan.rows for run in seat_runs(row, [seat.label for seat in row.seats]))

    def released(self, event_id: str) -> SeatsReleased:
        """
        Return the record that puts the whole section of an event on sale.
        """
        plan = self.plan
        return SeatsReleased(
            event_id=event_id,
            section=plan.name,
            price_level=plan.price_level,
            runs=self.runs(),
            quantity=plan.capacity,
        )

    def mapped(self, venue_id: str, chart_id: str, chart_version: int) -> ChartSectionMapped:
        """
        Return the record that draws the section.
        """
        return self.plan.mapped(venue_id, chart_id, chart_version)


class Venue(msgspec.Struct, frozen=True):
    """
    A venue with its chart. `rows` are the seat labels by section, shared by all its shows; `price_levels` come dearest
    first.
    """

    defined: VenueDefined
    kind: str
    sections: tuple[Layout, ...]
    price_levels: tuple[str, ...]
    rows: dict[str, Rows]

    @property
    def chart_id(self) -> str:
        """
        The chart's id.
        """
        return f"{self.defined.venue_id}-chart"

    @property
    def chart_version(self) -> int:
        """
        The chart's version.
        """
        return REVISION

    @property
    def capacity(self) -> int:
        """
        Places altogether (count).
        """
        return self.defined.capacity


def make_venues(world: str, counts: Mapping[Kind, int], scale: float, random: Random) -> tuple[Venue, ...]:
    """
    Return so many venues of each kind, those of a kind in different towns.
    """
    kinds = [(kind, again) for kind, count in sorted(counts.items()) for again in range(count)]
    return tuple(make_venue(f"{world}-v{number}", *place, scale, random) for number, place in enumerate(kinds))


def make_venue(venue_id: str, kind: str, again: int, scale: float, random: Random) -> Venue:
    """
    Return a venue of a kind. `again` counts those of its kind, from 0.
    """
    titles = names.VENUES[kind]
    town, region, country, timezone = names.TOWNS[(again + len(kind)) % len(names.TOWNS)]
    sections, levels = real_chart(kind) if kind in REAL else _generated(kind, scale, random)
    more = again // len(titles)
    defined = VenueDefined(
        venue_id=venue_id,
        name=f"{titles[again % len(titles)]} {more + 1}" if more else titles[again % len(titles)],
        city=town,
        region=region,
        country=country,
        capacity=sum(section.size for section in sections),
        timezone=timezone,
    )
    rows = {section.name: tuple(tuple(run.labels()) for run in section.runs()) for section in sections}
    return Venue(defined, kind, sections, levels, rows)


@cache
def real_chart(kind: str) -> tuple[tuple[Layout, ...], tuple[str, ...]]:
    """
    Return the sections of a real chart, and its price levels, dearest first.
    """
    content = gzip.decompress(files("simulator").joinpath("charts", f"{kind}.json.gz").read_bytes())
    chart = msgspec.json.decode(content, type=SeatsioChart)
    plans = ChartReading(chart, kind).plans()
    return tuple(RealSection(plan) for plan in plans), tuple(dict.fromkeys(plan.price_level for plan in plans))


def _generated(kind: str, scale: float, random: Random) -> tuple[tuple[Layout, ...], tuple[str, ...]]:
    least, most = CAPACITIES[kind]
    chart = generate(kind, max(20, int(scale * (least + (most - least) * random.random()))))
    return chart.sections, chart.price_levels
