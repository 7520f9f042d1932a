"""
Where every place is in the end, from nothing but the records of the inventory topic.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from inventory_stream.records import Delivered, Record
from inventory_stream.records.catalogue import SeatsBlocked, SeatsReleased
from inventory_stream.records.inventory import (
    HoldEnded,
    InventoryRecord,
    ListingEnded,
    ListingOpened,
    ListingSold,
    OrderPlaced,
    OrderRefunded,
    SeatsHeld,
    TicketScanned,
    TicketTransferred,
)

Seat = tuple[str, str, str]
"""Event, section, label."""

Owner = tuple[str, str, str]
"""State, order, customer."""

MOVES: dict[type[Record], tuple[str, str]] = {
    SeatsHeld: ("free", "held"),
    HoldEnded: ("held", "free"),
    OrderRefunded: ("sold", "free"),
    ListingOpened: ("sold", "listed"),
    ListingEnded: ("listed", "sold"),
    ListingSold: ("listed", "sold"),
    TicketTransferred: ("sold", "sold"),
    TicketScanned: ("sold", "scanned"),
}


def replayed(records: Iterable[Delivered]) -> tuple[dict[Seat, Owner], Counter[tuple[str, str, str]]]:
    """
    Return seat → state and owner, and (event, area, state) → places; in areas, scanned places count as sold.
    """
    seats: dict[Seat, Owner] = {}
    areas: Counter[tuple[str, str, str]] = Counter()
    for record in (delivered.record for delivered in records):
        match record:
            case SeatsReleased():
                seats.update({(record.event_id, record.section, s): ("free", "", "") for s in record.labels()})
                areas[record.event_id, record.section, "free"] += record.quantity
            case SeatsBlocked():
                seats.update({(record.event_id, record.section, s): ("blocked", "", "") for s in record.seats})
            case HoldEnded(reason="completed"):
                pass
            case InventoryRecord():
                before, after = _move(record)
                areas[record.event_id, record.section, before] -= record.quantity
                areas[record.event_id, record.section, "sold" if after == "scanned" else after] += record.quantity
                for seat in record.seats:
                    place = (record.event_id, record.section, seat)
                    seats[place] = (after, *_owner(record, after, seats[place]))
    return seats, +areas


def _move(record: InventoryRecord) -> tuple[str, str]:
    if isinstance(record, OrderPlaced):
        return "held" if record.hold_id else "free", "sold"
    return MOVES[type(record)]


def _owner(record: InventoryRecord, after: str, before: Owner) -> tuple[str, str]:
    """
    Return order and customer of a seat, once the record is applied.
    """
    if after in {"free", "held"}:
        return "", ""
    if isinstance(record, (OrderPlaced, ListingSold)):
        return record.order_id, record.customer_id
    return before[1], getattr(record, "to_customer_id", record.customer_id)
