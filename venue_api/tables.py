"""
The tables of the venue projection: who plays where, and sums.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Column, DateTime, Index, Text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class VenueTable(SQLModel, registry=registry()):
    """
    Base of the projection's tables, with metadata of their own.
    """


class VenueRow(VenueTable, table=True):
    """
    A venue. Source: `venue.defined` v1.
    """

    __tablename__ = "venues"

    venue_id: str = Field(sa_column=Column(Text, primary_key=True))
    name: str = Field(sa_column=Column(Text, nullable=False))
    city: str = Field(sa_column=Column(Text, nullable=False))
    region: str = Field(sa_column=Column(Text, nullable=False))
    country: str = Field(sa_column=Column(Text, nullable=False))
    capacity: int
    timezone: str = Field(sa_column=Column(Text, nullable=False))


class VenueEventRow(VenueTable, table=True):
    """
    An event and the venue it is at. Source: `event.scheduled`, `event.rescheduled`, `event.cancelled` v1.
    """

    __tablename__ = "venue_events"
    __table_args__ = (Index("venue_events_by_start", "venue_id", "starts_at", "event_id"),)

    event_id: str = Field(sa_column=Column(Text, primary_key=True))
    venue_id: str = Field(sa_column=Column(Text, nullable=False))
    name: str = Field(sa_column=Column(Text, nullable=False))
    attraction: str = Field(sa_column=Column(Text, nullable=False))
    category: str = Field(sa_column=Column(Text, nullable=False))
    starts_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    cancelled: bool


class Sums(SQLModel):
    """
    Sums of sales. An order that spans several sections counts once in each.

    orders, tickets, face_cents, fees_cents: `order.placed`. refunds, refunded_…: `order.refunded`.
    resales, resold_…: `listing.sold`. Counts; money in minor units.
    """

    orders: int = Field(sa_type=BigInteger)
    tickets: int = Field(sa_type=BigInteger)
    face_cents: int = Field(sa_type=BigInteger)
    fees_cents: int = Field(sa_type=BigInteger)
    refunds: int = Field(sa_type=BigInteger)
    refunded_tickets: int = Field(sa_type=BigInteger)
    refunded_face_cents: int = Field(sa_type=BigInteger)
    refunded_fees_cents: int = Field(sa_type=BigInteger)
    resales: int = Field(sa_type=BigInteger)
    resold_tickets: int = Field(sa_type=BigInteger)
    resold_face_cents: int = Field(sa_type=BigInteger)
    resold_fees_cents: int = Field(sa_type=BigInteger)


SUMS = tuple(Sums.model_fields)


class HourKey(SQLModel):
    """
    What hourly sales are summed by. `hour` is UTC, of the record's time.
    """

    event_id: str = Field(primary_key=True)
    hour: datetime = Field(sa_type=DateTime(timezone=True), primary_key=True)
    channel: str = Field(primary_key=True)
    price_level: str = Field(primary_key=True)
    currency: str = Field(primary_key=True)


class SectionKey(SQLModel):
    """
    What sales by section are summed by.
    """

    event_id: str = Field(primary_key=True)
    section: str = Field(primary_key=True)
    currency: str = Field(primary_key=True)


class HourSales(VenueTable, Sums, HourKey, table=True):
    """
    Sales of an event by hour, channel and price level. A resale has no price level. Source: see `Sums`, v1.
    """

    __tablename__ = "hour_sales"


class SectionSales(VenueTable, Sums, SectionKey, table=True):
    """
    Sales of an event by section. Source: see `Sums`, v1.
    """

    __tablename__ = "section_sales"


class FunnelSteps(VenueTable, table=True):
    """
    How often people took a step towards a ticket of an event, by hour. Source: activity records and `seats.held` v1.

    step: the record's type without version, such as `seats.viewed`. n: records (count).
    """

    __tablename__ = "funnel_steps"

    event_id: str = Field(sa_column=Column(Text, primary_key=True))
    hour: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    step: str = Field(sa_column=Column(Text, primary_key=True))
    n: int = Field(sa_column=Column(BigInteger, nullable=False))
