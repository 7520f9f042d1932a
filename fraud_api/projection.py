"""
The fraud projection: what each customer did, day by day, what is known about them, and the models that judge them.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, ClassVar

import msgspec

from fraud_api import tables
from fraud_api.counters import ACTIVITY, DEVICE, LABELS, NETWORK, PAYMENT, TICKETS
from inventory_stream.projection import Additive, Projection, Rows
from inventory_stream.projection.definition import type_handler
from inventory_stream.projection.tables import Table
from inventory_stream.records import Delivered, Record, activity, catalogue, feedback, inventory, models
from inventory_stream.records.activity import ActivityRecord
from inventory_stream.records.feedback import FeedbackRecord

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_parse = datetime.fromisoformat


def _one(names: Sequence[str], name: str) -> tuple[int, ...]:
    """
    Return the amounts that add one to a single sum.
    """
    return tuple(int(other == name) for other in names)


_ACTIVITY: dict[type[Record], tuple[int, ...]] = {
    cls: _one(ACTIVITY, name)
    for cls, name in (
        (activity.CustomerSignedIn, "signed_in"),
        (activity.EventViewed, "events_viewed"),
        (activity.SeatsViewed, "seats_viewed"),
        (activity.SearchMade, "searches"),
        (activity.QueueJoined, "queues_joined"),
        (activity.CheckoutStarted, "checkouts_started"),
        (activity.CheckoutFailed, "checkouts_failed"),
        (activity.PaymentDeclined, "payments_declined"),
    )
}
# Once a visit and at each payment is enough to know who shares what; every view would cost three rows.
_LINKING = (activity.CustomerSignedIn, activity.QueueJoined, activity.CheckoutStarted, activity.PaymentDeclined)
_FEEDBACK: dict[type[Record], tuple[int, ...]] = {
    feedback.PaymentChargedBack: _one(LABELS, "chargebacks"),
    feedback.AbuseConfirmed: _one(LABELS, "abuse_confirmed"),
    feedback.AbuseCleared: _one(LABELS, "abuse_cleared"),
}
_TICKETS = {name: _one(TICKETS, name) for name in TICKETS}
_AT = {name: TICKETS.index(name) for name in TICKETS}


class FraudProjection(Projection):
    """
    Records about customers, and models → tables of `fraud_api.tables`. Whoever is anonymous is counted nowhere.
    """

    name: ClassVar[str] = "fraud"
    ignores: ClassVar[frozenset[type[Record]]] = frozenset(
        {*catalogue.RECORDS, inventory.ListingEnded, inventory.TicketScanned, activity.QueueLeft}
    )

    def __init__(self) -> None:
        self._activity = Additive(tables.ActivityDay)
        self._tickets = Additive(tables.TicketDay)
        self._labels = Additive(tables.LabelRow)
        self._links = Additive(tables.LinkRow)
        self._forgotten: Rows[tuple[Any, ...]] = Rows(tables.ForgottenRow)
        self._policies: Rows[tuple[Any, ...]] = Rows(tables.PolicyRow)
        self._models: Rows[tuple[Any, ...]] = Rows(tables.ModelRow)
        self._promotions: Rows[tuple[Any, ...]] = Rows(tables.PromotionRow)

    def tables(self) -> Sequence[Table]:
        """
        Return the tables that handlers write to.
        """
        counted: list[Table] = [self._activity, self._tickets, self._labels, self._links]
        return [*counted, self._forgotten, self._policies, self._models, self._promotions]

    def handlers(self) -> Mapping[type[Record], type_handler]:
        """
        Return record type → handler.
        """
        return {
            **dict.fromkeys(_ACTIVITY, self.activity_seen),
            **dict.fromkeys(_LINKING, self.linking_activity_seen),
            **dict.fromkeys(_FEEDBACK, self.label_given),
            inventory.SeatsHeld: self.seats_held,
            inventory.HoldEnded: self.hold_ended,
            inventory.OrderPlaced: self.order_placed,
            inventory.OrderRefunded: self.order_refunded,
            inventory.ListingOpened: self.listing_opened,
            inventory.ListingSold: self.listing_sold,
            inventory.TicketTransferred: self.ticket_transferred,
            feedback.PolicySet: self.policy_set,
            feedback.CustomerForgotten: self.customer_forgotten,
            models.ModelPublished: self.model_published,
            models.ModelPromoted: self.model_promoted,
            models.ModelRetired: self.model_retired,
        }

    def activity_seen(self, record: ActivityRecord, delivered: Delivered) -> None:
        """Count something a customer did."""
        if record.customer_id:
            self._activity.add((record.customer_id, day_of(delivered.time)), *_ACTIVITY[type(record)])

    def linking_activity_seen(self, record: ActivityRecord, delivered: Delivered) -> None:
        """Count something a customer did, and what it was done with."""
        if record.customer_id:
            hashes = (record.device_hash, record.network_hash, getattr(record, "payment_hash", ""))
            self.activity_seen(record, delivered)
            for kind, hash in zip((DEVICE, NETWORK, PAYMENT), hashes, strict=True):
                self._link(kind, hash, record.customer_id)

    def _link(self, kind: int, hash: str, customer_id: str) -> None:
        if hash:
            self._links.add((kind, hash, customer_id), 1)

    def _add(self, customer_id: str, delivered: Delivered, amounts: Sequence[int]) -> None:
        if customer_id:
            self._tickets.add((customer_id, day_of(delivered.time)), *amounts)

    def seats_held(self, record: inventory.SeatsHeld, delivered: Delivered) -> None:
        """Count a hold and its places."""
        amounts = list(_TICKETS["holds"])
        amounts[_AT["places_held"]] = record.size()
        self._add(record.customer_id, delivered, amounts)

    def hold_ended(self, record: inventory.HoldEnded, delivered: Delivered) -> None:
        """Count a hold that came to nothing; a completed one is counted by its order."""
        if record.reason != "completed":
            self._add(record.customer_id, delivered, _TICKETS[f"holds_{record.reason}"])

    def order_placed(self, record: inventory.OrderPlaced, delivered: Delivered) -> None:
        """Count an order, its places and its money, and what it was paid with."""
        amounts = list(_TICKETS["orders"])
        amounts[_AT["tickets_bought"]] = record.size()
        amounts[_AT["face_cents"]] = record.face_cents
        self._add(record.customer_id, delivered, amounts)
        if record.customer_id:
            self._link(PAYMENT, record.payment_hash, record.customer_id)

    def order_refunded(self, record: inventory.OrderRefunded, delivered: Delivered) -> None:
        """Count a refund."""
        self._add(record.customer_id, delivered, _TICKETS["refunds"])

    def listing_opened(self, record: inventory.ListingOpened, delivered: Delivered) -> None:
        """Count a listing."""
        self._add(record.customer_id, delivered, _TICKETS["listings_opened"])

    def listing_sold(self, record: inventory.ListingSold, delivered: Delivered) -> None:
        """Count a resale for the seller and for the buyer."""
        self._add(record.seller_id, delivered, _TICKETS["listings_sold"])
        self._add(record.customer_id, delivered, _TICKETS["resales_bought"])

    def ticket_transferred(self, record: inventory.TicketTransferred, delivered: Delivered) -> None:
        """Count a transfer for whoever gives and whoever gets."""
        self._add(record.customer_id, delivered, _TICKETS["transfers_out"])
        self._add(record.to_customer_id, delivered, _TICKETS["transfers_in"])

    def label_given(self, record: FeedbackRecord, _: Delivered) -> None:
        """Count what somebody found out."""
        self._labels.add((record.customer_id,), *_FEEDBACK[type(record)])

    def policy_set(self, record: feedback.PolicySet, _: Delivered) -> None:
        """Replace a policy."""
        self._policies.put(record.policy, (record.policy, record.threshold, record.action))

    def customer_forgotten(self, record: feedback.CustomerForgotten, _: Delivered) -> None:
        """Say nothing about this customer from now on."""
        self._forgotten.put(record.customer_id, (record.customer_id,))

    def model_published(self, record: models.ModelPublished, _: Delivered) -> None:
        """Keep a version of a model."""
        features, metrics = (msgspec.json.encode(value).decode() for value in (record.features, record.metrics))
        row = (record.model, record.model_version, record.onnx, features, record.sha256, metrics, record.trained_on)
        self._models.put(row[:2], (*row, False))

    def model_promoted(self, record: models.ModelPromoted, _: Delivered) -> None:
        """Let a version answer."""
        self._promotions.put(record.model, (record.model, record.model_version))

    def model_retired(self, record: models.ModelRetired, _: Delivered) -> None:
        """Keep of a version only that it is gone: whoever reads the topic after its compaction knows no more."""
        key = (record.model, record.model_version)
        self._models.put(key, (*key, b"", "[]", "", "{}", "", True))


def day_of(time: str) -> int:
    """
    Return the day (days since 1970-01-01, UTC) of an RFC 3339 time.
    """
    # Nearly all times look alike and share few days; others may be written in any way that decoding accepts.
    return _day_of_date(time[:10]) if time[10:11] == "T" and time[-1] == "Z" else (_parse(time) - _EPOCH).days


@lru_cache(maxsize=4096)
def _day_of_date(text: str) -> int:
    return (_parse(f"{text}T00:00:00Z") - _EPOCH).days
