"""
Venues and shows (events, in the contract's words) of a world, with the state that a show has while it sells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from inventory_stream.charts import Chart
from inventory_stream.records.catalogue import LevelPrice, VenueDefined
from simulator.places import Rows, SectionPlaces

if TYPE_CHECKING:
    from simulator.tickets import Order


class Venue(msgspec.Struct, frozen=True):
    """
    A venue with its generated chart. `rows` are the seat labels by section, shared by all its shows.
    """

    defined: VenueDefined
    chart: Chart
    rows: dict[str, Rows]

    @property
    def chart_id(self) -> str:
        """
        The chart's id.
        """
        return f"{self.defined.venue_id}-chart"

    @property
    def capacity(self) -> int:
        """
        Places altogether (count).
        """
        return self.defined.capacity


class Plan(msgspec.Struct, frozen=True):
    """
    What is known of a show beforehand. Times in microseconds since 1970; `visits` is how many people come to look.

    `pull` (0 … 1) is how much of a rush there is: how many visits crowd into the first hours, and whether bots care.
    """

    event_id: str
    name: str
    venue: Venue
    attraction: str
    tour: str
    category: str
    genre: str
    prices: tuple[LevelPrice, ...]
    announced_us: int
    on_sale_us: int
    starts_us: int
    visits: int
    pull: float
    currency: str = "USD"


class Show:
    """
    A show as it sells: what is free, what it costs, who bought. Its state is bounded by its places.

    `orders` maps order_id → order, of those not refunded; emptied after the doors have closed.
    """

    __slots__ = ("currency", "event_id", "on_sale", "orders", "plan", "prices", "sections")

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.event_id = plan.event_id
        self.currency = plan.currency
        self.prices = {price.price_level: price for price in plan.prices}
        rows = plan.venue.rows
        self.sections = [SectionPlaces(section, rows[section.name]) for section in plan.venue.chart.sections]
        self.on_sale = False
        self.orders: dict[str, Order] = {}

    def free(self) -> int:
        """
        Return how many places are free.
        """
        return sum(places.free for places in self.sections)

    def sold_out(self) -> bool:
        """
        Return whether nobody can find even two places any more.
        """
        return all(places.free < 2 for places in self.sections)

    def pick_section(self, draw: float, quantity: int) -> SectionPlaces:
        """
        Return the section that a buyer wants (draw: 0 … 1), or the next one that has enough free places.
        """
        first = int(draw * len(self.sections))
        for step in range(len(self.sections)):
            places = self.sections[(first + step) % len(self.sections)]
            if places.free >= quantity:
                return places
        return self.sections[first]
