"""
Records about a small event, made with few words: section S has the seats F-1 to F-4.
"""

from datetime import UTC, datetime

from inventory_stream.records import SeatRun
from inventory_stream.records.catalogue import EventScheduled, SeatsBlocked, SeatsReleased
from inventory_stream.records.inventory import (
    HoldEnded,
    ListingEnded,
    ListingOpened,
    ListingSold,
    OrderPlaced,
    OrderRefunded,
    SeatsHeld,
)

START = datetime(2030, 5, 1, 19, tzinfo=UTC)


def scheduled(event_id="e1", **fields):
    """
    An event.
    """
    return EventScheduled(event_id=event_id, name="Show", venue_id="v1", venue_name="Hall", starts_at=START, **fields)


def released(event_id="e1", section="S", **fields):
    """
    Section S with seats F-1 to F-4, unless told otherwise.
    """
    places = fields or {"runs": (SeatRun("F", 1, 4),), "price_level": "A"}
    return SeatsReleased(event_id=event_id, section=section, **places)


def at(seats, event_id="e1", section="S"):
    """
    Where: seats, or a quantity.
    """
    where = {"quantity": seats} if isinstance(seats, int) else {"seats": tuple(seats)}
    return {"event_id": event_id, "section": section, **where}


def held(seats, hold="h1", **where):
    """
    A hold begins.
    """
    return SeatsHeld(**at(seats, **where), hold_id=hold, expires_at=START)


def ended(seats, hold="h1", reason="expired", **where):
    """
    A hold ends.
    """
    return HoldEnded(**at(seats, **where), hold_id=hold, reason=reason)


def ordered(seats, hold="h1", **where):
    """
    Places are paid for.
    """
    return OrderPlaced(**at(seats, **where), hold_id=hold, order_id="o1", face_cents=100)


def refunded(seats, **where):
    """
    Money goes back.
    """
    return OrderRefunded(**at(seats, **where), order_id="o1", face_cents=100)


def listed(seats, listing="l1", **where):
    """
    Places are offered for resale.
    """
    return ListingOpened(**at(seats, **where), listing_id=listing, face_cents=100)


def unlisted(seats, listing="l1", **where):
    """
    A listing ends.
    """
    return ListingEnded(**at(seats, **where), listing_id=listing)


def resold(seats, listing="l1", **where):
    """
    A listing is bought.
    """
    return ListingSold(**at(seats, **where), listing_id=listing, seller_id="c1", order_id="o2", face_cents=100)


def blocked(seats, **where):
    """
    Places go off sale.
    """
    return SeatsBlocked(**at(seats, **where))
