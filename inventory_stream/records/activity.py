"""
Activity records: what people do around inventory. No personal data: hashes, and a coarse region.
"""

from typing import ClassVar

from inventory_stream.records.base import Cents, Count, Currency, Identifier, Record, Reference, Text


class ActivityRecord(Record, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """
    Base of activity records. Keyed by customer, or by session while nobody has signed in.

    `device_hash` and `network_hash` are keyed hashes, the same for the same device and network. `device_kind` is a
    coarse word (ios, android, desktop, mobile_web), so that what fails on one kind of device can be seen.
    """

    topic: ClassVar[str] = "activity"
    key_fields: ClassVar[tuple[str, ...]] = ("customer_id", "session_id")

    session_id: Identifier
    customer_id: Reference = ""
    device_hash: Reference = ""
    network_hash: Reference = ""
    region: Text = ""
    channel: Reference = ""
    device_kind: Reference = ""


class CustomerSignedIn(
    ActivityRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="customer.signed_in.v1"
):
    """
    A session became that of a known customer. `account_age_days` counts days since the account was made.
    """

    account_age_days: Count = 0


class EventViewed(ActivityRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="event.viewed.v1"):
    """
    A session looked at an event.
    """

    event_id: Identifier


class SeatsViewed(ActivityRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="seats.viewed.v1"):
    """
    A session looked at the seats of an event, or of one section.
    """

    event_id: Identifier
    section: Reference = ""


class SearchMade(ActivityRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="search.made.v1"):
    """
    A session searched. `results` counts what was found; the text typed is not kept, only its length.
    """

    results: Count = 0
    query_length: Count = 0


class CheckoutStarted(
    ActivityRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="checkout.started.v1"
):
    """
    A session went from a hold to paying.
    """

    event_id: Identifier
    hold_id: Reference = ""
    quantity: Count = 0
    amount_cents: Cents = 0
    currency: Currency = "USD"
    payment_hash: Reference = ""


class CheckoutFailed(ActivityRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="checkout.failed.v1"):
    """
    A checkout ended without an order, for `reason` (abandoned, expired, price_changed, error, ...).
    """

    event_id: Identifier
    reason: Identifier
    hold_id: Reference = ""


class PaymentDeclined(
    ActivityRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="payment.declined.v1"
):
    """
    The payment provider said no.
    """

    event_id: Identifier
    provider: Text = ""
    reason: Text = ""
    payment_hash: Reference = ""


class QueueJoined(ActivityRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="queue.joined.v1"):
    """
    A session entered the waiting line of an event.
    """

    event_id: Identifier


class QueueLeft(ActivityRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="queue.left.v1"):
    """
    A session left the waiting line: `admitted` or not, after `waited_s` seconds.
    """

    event_id: Identifier
    admitted: bool
    waited_s: Count = 0


RECORDS = (
    CustomerSignedIn,
    EventViewed,
    SeatsViewed,
    SearchMade,
    CheckoutStarted,
    CheckoutFailed,
    PaymentDeclined,
    QueueJoined,
    QueueLeft,
)
