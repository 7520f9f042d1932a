"""
Those who find out, late and not always: reviews of customers, and banks that take money back.
"""

from __future__ import annotations

from inventory_stream.records.feedback import AbuseCleared, AbuseConfirmed, PaymentChargedBack
from simulator.clock import DAY_S, Actor
from simulator.customers import Customer
from simulator.stage import Stage
from simulator.tickets import Order

REVIEWERS = ("desk-1", "desk-2", "desk-3")


def review(stage: Stage, abuser: Customer) -> None:
    """
    Look into an abuser, once, some days from now; many are never looked into, and a few get away.
    """
    if stage.first_review(abuser) and stage.draw() < 0.6:
        stage.start(judge(stage, abuser, (0.2 + 12 * stage.draw()) * DAY_S, guilty=stage.draw() < 0.97))


def clear_sometimes(stage: Stage, customer: Customer) -> None:
    """
    Look into a customer who bought, now and then, and find nothing.
    """
    if stage.draw() < 0.015:
        stage.start(judge(stage, customer, (0.2 + 8 * stage.draw()) * DAY_S, guilty=False))


def charge_back(stage: Stage, order: Order) -> None:
    """
    Have the bank take the money of an order back, weeks later.
    """
    record = PaymentChargedBack(
        customer_id=order.customer.id,
        order_id=order.id,
        amount_cents=order.face_cents + order.fees_cents,
        currency=order.show.currency,
    )
    stage.start(dispute(stage, record, (3 + 25 * stage.draw()) * DAY_S))


def judge(stage: Stage, customer: Customer, after_s: float, *, guilty: bool) -> Actor:
    """
    Say what a review found.
    """
    yield after_s
    reviewer = stage.pick(REVIEWERS)
    if guilty:
        stage.tell(AbuseConfirmed(customer_id=customer.id, kind=customer.kind, reviewer=reviewer))
    else:
        stage.tell(AbuseCleared(customer_id=customer.id, reviewer=reviewer))


def dispute(stage: Stage, record: PaymentChargedBack, after_s: float) -> Actor:
    """
    Tell what the bank did.
    """
    yield after_s
    stage.tell(record)
