"""
Inventory records: what happens to places of an event after they are on sale.
"""

from typing import ClassVar, Literal

from inventory_stream.records.base import Cents, Currency, Identifier, Placed, Reference, Text, Time


class InventoryRecord(Placed, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """
    Base of inventory records: keyed by event, about places in one section.
    """

    topic: ClassVar[str] = "inventory"
    key_fields: ClassVar[tuple[str, ...]] = ("event_id",)

    customer_id: Reference = ""
    channel: Reference = ""


class SeatsHeld(InventoryRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="seats.held.v1"):
    """
    Places are set aside for a session until `expires_at`.
    """

    hold_id: Identifier
    expires_at: Time
    session_id: Reference = ""


class HoldEnded(InventoryRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="hold.ended.v1"):
    """
    A hold is over: `released` by its owner, `expired`, or `completed` by an order (its places are then sold).
    """

    hold_id: Identifier
    reason: Literal["released", "expired", "completed"]


class OrderPlaced(InventoryRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="order.placed.v1"):
    """
    Places are paid for. Amounts are the totals of this record; `region` is the buyer's coarse region.
    """

    order_id: Identifier
    face_cents: Cents
    fees_cents: Cents = 0
    currency: Currency = "USD"
    hold_id: Reference = ""
    offer_id: Reference = ""
    price_level: Reference = ""
    region: Text = ""
    session_id: Reference = ""
    payment_hash: Reference = ""


class OrderRefunded(InventoryRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="order.refunded.v1"):
    """
    Money goes back and the places are for sale again. Amounts are what was given back.
    """

    order_id: Identifier
    face_cents: Cents
    fees_cents: Cents = 0
    currency: Currency = "USD"
    price_level: Reference = ""
    region: Text = ""
    reason: Text = ""


class ListingOpened(InventoryRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="listing.opened.v1"):
    """
    An owner (`customer_id`) offers sold places for resale. Prices are for each place.
    """

    listing_id: Identifier
    face_cents: Cents
    fees_cents: Cents = 0
    currency: Currency = "USD"


class ListingEnded(InventoryRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="listing.ended.v1"):
    """
    A listing is withdrawn or expired; the places stay with their owner.
    """

    listing_id: Identifier
    reason: Text = ""


class ListingSold(InventoryRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="listing.sold.v1"):
    """
    A listing is bought: `customer_id` is the buyer, `seller_id` the former owner. Amounts are totals.
    """

    listing_id: Identifier
    seller_id: Identifier
    order_id: Identifier
    face_cents: Cents
    fees_cents: Cents = 0
    currency: Currency = "USD"


class TicketTransferred(
    InventoryRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="ticket.transferred.v1"
):
    """
    Sold places go from `customer_id` to `to_customer_id` without a sale.
    """

    to_customer_id: Identifier


class TicketScanned(InventoryRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="ticket.scanned.v1"):
    """
    The holder of sold places came in at a gate.
    """

    gate: Text = ""


RECORDS = (
    SeatsHeld,
    HoldEnded,
    OrderPlaced,
    OrderRefunded,
    ListingOpened,
    ListingEnded,
    ListingSold,
    TicketTransferred,
    TicketScanned,
)
