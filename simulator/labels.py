"""
What is found out about people, late, not always, and not always rightly: reviews, and banks that take money back.
"""

from __future__ import annotations

import math
from hashlib import blake2b
from typing import TYPE_CHECKING, Annotated

import msgspec

from inventory_stream.records.feedback import AbuseCleared, AbuseConfirmed, FeedbackRecord, PaymentChargedBack
from simulator.clock import DAY_S, Actor
from simulator.customers import ORDINARY, Customer
from simulator.tickets import Order

if TYPE_CHECKING:
    from simulator.stage import Stage

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Days = Annotated[float, msgspec.Meta(gt=0)]
Number = Annotated[int, msgspec.Meta(gt=0)]

REVIEWERS = ("desk-1", "desk-2", "desk-3")
SPREAD = 0.7
"""Standard deviation of the logarithm of a delay: a third take more than 1.35 times the median, few many times."""


class LabelPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    How labels come about. Shares are 0 … 1; delays are days from the deed, spread about their median.

    noticed_share: how likely one deed of an abuser leads to a review of the account.
    evidence_markup, evidence_tickets: a resale at this many times the price or more is evidence; so many tickets of it
        lead to a review surely, fewer in proportion, whoever sells.
    never_labelled_share: abusers whom no review ever reaches, whatever they do.
    missed_share: reviewed abusers who are taken for ordinary.
    blamed_share: reviewed ordinary customers who are taken for abusers.
    fan_review_share: how likely an ordinary purchase leads to a review.
    disputed_share: orders on a stolen instrument whose owner notices; the others are never charged back.
    fan_dispute_share: ordinary orders that are charged back although nothing was stolen.
    """

    noticed_share: Share = 0.2
    evidence_markup: float = 1.25
    evidence_tickets: Number = 8
    never_labelled_share: Share = 0.35
    missed_share: Share = 0.06
    blamed_share: Share = 0.04
    fan_review_share: Share = 0.012
    review_median_days: Days = 6.0
    review_longest_days: Days = 30.0
    disputed_share: Share = 0.85
    fan_dispute_share: Share = 0.001
    chargeback_median_days: Days = 16.0
    chargeback_longest_days: Days = 75.0


class Labels:
    """
    Hears of deeds, and tells the stream what somebody finds out about them later.
    """

    def __init__(self, stage: Stage, plan: LabelPlan) -> None:
        self._stage = stage
        self._plan = plan
        self._reviewed: set[str] = set()

    def bought(self, order: Order) -> None:
        """
        Hear of an ordinary purchase: now and then somebody is looked into for nothing, or disputes what was theirs.
        """
        draw = self._stage.draw()
        if draw < self._plan.fan_review_share:
            self._review(order.customer, "reselling")
        elif draw > 1 - self._plan.fan_dispute_share:
            self._dispute(order)

    def suspected(self, customer: Customer, suspicion: str) -> None:
        """
        Hear of one deed of an abuser that somebody might notice.

        Args:
            suspicion: what a reviewer will call it.
        """
        if self._stage.draw() < self._plan.noticed_share:
            self._review(customer, suspicion)

    def resold(self, customer: Customer, tickets: int, markup: float) -> None:
        """
        Hear of tickets offered at `markup` times their price, whoever does it.
        """
        enough = min(1.0, tickets / self._plan.evidence_tickets)
        if markup >= self._plan.evidence_markup and self._stage.draw() < enough:
            self._review(customer, "reselling")

    def stole(self, order: Order) -> None:
        """
        Hear of an order paid with somebody else's money.
        """
        if self._stage.draw() < self._plan.disputed_share:
            self._dispute(order)

    def _review(self, customer: Customer, suspicion: str) -> None:
        guilty = customer.kind != ORDINARY
        if customer.id in self._reviewed or (guilty and self._never(customer)):
            return
        if guilty:
            self._reviewed.add(customer.id)
        wrong = self._stage.draw() < (self._plan.missed_share if guilty else self._plan.blamed_share)
        reviewer = self._stage.pick(REVIEWERS)
        found: FeedbackRecord = AbuseCleared(customer_id=customer.id, reviewer=reviewer)
        if guilty != wrong:
            found = AbuseConfirmed(customer_id=customer.id, kind=suspicion, reviewer=reviewer)
        self._tell_later(found, self._plan.review_median_days, self._plan.review_longest_days)

    def _dispute(self, order: Order) -> None:
        record = PaymentChargedBack(
            customer_id=order.customer.id,
            order_id=order.id,
            amount_cents=order.face_cents + order.fees_cents,
            currency=order.show.currency,
        )
        self._tell_later(record, self._plan.chargeback_median_days, self._plan.chargeback_longest_days)

    def _never(self, customer: Customer) -> bool:
        # From the id and not from the dice: whoever is never reached today is never reached tomorrow.
        digest = blake2b(customer.id.encode(), digest_size=8, person=b"labels").digest()
        return int.from_bytes(digest) / 2**64 < self._plan.never_labelled_share

    def _tell_later(self, record: FeedbackRecord, median_days: float, longest_days: float) -> None:
        days = min(self._stage.random.lognormvariate(math.log(median_days), SPREAD), longest_days)
        self._stage.start(self._tell(record, days * DAY_S))

    def _tell(self, record: FeedbackRecord, after_s: float) -> Actor:
        yield after_s
        self._stage.tell(record)
