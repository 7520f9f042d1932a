"""
The inventory projection: events, their prices, and the state of every place. One writer an event.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

import msgspec

from inventory_api import events, listings, parts, tables
from inventory_api.areas import Area
from inventory_api.claims import claim_row, conflict_row, position_of
from inventory_api.events import Event
from inventory_api.listings import Listing
from inventory_api.sections import BLOCKED, FREE, LISTED, SOLD, Section
from inventory_stream.projection import Appended, Fetch, InvalidRecord, Projection, Rows
from inventory_stream.projection.definition import type_handler
from inventory_stream.projection.tables import Table
from inventory_stream.records import Delivered, Record, catalogue, inventory
from inventory_stream.records.base import Placed


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
        self._listing_rows: Rows[Listing] = Rows(tables.ListingRow, listings.row)
        self._claim_rows = Appended(tables.ClaimRow)
        self._conflict_rows = Appended(tables.ConflictRow)
        self._changed = self._status_rows.put

    def tables(self) -> Sequence[Table]:
        """
        Return the tables that handlers write to.
        """
        state: list[Table] = [self._event_rows, self._section_rows, self._status_rows, self._listing_rows]
        return [*state, self._chart_rows, self._offer_rows, self._claim_rows, self._conflict_rows]

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
            inventory.ListingSold: self.listing_sold,
        }

    def load(self, topic: str, keys: Collection[str], fetch: Fetch) -> None:
        """
        Bring events with all their sections and open listings into memory.
        """
        wanted = list(keys)
        for values in fetch("SELECT * FROM events WHERE event_id = ANY(%s)", [wanted]):
            event = events.from_row(values)
            self._events[event.event_id] = event
        if not self._events:
            return
        for values in fetch(parts.QUERY, [wanted]):
            part = parts.from_row(values)
            self._events[part.event_id].parts[part.name] = part
        for values in fetch("SELECT * FROM listings WHERE event_id = ANY(%s)", [wanted]):
            listing = listings.from_row(values)
            self._events[listing.event_id].listings[listing.listing_id] = listing

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
        accessible = sum(seat.accessible for row in record.rows for seat in row.seats)
        self._chart_rows.put(key, (*key, accessible, msgspec.json.encode(record)))

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
            part = event.parts[record.section] = parts.new(record, position_of(delivered))
        elif lost := parts.release_more(part, record):
            self._conflict(part, delivered, lost)
        self._section_rows.put(part.number, part)
        self._changed(part.number, part)

    def seats_blocked(self, record: catalogue.SeatsBlocked, delivered: Delivered) -> None:
        """Take free places off sale."""
        part = self._part(record)
        won, lost = part.move(record, FREE, BLOCKED)
        self._settle(part, delivered, BLOCKED, won, lost)

    def seats_repriced(self, record: catalogue.SeatsRepriced, _: Delivered) -> None:
        """Move places to another price level."""
        part = self._part(record)
        part.reprice(record, record.price_level)
        self._section_rows.put(part.number, part)

    def seats_held(self, record: inventory.SeatsHeld, delivered: Delivered) -> None:
        """Set free places aside."""
        part = self._part(record)
        if lost := part.hold(record, record.hold_id, delivered.offset):
            self._conflict(part, delivered, lost)
        self._changed(part.number, part)

    def hold_ended(self, record: inventory.HoldEnded, delivered: Delivered) -> None:
        """Free places again; those of a completed hold wait for, or already have, their order."""
        if record.reason == "completed":
            return
        part = self._part(record)
        if lost := part.end_hold(record, record.hold_id):
            self._conflict(part, delivered, lost)
        self._changed(part.number, part)

    def order_placed(self, record: inventory.OrderPlaced, delivered: Delivered) -> None:
        """Sell places."""
        part = self._part(record)
        won, lost = part.sell(record, record.hold_id)
        self._settle(part, delivered, SOLD, won, lost)

    def order_refunded(self, record: inventory.OrderRefunded, delivered: Delivered) -> None:
        """Sold places are free again."""
        part = self._part(record)
        _, lost = part.move(record, SOLD, FREE)
        if lost:
            self._conflict(part, delivered, lost)
        self._changed(part.number, part)

    def listing_opened(self, record: inventory.ListingOpened, delivered: Delivered) -> None:
        """Sold places are offered for resale, under an id that no open listing has."""
        event, part = self._event(record.event_id), self._part(record)
        id, position = record.listing_id, position_of(delivered)
        already = event.listings.get(id)
        if already:
            self._conflict(part, delivered, part.places(record), already.position)
            return self._changed(part.number, part)
        won, lost = part.move(record, SOLD, LISTED)
        if lost:
            self._conflict(part, delivered, lost)
        if won:
            prices = record.face_cents, record.fees_cents, record.currency
            listing = Listing(event.event_id, id, part.name, part.numbers(won), *prices, position)
            event.listings[id] = listing
            self._listing_rows.put((event.event_id, id), listing)
        return self._changed(part.number, part)

    def listing_ended(self, record: inventory.ListingEnded, delivered: Delivered) -> None:
        """Listed places are their owner's alone again."""
        part = self._part(record)
        _, lost = self._unlist(record, part)
        if lost:
            self._conflict(part, delivered, lost)
        self._changed(part.number, part)

    def listing_sold(self, record: inventory.ListingSold, delivered: Delivered) -> None:
        """Listed places, perhaps not all of the listing's, are a new owner's."""
        part = self._part(record)
        won, lost = self._unlist(record, part)
        self._settle(part, delivered, SOLD, won, lost)

    def _unlist(
        self, record: inventory.ListingEnded | inventory.ListingSold, part: Section | Area
    ) -> tuple[Sequence[int], Sequence[int]]:
        """
        Take places out of a listing; return those it had and those it had not.
        """
        listings = self._events[record.event_id].listings
        listing = listings.get(record.listing_id)
        if listing is None or listing.section != record.section:
            return (), part.places(record)
        key = (record.event_id, record.listing_id)
        won, lost = part.take(record, listing.places, LISTED, SOLD)
        if listing.places:
            self._listing_rows.put(key, listing)
        else:
            del listings[record.listing_id]
            self._listing_rows.remove(key)
        return won, lost

    def _settle(
        self, part: Section | Area, delivered: Delivered, status: int, won: Sequence[int], lost: Sequence[int]
    ) -> None:
        """
        Keep for good who took the places that a record won.
        """
        if won:
            self._claim_rows.append(claim_row(part.number, delivered, status, part.numbers(won)))
        if lost:
            self._conflict(part, delivered, lost)
        self._changed(part.number, part)

    def _conflict(
        self, part: Section | Area, delivered: Delivered, lost: Sequence[int], taken: int | None = None
    ) -> None:
        """
        Count what a record lost, and list it with what it found there.
        """
        part.conflicts += len(lost)
        found = part.found(lost, self._events[part.event_id].listings.values(), taken)
        place = (part.number, part.event_id, part.name)
        self._conflict_rows.append(conflict_row(place, delivered, len(lost), found))
