"""
The inventory projection: events, their prices, and the state of every place. One writer an event.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from sys import intern
from typing import Any, ClassVar

import msgspec

from inventory_api import events, tables
from inventory_api.areas import Area
from inventory_api.events import Event
from inventory_api.layouts import layout_of, layout_text
from inventory_api.sections import BLOCKED, FREE, LISTED, SOLD, Section
from inventory_stream.projection import Fetch, InvalidRecord, Projection, Rows
from inventory_stream.projection.definition import type_handler
from inventory_stream.projection.tables import Table
from inventory_stream.records import Delivered, Record, catalogue, inventory
from inventory_stream.records.base import Placed

_SECTIONS = """
SELECT s.*, t.free, t.held, t.sold, t.blocked, t.listed, t.statuses, t.holds, t.conflicts
FROM sections s JOIN section_status t USING (section_no) WHERE s.event_id = ANY(%s)
"""


class InventoryProjection(Projection):
    """
    Catalogue and inventory records → tables of `inventory_api.tables`.
    """

    name: ClassVar[str] = "inventory"
    ignores: ClassVar[frozenset[type[Record]]] = frozenset(
        {catalogue.VenueDefined, inventory.TicketTransferred, inventory.TicketScanned}
    )

    def __init__(self) -> None:
        self._events: dict[str, Event] = {}
        self._event_rows: Rows[Event] = Rows(tables.EventRow, events.row)
        self._section_rows: Rows[Section | Area] = Rows(tables.SectionRow, lambda part: part.row())
        self._status_rows: Rows[Section | Area] = Rows(tables.SectionStatusRow, lambda part: part.status_row())
        self._chart_rows: Rows[tuple[Any, ...]] = Rows(tables.ChartRow)
        self._offer_rows: Rows[tuple[Any, ...]] = Rows(tables.OfferRow)
        self._changed = self._status_rows.put

    def tables(self) -> Sequence[Table]:
        """
        Return the tables that handlers write to.
        """
        return [self._event_rows, self._section_rows, self._status_rows, self._chart_rows, self._offer_rows]

    def handlers(self) -> Mapping[type[Record], type_handler]:
        """
        Return record type → handler.
        """
        return {
            catalogue.ChartSectionMapped: self.chart_section_mapped,
            catalogue.EventScheduled: self.event_scheduled,
            catalogue.EventRescheduled: self.event_rescheduled,
            catalogue.EventCancelled: self.event_cancelled,
            catalogue.EventOnSaleChanged: self.event_on_sale_changed,
            catalogue.PricesSet: self.prices_set,
            catalogue.OfferPublished: self.offer_published,
            catalogue.OfferWithdrawn: self.offer_withdrawn,
            catalogue.SeatsReleased: self.seats_released,
            catalogue.SeatsBlocked: self.seats_blocked,
            catalogue.SeatsRepriced: self.seats_repriced,
            inventory.SeatsHeld: self.seats_held,
            inventory.HoldEnded: self.hold_ended,
            inventory.OrderPlaced: self.order_placed,
            inventory.OrderRefunded: self.order_refunded,
            inventory.ListingOpened: self.listing_opened,
            inventory.ListingEnded: self.listing_ended,
            inventory.ListingSold: self.listing_ended,
        }

    def load(self, topic: str, keys: Collection[str], fetch: Fetch) -> None:
        """
        Bring events with all their sections into memory.
        """
        wanted = list(keys)
        for values in fetch("SELECT * FROM events WHERE event_id = ANY(%s)", [wanted]):
            event = events.from_row(values)
            self._events[event.event_id] = event
        if not self._events:
            return
        for values in fetch(_SECTIONS, [wanted]):
            part = _part_from_row(values)
            self._events[part.event_id].parts[part.name] = part

    def _event(self, event_id: str) -> Event:
        event = self._events.get(event_id)
        if event is None:
            raise InvalidRecord(f"event {event_id} was never scheduled")
        return event

    def _part(self, record: Placed) -> Section | Area:
        try:
            return self._events[record.event_id].parts[record.section]
        except KeyError:
            event = self._event(record.event_id)
            raise InvalidRecord(f"event {event.event_id} has no section {record.section}") from None

    def chart_section_mapped(self, record: catalogue.ChartSectionMapped, _: Delivered) -> None:
        """Keep one section of a chart as it came."""
        key = (record.venue_id, record.chart_id, record.chart_version, record.section)
        self._chart_rows.put(key, (*key, msgspec.json.encode(record)))

    def event_scheduled(self, record: catalogue.EventScheduled, _: Delivered) -> None:
        """Add an event, or replace its description."""
        event = self._events.setdefault(record.event_id, Event(record.event_id))
        event.schedule(record)
        self._event_rows.put(event.event_id, event)

    def event_rescheduled(self, record: catalogue.EventRescheduled, _: Delivered) -> None:
        """Move an event in time, and perhaps to another venue."""
        event = self._event(record.event_id)
        event.reschedule(record)
        self._event_rows.put(event.event_id, event)

    def event_cancelled(self, record: catalogue.EventCancelled, _: Delivered) -> None:
        """Cancel an event."""
        event = self._event(record.event_id)
        event.cancelled = True
        self._event_rows.put(event.event_id, event)

    def event_on_sale_changed(self, record: catalogue.EventOnSaleChanged, _: Delivered) -> None:
        """Start or pause sales."""
        event = self._event(record.event_id)
        event.on_sale, event.presale = record.on_sale, record.presale
        event.on_sale_at = record.on_sale_at or event.on_sale_at
        self._event_rows.put(event.event_id, event)

    def prices_set(self, record: catalogue.PricesSet, _: Delivered) -> None:
        """Set prices of some levels."""
        event = self._event(record.event_id)
        event.currency = record.currency
        event.prices |= {price.price_level: [price.face_cents, price.fees_cents] for price in record.prices}
        self._event_rows.put(event.event_id, event)

    def offer_published(self, record: catalogue.OfferPublished, _: Delivered) -> None:
        """Keep an offer as it came."""
        key = (self._event(record.event_id).event_id, record.offer_id)
        self._offer_rows.put(key, (*key, msgspec.json.encode(record)))

    def offer_withdrawn(self, record: catalogue.OfferWithdrawn, _: Delivered) -> None:
        """Forget an offer."""
        self._offer_rows.remove((self._event(record.event_id).event_id, record.offer_id))

    def seats_released(self, record: catalogue.SeatsReleased, delivered: Delivered) -> None:
        """Put places on sale; the first time makes the section."""
        event = self._event(record.event_id)
        part = event.parts.get(record.section)
        if part is None:
            part = self._new_part(record, delivered.partition * 2**48 + delivered.offset)
        else:
            _release_more(part, record)
        event.parts[record.section] = part
        self._section_rows.put(part.number, part)
        self._changed(part.number, part)

    def _new_part(self, record: catalogue.SeatsReleased, number: int) -> Section | Area:
        if record.quantity:
            area = Area(number, record.event_id, record.section, record.price_level)
            area.release(record.quantity, record.price_level)
            return area
        try:
            layout = layout_of(layout_text(record.runs, record.seats))
        except ValueError as error:
            raise InvalidRecord(f"section {record.section} of event {record.event_id}: {error}") from error
        return Section(number, record.event_id, record.section, record.price_level, layout)

    def seats_blocked(self, record: catalogue.SeatsBlocked, _: Delivered) -> None:
        """Take free places off sale."""
        part = self._part(record)
        part.move(record, FREE, BLOCKED)
        self._changed(part.number, part)

    def seats_repriced(self, record: catalogue.SeatsRepriced, _: Delivered) -> None:
        """Move places to another price level."""
        part = self._part(record)
        part.reprice(record, record.price_level)
        self._section_rows.put(part.number, part)

    def seats_held(self, record: inventory.SeatsHeld, _: Delivered) -> None:
        """Set free places aside."""
        part = self._part(record)
        part.hold(record, record.hold_id)
        self._changed(part.number, part)

    def hold_ended(self, record: inventory.HoldEnded, _: Delivered) -> None:
        """Free places again; those of a completed hold wait for, or already have, their order."""
        if record.reason == "completed":
            return
        part = self._part(record)
        part.end_hold(record, record.hold_id)
        self._changed(part.number, part)

    def order_placed(self, record: inventory.OrderPlaced, _: Delivered) -> None:
        """Sell places."""
        part = self._part(record)
        part.sell(record, record.hold_id)
        self._changed(part.number, part)

    def order_refunded(self, record: inventory.OrderRefunded, _: Delivered) -> None:
        """Sold places are free again."""
        part = self._part(record)
        part.move(record, SOLD, FREE)
        self._changed(part.number, part)

    def listing_opened(self, record: inventory.ListingOpened, _: Delivered) -> None:
        """Sold places are offered for resale."""
        part = self._part(record)
        part.move(record, SOLD, LISTED)
        self._changed(part.number, part)

    def listing_ended(self, record: inventory.ListingEnded | inventory.ListingSold, _: Delivered) -> None:
        """Listed places belong to somebody again, the former owner or a new one."""
        part = self._part(record)
        part.move(record, LISTED, SOLD)
        self._changed(part.number, part)


def _release_more(part: Section | Area, record: catalogue.SeatsReleased) -> None:
    if (part.kind == "area") != bool(record.quantity):
        raise InvalidRecord(f"{record.section} of event {record.event_id} is of kind {part.kind}")
    if isinstance(part, Area):
        part.release(record.quantity, record.price_level)
    else:
        part.release(record.labels(), record.price_level or part.levels[0])


def _part_from_row(values: tuple[Any, ...]) -> Section | Area:
    number, event_id, name, kind, layout, levels, seat_levels, *counts, statuses, holds, conflicts = values
    # Events share the names of their sections and levels: one string for all of them.
    event_id, name, names = intern(event_id), intern(name), _level_names(levels)
    part: Section | Area
    if kind == "area":
        part = Area(number, event_id, name, names[0])
        part.counts = counts
    else:
        part = Section(number, event_id, name, names[0], layout_of(layout))
        part.levels, part.seat_levels, part.statuses = names, bytes(seat_levels), bytearray(statuses)
    part.holds, part.conflicts = msgspec.json.decode(holds), conflicts
    return part


@lru_cache(maxsize=10_000)
def _level_names(text: str) -> tuple[str, ...]:
    return tuple(msgspec.json.decode(text))
