"""
Feedback records: labels on customers, policies, and the wish to be forgotten.
"""

from typing import Annotated, ClassVar

import msgspec

from inventory_stream.records.base import Cents, Currency, Identifier, Record, Text


class FeedbackRecord(Record, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """
    Base of feedback records keyed by customer.
    """

    topic: ClassVar[str] = "feedback"
    key_fields: ClassVar[tuple[str, ...]] = ("customer_id",)

    customer_id: Identifier


class AbuseConfirmed(FeedbackRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="abuse.confirmed.v1"):
    """
    A review found that the customer abuses the system to resell.
    """

    kind: Text = ""
    reviewer: Text = ""


class AbuseCleared(FeedbackRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="abuse.cleared.v1"):
    """
    A review found an ordinary customer.
    """

    reviewer: Text = ""


class PaymentChargedBack(
    FeedbackRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="payment.charged_back.v1"
):
    """
    The owner of a payment instrument disputed an order.
    """

    order_id: Identifier
    amount_cents: Cents = 0
    currency: Currency = "USD"


class PolicySet(Record, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="policy.set.v1"):
    """
    A policy has a new value: from now on scores at or above `threshold` are treated as `action` says.
    """

    topic: ClassVar[str] = "feedback"
    key_fields: ClassVar[tuple[str, ...]] = ("policy",)

    policy: Identifier
    threshold: Annotated[float, msgspec.Meta(ge=0, le=1)]
    action: Identifier


class CustomerForgotten(
    FeedbackRecord, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="customer.forgotten.v1"
):
    """
    The customer is to be forgotten: projections drop what they keep about this id.
    """


RECORDS = (AbuseConfirmed, AbuseCleared, PaymentChargedBack, PolicySet, CustomerForgotten)
