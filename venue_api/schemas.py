"""
The answers of the venue API. Money is in minor units (cents); hours are UTC. Each sum has one currency.
"""

from datetime import datetime

from pydantic import BaseModel


class Sales(BaseModel):
    """
    Sums of sales. An order that spans several sections counts once in each.
    """

    currency: str
    orders: int
    tickets: int
    face_cents: int
    fees_cents: int
    refunds: int
    refunded_tickets: int
    refunded_face_cents: int
    refunded_fees_cents: int
    resales: int
    resold_tickets: int
    resold_face_cents: int
    resold_fees_cents: int


class HourlySales(Sales):
    """
    Sales of one hour.
    """

    hour: datetime


class ChannelSales(Sales):
    """
    Sales through one channel.
    """

    channel: str


class LevelSales(Sales):
    """
    Sales of one price level; resales have none.
    """

    price_level: str


class SectionSales(Sales):
    """
    Sales in one section.
    """

    section: str


class EventSales(BaseModel):
    """
    What an event sold, in total and by hour, channel, price level and section.
    """

    event_id: str
    name: str
    totals: list[Sales]
    by_hour: list[HourlySales]
    by_channel: list[ChannelSales]
    by_price_level: list[LevelSales]
    by_section: list[SectionSales]


class Venue(BaseModel):
    """
    A venue, how many events it has, and what they sold.
    """

    venue_id: str
    name: str
    city: str
    region: str
    country: str
    capacity: int
    timezone: str
    events: int
    totals: list[Sales]


class VenueEvent(BaseModel):
    """
    An event of a venue with what it sold.
    """

    event_id: str
    name: str
    attraction: str
    category: str
    starts_at: datetime
    cancelled: bool
    totals: list[Sales]


class VenueEventPage(BaseModel):
    """
    A page of a venue's events by start. `next_cursor` asks for the next page; null on the last.
    """

    events: list[VenueEvent]
    next_cursor: str | None
