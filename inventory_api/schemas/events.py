"""
Events, in lists and on their own.
"""

from datetime import datetime

from pydantic import BaseModel

from inventory_api.schemas.availability import Counts
from inventory_api.schemas.prices import Price
from inventory_api.words import EventStatus


class EventHead(BaseModel):
    """
    What an event is. `moved_from`: when it was to start before it was moved; null when it was not. `timezone` is the
    venue's, an IANA name; empty when it is not known.
    """

    event_id: str
    name: str
    status: EventStatus
    starts_at: datetime
    on_sale_at: datetime | None
    moved_from: datetime | None
    timezone: str
    attraction: str
    tour: str
    category: str
    genre: str
    venue_id: str
    venue_name: str
    city: str
    region: str
    country: str


class ResalePrice(BaseModel):
    """
    What a place on resale costs.
    """

    face_cents: int
    fees_cents: int
    total_cents: int


class Left(BaseModel):
    """
    Places by status; the lowest and highest price of those that are free, null when none is or no price is set; and the
    lowest price on resale, null when nothing is listed.
    """

    currency: str
    counts: Counts
    lowest_price: Price | None
    highest_price: Price | None
    lowest_resale_price: ResalePrice | None


class EventSummary(EventHead, Left):
    """
    An event in a list. `accessible_free`: free seats that are accessible.
    """

    accessible_free: int


class EventDetail(EventHead):
    """
    An event with its prices.
    """

    presale: str
    chart_id: str
    chart_version: int
    currency: str
    prices: list[Price]


class FacetValue(BaseModel):
    """
    A value, what people call it, and how many events have it (count).
    """

    value: str
    label: str
    count: int


class EventPage(BaseModel):
    """
    A page of the events that were found.

    `total` counts all of them (on this page or not); `facets` holds those that were asked for; `next_cursor` asks for the
    next page, null on the last.
    """

    events: list[EventSummary]
    total: int
    facets: dict[str, list[FacetValue]]
    next_cursor: str | None


class EventLeft(Left):
    """
    What is left of one event among many.
    """

    event_id: str
    status: EventStatus
    moved_from: datetime | None


class ManyLeft(BaseModel):
    """
    What is left of events, all as of one position. `unknown`: ids of which there is no event.
    """

    events: list[EventLeft]
    unknown: list[str]
