"""
The answers of the inventory API. Money is in minor units (cents) of the event's currency; times are UTC.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

EventStatus = Literal["cancelled", "past", "not_on_sale", "scheduled", "sold_out", "on_sale"]


class Price(BaseModel):
    """
    The price of a price level: face value, fees, and what is paid in total.
    """

    price_level: str
    face_cents: int
    fees_cents: int
    total_cents: int


class EventSummary(BaseModel):
    """
    An event in a list.
    """

    event_id: str
    name: str
    status: EventStatus
    starts_at: datetime
    attraction: str
    category: str
    genre: str
    venue_id: str
    venue_name: str
    city: str
    region: str
    country: str


class EventDetail(EventSummary):
    """
    An event with its prices.
    """

    tour: str
    on_sale_at: datetime | None
    presale: str
    chart_id: str
    chart_version: int
    currency: str
    prices: list[Price]


class EventPage(BaseModel):
    """
    A page of events by start. `next_cursor` asks for the next page; null on the last.
    """

    events: list[EventSummary]
    next_cursor: str | None


class Counts(BaseModel):
    """
    Places by status (count).
    """

    free: int = 0
    held: int = 0
    sold: int = 0
    blocked: int = 0
    listed: int = 0


class SectionAvailability(Counts):
    """
    A section or area; `price_levels` are those its places have.
    """

    section: str
    kind: Literal["section", "area"]
    price_levels: list[str]


class LevelAvailability(Counts):
    """
    A price level; `price` is null until one is set.
    """

    price_level: str
    price: Price | None


class Availability(BaseModel):
    """
    What is left of an event. The lowest and highest price are those of places that are free; null when there are none.
    """

    event_id: str
    status: EventStatus
    currency: str
    counts: Counts
    lowest_price: Price | None
    highest_price: Price | None
    price_levels: list[LevelAvailability]
    sections: list[SectionAvailability]
