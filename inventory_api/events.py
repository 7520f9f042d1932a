"""
An event in memory: its description, its prices and its sections.
"""

from datetime import UTC, datetime
from typing import Any

import msgspec

from inventory_api.areas import Area
from inventory_api.listings import Listing
from inventory_api.sections import Section
from inventory_stream.records.catalogue import EventRescheduled, EventScheduled

_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


class Event(msgspec.Struct, gc=False):
    """
    Fields as in `EventRow`, in its order, then `parts`: section → its places, and `listings`: id → open listing.
    """

    event_id: str
    name: str = ""
    venue_id: str = ""
    venue_name: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    timezone: str = ""
    category: str = ""
    genre: str = ""
    attraction: str = ""
    tour: str = ""
    chart_id: str = ""
    chart_version: int = 0
    starts_at: datetime = _EARLIEST
    moved_from: datetime | None = None
    on_sale_at: datetime | None = None
    on_sale: bool = True
    presale: str = ""
    cancelled: bool = False
    currency: str = "USD"
    prices: dict[str, list[int]] = {}
    parts: dict[str, Section | Area] = {}
    listings: dict[str, Listing] = {}

    def schedule(self, record: EventScheduled) -> None:
        """
        Take the description that a record gives; prices, sales and seats stay.
        """
        self.name, self.starts_at, self.currency = record.name, record.starts_at, record.currency
        self.venue_id, self.venue_name = record.venue_id, record.venue_name
        self.city, self.region, self.country = record.city, record.region, record.country
        self.timezone = record.timezone
        self.category, self.genre = record.category, record.genre
        self.attraction, self.tour = record.attraction, record.tour
        self.chart_id, self.chart_version = record.chart_id, record.chart_version
        self.on_sale_at = record.on_sale_at
        self._forget_move()

    def reschedule(self, record: EventRescheduled) -> None:
        """
        Move to another time, and perhaps to another venue, whose words the record does not give.

        `moved_from` is the start that people knew first, however often it moves: the one on their tickets. It is empty
        again when the event moves back to it, since then nobody has to come at another time than they planned.
        """
        self.moved_from = self.moved_from or self.starts_at
        self.starts_at = record.starts_at
        self._forget_move()
        if record.venue_id and record.venue_id != self.venue_id:
            self.venue_id = record.venue_id
            self.venue_name = self.city = self.region = self.country = self.timezone = ""

    def _forget_move(self) -> None:
        if self.moved_from == self.starts_at:
            self.moved_from = None


def row(event: Event) -> tuple[Any, ...]:
    """
    Return the values of `EventRow`.
    """
    *values, prices, _, _ = msgspec.structs.astuple(event)
    return (*values, msgspec.json.encode(prices).decode())


def from_row(values: tuple[Any, ...]) -> Event:
    """
    Return the event of a row, without its sections and listings.
    """
    *fields, prices = values
    found = Event(*fields)
    found.prices = msgspec.json.decode(prices)
    return found
