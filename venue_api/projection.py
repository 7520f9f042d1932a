"""
The venue projection: who plays where, and what sells. Sums, so that any number of projectors may share the work.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, ClassVar

import msgspec

from inventory_stream.projection import Additive, Fetch, InvalidRecord, Projection, Rows
from inventory_stream.projection.definition import type_handler
from inventory_stream.projection.tables import Table
from inventory_stream.records import Delivered, Record, activity, catalogue, inventory
from venue_api import tables

_NONE = (0, 0, 0, 0)
_STEPS: dict[type[Record], str] = {
    activity.EventViewed: "event.viewed",
    activity.SeatsViewed: "seats.viewed",
    activity.CheckoutStarted: "checkout.started",
    activity.CheckoutFailed: "checkout.failed",
    activity.PaymentDeclined: "payment.declined",
    activity.QueueJoined: "queue.joined",
    activity.QueueLeft: "queue.left",
    inventory.SeatsHeld: "seats.held",
}


class _Event(msgspec.Struct):
    """
    Fields as in `VenueEventRow`, in its order.
    """

    event_id: str
    venue_id: str
    name: str
    attraction: str
    category: str
    starts_at: datetime
    cancelled: bool = False


class VenueProjection(Projection):
    """
    Catalogue, inventory and activity records → tables of `venue_api.tables`.
    """

    name: ClassVar[str] = "venue"
    ignores: ClassVar[frozenset[type[Record]]] = frozenset(
        {
            catalogue.ChartSectionMapped,
            catalogue.EventOnSaleChanged,
            catalogue.PricesSet,
            catalogue.OfferPublished,
            catalogue.OfferWithdrawn,
            catalogue.SeatsReleased,
            catalogue.SeatsBlocked,
            catalogue.SeatsRepriced,
            inventory.HoldEnded,
            inventory.ListingOpened,
            inventory.ListingEnded,
            inventory.TicketTransferred,
            inventory.TicketScanned,
            activity.CustomerSignedIn,
            activity.SearchMade,
        }
    )

    def __init__(self) -> None:
        self._events: dict[str, _Event] = {}
        self._venue_rows: Rows[tuple[Any, ...]] = Rows(tables.VenueRow)
        self._event_rows: Rows[_Event] = Rows(tables.VenueEventRow, msgspec.structs.astuple)
        self._hours = Additive(tables.HourSales)
        self._sections = Additive(tables.SectionSales)
        self._steps = Additive(tables.FunnelSteps)

    def tables(self) -> Sequence[Table]:
        """
        Return the tables that handlers write to.
        """
        return [self._venue_rows, self._event_rows, self._hours, self._sections, self._steps]

    def handlers(self) -> Mapping[type[Record], type_handler]:
        """
        Return record type → handler.
        """
        return {
            catalogue.VenueDefined: self.venue_defined,
            catalogue.EventScheduled: self.event_scheduled,
            catalogue.EventRescheduled: self.event_rescheduled,
            catalogue.EventCancelled: self.event_cancelled,
            inventory.OrderPlaced: self.order_placed,
            inventory.OrderRefunded: self.order_refunded,
            inventory.ListingSold: self.listing_sold,
            **dict.fromkeys(_STEPS, self.step_taken),
        }

    def load(self, topic: str, keys: Collection[str], fetch: Fetch) -> None:
        """
        Bring the descriptions of events into memory; sums need nothing.
        """
        if topic == "inventory":
            rows = fetch("SELECT * FROM venue_events WHERE event_id = ANY(%s)", [list(keys)])
            self._events.update((row[0], _Event(*row)) for row in rows)

    def venue_defined(self, record: catalogue.VenueDefined, _: Delivered) -> None:
        """Add a venue, or replace its description."""
        words = (record.name, record.city, record.region, record.country, record.capacity, record.timezone)
        self._venue_rows.put(record.venue_id, (record.venue_id, *words))

    def event_scheduled(self, record: catalogue.EventScheduled, _: Delivered) -> None:
        """Add an event, or replace its description; a cancelled one stays cancelled."""
        known = self._events.get(record.event_id)
        words = (record.venue_id, record.name, record.attraction, record.category, record.starts_at)
        self._put(_Event(record.event_id, *words, cancelled=known is not None and known.cancelled))

    def event_rescheduled(self, record: catalogue.EventRescheduled, _: Delivered) -> None:
        """Move an event in time, and perhaps to another venue."""
        event = self._event(record.event_id)
        event.starts_at, event.venue_id = record.starts_at, record.venue_id or event.venue_id
        self._put(event)

    def event_cancelled(self, record: catalogue.EventCancelled, _: Delivered) -> None:
        """Cancel an event."""
        event = self._event(record.event_id)
        event.cancelled = True
        self._put(event)

    def _event(self, event_id: str) -> _Event:
        event = self._events.get(event_id)
        if event is None:
            raise InvalidRecord(f"event {event_id} was never scheduled")
        return event

    def _put(self, event: _Event) -> None:
        self._events[event.event_id] = event
        self._event_rows.put(event.event_id, event)

    def order_placed(self, record: inventory.OrderPlaced, delivered: Delivered) -> None:
        """Add an order."""
        amounts = (1, record.size(), record.face_cents, record.fees_cents)
        self._add(record, delivered, record.price_level, (*amounts, *_NONE, *_NONE))

    def order_refunded(self, record: inventory.OrderRefunded, delivered: Delivered) -> None:
        """Add a refund."""
        amounts = (1, record.size(), record.face_cents, record.fees_cents)
        self._add(record, delivered, record.price_level, (*_NONE, *amounts, *_NONE))

    def listing_sold(self, record: inventory.ListingSold, delivered: Delivered) -> None:
        """Add a resale."""
        amounts = (1, record.size(), record.face_cents, record.fees_cents)
        self._add(record, delivered, "", (*_NONE, *_NONE, *amounts))

    def _add(
        self,
        record: inventory.OrderPlaced | inventory.OrderRefunded | inventory.ListingSold,
        delivered: Delivered,
        price_level: str,
        amounts: tuple[int, ...],
    ) -> None:
        event_id, currency = record.event_id, record.currency
        self._hours.add((event_id, _hour(delivered.time), record.channel, price_level, currency), *amounts)
        self._sections.add((event_id, record.section, currency), *amounts)

    def step_taken(self, record: Any, delivered: Delivered) -> None:
        """Count a step towards a ticket."""
        self._steps.add((record.event_id, _hour(delivered.time), _STEPS[type(record)]), 1)


def _hour(time: str) -> datetime:
    """
    Return the hour of a record's time, in UTC.
    """
    # What our own encoder wrote ends in Z: its first 13 characters say the hour, and few hours come again and again.
    return _parsed(time[:13] + ":00Z" if time.endswith("Z") and time[13:14] == ":" else time)


@lru_cache(maxsize=4096)
def _parsed(time: str) -> datetime:
    try:
        at = datetime.fromisoformat(time)
    except ValueError:
        raise InvalidRecord(f"the record's time is not one: {time[:40]}") from None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).replace(minute=0, second=0, microsecond=0)
