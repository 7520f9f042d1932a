"""
The tables of the inventory projection. Each row is written by the records of one key alone.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Column, DateTime, Index, LargeBinary, SmallInteger, Text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class InventoryTable(SQLModel, registry=registry()):
    """
    Base of the projection's tables, with metadata of their own.
    """


class EventRow(InventoryTable, table=True):
    """
    An event. Source: `event.*` and `prices.set` v1; `prices` is JSON, price level → [face cents, fees cents].

    timezone: of the venue, an IANA name. moved_from: the start that was known first, when it is not the start any more.
    """

    __tablename__ = "events"
    __table_args__ = (Index("events_by_start", "starts_at", "event_id"), Index("events_by_venue", "venue_id"))

    event_id: str = Field(sa_column=Column(Text, primary_key=True))
    name: str = Field(sa_column=Column(Text, nullable=False))
    venue_id: str = Field(sa_column=Column(Text, nullable=False))
    venue_name: str = Field(sa_column=Column(Text, nullable=False))
    city: str = Field(sa_column=Column(Text, nullable=False))
    region: str = Field(sa_column=Column(Text, nullable=False))
    country: str = Field(sa_column=Column(Text, nullable=False))
    timezone: str = Field(sa_column=Column(Text, nullable=False))
    category: str = Field(sa_column=Column(Text, nullable=False))
    genre: str = Field(sa_column=Column(Text, nullable=False))
    attraction: str = Field(sa_column=Column(Text, nullable=False))
    tour: str = Field(sa_column=Column(Text, nullable=False))
    chart_id: str = Field(sa_column=Column(Text, nullable=False))
    chart_version: int
    starts_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    moved_from: datetime | None = Field(sa_column=Column(DateTime(timezone=True), nullable=True))
    on_sale_at: datetime | None = Field(sa_column=Column(DateTime(timezone=True), nullable=True))
    on_sale: bool
    presale: str = Field(sa_column=Column(Text, nullable=False))
    cancelled: bool
    currency: str = Field(sa_column=Column(Text, nullable=False))
    prices: str = Field(sa_column=Column(Text, nullable=False))


class SectionRow(InventoryTable, table=True):
    """
    A section or area of an event: what seldom changes. Source: `seats.released`, `seats.repriced` v1.

    section_no: partition * 2^48 + offset of the record that first released it.
    layout: JSON, the seats in order: `[row, first, last, step]` for a run, a string for a single seat.
    levels: JSON, names of price levels; seat_levels: a byte a seat, its index in `levels` (empty: all have the first).
    """

    __tablename__ = "sections"
    __table_args__ = (Index("sections_by_event", "event_id"),)

    section_no: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    event_id: str = Field(sa_column=Column(Text, nullable=False))
    section: str = Field(sa_column=Column(Text, nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    layout: str = Field(sa_column=Column(Text, nullable=False))
    levels: str = Field(sa_column=Column(Text, nullable=False))
    seat_levels: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class SectionStatusRow(InventoryTable, table=True):
    """
    The state of a section's places: what changes all the time, kept small. Source: all records about places.

    free, held, sold, blocked, listed: places (count). statuses: a byte a seat, empty for areas.
    holds: JSON, open hold → indexes of its seats, or [quantity]; a negative number n before some says that the record at
    offset -1 - n took them. conflicts: places that records claimed in vain (count).
    """

    __tablename__ = "section_status"

    section_no: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    free: int
    held: int
    sold: int
    blocked: int
    listed: int
    statuses: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    holds: str = Field(sa_column=Column(Text, nullable=False))
    conflicts: int = Field(sa_column=Column(BigInteger, nullable=False))


class ChartRow(InventoryTable, table=True):
    """
    One section of one version of a chart, as the record gave it (JSON). Source: `chart.section_mapped` v1.

    accessible: seats for people who use a wheelchair or need room (count).
    """

    __tablename__ = "charts"

    venue_id: str = Field(sa_column=Column(Text, primary_key=True))
    chart_id: str = Field(sa_column=Column(Text, primary_key=True))
    chart_version: int = Field(primary_key=True)
    section: str = Field(sa_column=Column(Text, primary_key=True))
    accessible: int
    layout: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class OfferRow(InventoryTable, table=True):
    """
    An offer that can be bought, as the record gave it (JSON). Source: `offer.published`, `offer.withdrawn` v1.
    """

    __tablename__ = "offers"

    event_id: str = Field(sa_column=Column(Text, primary_key=True))
    offer_id: str = Field(sa_column=Column(Text, primary_key=True))
    offer: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ListingRow(InventoryTable, table=True):
    """
    An open resale listing. Source: `listing.opened`, `listing.ended`, `listing.sold` v1.

    places: JSON, the places that it still has: indexes of seats, or [quantity]. face_cents, fees_cents: of each place.
    position: partition * 2^48 + offset of the record that opened it.
    """

    __tablename__ = "listings"

    event_id: str = Field(sa_column=Column(Text, primary_key=True))
    listing_id: str = Field(sa_column=Column(Text, primary_key=True))
    section: str = Field(sa_column=Column(Text, nullable=False))
    places: str = Field(sa_column=Column(Text, nullable=False))
    face_cents: int = Field(sa_column=Column(BigInteger, nullable=False))
    fees_cents: int = Field(sa_column=Column(BigInteger, nullable=False))
    currency: str = Field(sa_column=Column(Text, nullable=False))
    position: int = Field(sa_column=Column(BigInteger, nullable=False))


class ClaimRow(InventoryTable, table=True):
    """
    A claim that won for good: which places a sale or a block took. Rows are never changed.

    Source: `order.placed`, `listing.sold`, `seats.blocked` v1. position: partition * 2^48 + offset of the record.
    status: of the places from then on, 2 for sold and 3 for blocked. places: JSON, indexes of seats, or [quantity].
    """

    __tablename__ = "claims"

    section_no: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    position: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    status: int = Field(sa_column=Column(SmallInteger, nullable=False))
    places: str = Field(sa_column=Column(Text, nullable=False))


class ConflictRow(InventoryTable, table=True):
    """
    A record that claimed places in vain. Source: all records about places.

    position: partition * 2^48 + offset of the record. count: places that it did not get. places: JSON, of the first
    hundred `[label, status found, position, number]`, see `claims.Found`.
    """

    __tablename__ = "conflicts"
    __table_args__ = (
        Index("conflicts_by_time", "claimed_at", "position"),
        Index("conflicts_by_event", "event_id", "claimed_at", "position"),
    )

    position: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    section_no: int = Field(sa_column=Column(BigInteger, nullable=False))
    event_id: str = Field(sa_column=Column(Text, nullable=False))
    section: str = Field(sa_column=Column(Text, nullable=False))
    record_type: str = Field(sa_column=Column(Text, nullable=False))
    claimed_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    count: int
    places: str = Field(sa_column=Column(Text, nullable=False))
