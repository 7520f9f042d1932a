"""
Events, in lists and on their own.
"""

from datetime import datetime

from pydantic import BaseModel

from inventory_api.schemas.prices import Price
from inventory_api.words import EventStatus


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
