"""
Catalogue records: venues, charts, events, prices, offers, and which places are for sale.

An event carries its own manifest: `seats.released` names the places it sells, so that an event's inventory is a
function of its own partition alone. Charts add geometry, by chart version, for those who draw.
"""

from typing import Annotated, ClassVar, Literal

import msgspec

from inventory_stream.records.base import (
    Cents,
    Count,
    Currency,
    Identifier,
    Placed,
    Record,
    Reference,
    SeatLabel,
    SeatRun,
    Seats,
    Text,
    Time,
    check_times,
)

MAX_SECTION_SEATS = 100_000


class VenueRecord(Record, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """
    Base of records keyed by venue.
    """

    topic: ClassVar[str] = "inventory"
    key_fields: ClassVar[tuple[str, ...]] = ("venue_id",)

    venue_id: Identifier


class EventRecord(Record, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """
    Base of catalogue records keyed by event.
    """

    topic: ClassVar[str] = "inventory"
    key_fields: ClassVar[tuple[str, ...]] = ("event_id",)

    event_id: Identifier

    def __post_init__(self) -> None:
        """
        Hold the rule that times are times in UTC.
        """
        check_times(self)


class VenueDefined(VenueRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="venue.defined.v1"):
    """
    A venue exists, or its description changed. `capacity` counts places; `region` is a coarse place such as a state.
    """

    name: Text
    city: Text = ""
    region: Text = ""
    country: Text = ""
    capacity: Annotated[int, msgspec.Meta(ge=0, le=10_000_000)] = 0
    timezone: Text = ""


class ChartSeat(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, array_like=False):
    """
    One seat of a chart. x and y are in chart units; the label is unique within its section. `companion` is the seat
    beside an accessible one; an empty `price_level` is that of the section.
    """

    label: SeatLabel
    x: float
    y: float
    price_level: Reference = ""
    accessible: bool = False
    companion: bool = False
    restricted_view: bool = False


class ChartRow(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """
    One row of a section, seats in order from one aisle to the other.
    """

    label: Text
    seats: Annotated[tuple[ChartSeat, ...], msgspec.Meta(min_length=1, max_length=20_000)]


class ChartSectionMapped(
    VenueRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="chart.section_mapped.v1"
):
    """
    One section (rows) or one general-admission area (capacity) of one version of a venue's chart.

    `zone` is the part of the venue where it lies, such as a level or a stand. `generated` says that the layout was made
    up to fit the venue's size and is not the venue's own.
    """

    chart_id: Identifier
    chart_version: Count
    section: Identifier
    kind: Literal["section", "area"] = "section"
    rows: tuple[ChartRow, ...] = ()
    capacity: Count = 0
    price_level: Reference = ""
    zone: Text = ""
    outline: tuple[tuple[float, float], ...] = ()
    generated: bool = False

    def __post_init__(self) -> None:
        """
        Hold the rules that a section has rows and an area has a capacity, and that labels are unique.
        """
        if (self.kind == "section") != bool(self.rows) or (self.kind == "area") != bool(self.capacity):
            raise ValueError("kind, rows, capacity: a section has rows, an area has a capacity, and nothing has both")
        labels = [seat.label for row in self.rows for seat in row.seats]
        if len(set(labels)) != len(labels):
            raise ValueError("rows: a seat label stands twice in the section")


class EventScheduled(EventRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="event.scheduled.v1"):
    """
    An event is on at a venue. The venue's words are repeated so that an event can be searched from its own partition.
    """

    name: Text
    venue_id: Identifier
    starts_at: Time
    chart_id: Reference = ""
    chart_version: Count = 0
    attraction: Text = ""
    tour: Text = ""
    category: Text = ""
    genre: Text = ""
    venue_name: Text = ""
    city: Text = ""
    region: Text = ""
    country: Text = ""
    timezone: Text = ""
    currency: Currency = "USD"
    on_sale_at: Time | None = None


class EventRescheduled(
    EventRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="event.rescheduled.v1"
):
    """
    The event moved to another time, and perhaps another venue.
    """

    starts_at: Time
    venue_id: Reference = ""


class EventCancelled(EventRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="event.cancelled.v1"):
    """
    The event will not take place.
    """

    reason: Text = ""


class EventOnSaleChanged(
    EventRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="event.on_sale_changed.v1"
):
    """
    Sales of the event start at `on_sale_at` or are paused; `presale` names who may buy before.
    """

    on_sale: bool
    on_sale_at: Time | None = None
    presale: Text = ""


class LevelPrice(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """
    The price of one price level: face value and fees apart, in minor units.
    """

    price_level: Identifier
    face_cents: Cents
    fees_cents: Cents = 0


class PricesSet(EventRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="prices.set.v1"):
    """
    Prices of the named price levels from now on; levels not named keep theirs.
    """

    currency: Currency
    prices: Annotated[tuple[LevelPrice, ...], msgspec.Meta(min_length=1, max_length=1000)]


class OfferPublished(EventRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="offer.published.v1"):
    """
    A way to buy: plain seats, or a package that bundles them with `contains` (parking, lounge, other events).
    """

    offer_id: Identifier
    name: Text
    price_levels: tuple[Identifier, ...] = ()
    contains: tuple[Text, ...] = ()
    face_cents: Cents = 0
    fees_cents: Cents = 0
    currency: Currency = "USD"
    limit_per_order: Count = 0
    starts_at: Time | None = None
    ends_at: Time | None = None


class OfferWithdrawn(EventRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="offer.withdrawn.v1"):
    """
    The offer can no longer be bought.
    """

    offer_id: Identifier


class SeatsReleased(EventRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="seats.released.v1"):
    """
    Places of a section go on sale: for the first time (they join the event's manifest), or again after a block.

    Seats come as `runs`, as single `seats`, or both, in the order of the section; an area gives a `quantity`.
    """

    section: Identifier
    price_level: Reference = ""
    runs: Annotated[tuple[SeatRun, ...], msgspec.Meta(max_length=2_000)] = ()
    seats: Seats = ()
    quantity: Count = 0

    def __post_init__(self) -> None:
        """
        Hold the rules that a record names seats or a quantity, never both, never neither, and no more than fit a section.
        """
        if bool(self.runs or self.seats) == bool(self.quantity):
            raise ValueError("runs, seats, quantity: give seats or a quantity of at least 1, and only one of them")
        if self.runs and sum(map(len, self.runs)) > MAX_SECTION_SEATS:
            raise ValueError(f"runs: more than {MAX_SECTION_SEATS} seats in one section")

    def labels(self) -> tuple[str, ...]:
        """
        Return all seat labels, runs first, in order.
        """
        return (*(label for run in self.runs for label in run.labels()), *self.seats)


class CataloguePlaced(Placed, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """
    Base of catalogue records about places.
    """

    topic: ClassVar[str] = "inventory"
    key_fields: ClassVar[tuple[str, ...]] = ("event_id",)


class SeatsBlocked(CataloguePlaced, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="seats.blocked.v1"):
    """
    Places that are free are taken off sale (kept for the house, production, a sponsor).
    """

    reason: Text = ""


class SeatsRepriced(CataloguePlaced, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="seats.repriced.v1"):
    """
    Places move to another price level.
    """

    price_level: Identifier


RECORDS = (
    VenueDefined,
    ChartSectionMapped,
    EventScheduled,
    EventRescheduled,
    EventCancelled,
    EventOnSaleChanged,
    PricesSet,
    OfferPublished,
    OfferWithdrawn,
    SeatsReleased,
    SeatsBlocked,
    SeatsRepriced,
)
