"""
From a hold to an order, or not: payments are declined, tried again with another card, and people leave.
"""

from __future__ import annotations

from collections.abc import Generator

from simulator.actors.owners import own
from simulator.clock import Actor
from simulator.stage import Stage
from simulator.tickets import Hold
from simulator.visit import Visit

DECLINED = 0.09
ABANDONED = 0.12
LEADS_TO_OTHER_CARD = 0.6
PACKAGE_BUDGET = 1.4


def pay(stage: Stage, visit: Visit, hold: Hold) -> Generator[float, None, str]:
    """
    Check out, and return why it failed; nothing when it did not.

    The pauses are capped so that the hold still runs when the order is placed, whatever happens on the way.
    """
    offer_package(stage, hold)
    visit.start_checkout(hold)
    pace = visit.customer.pace
    yield stage.pause(40 * pace, longest_s=150)
    if stage.draw() < ABANDONED:
        visit.fail_checkout(hold, "abandoned")
        yield from forget(stage, hold)
        return "gave_up"
    for attempt in range(3):
        error = stage.problems.payment_error(visit, hold.show)
        if not error and stage.draw() >= DECLINED:
            break
        visit.decline_payment(hold, stage.random, error)
        if attempt == 2 or stage.draw() >= LEADS_TO_OTHER_CARD:
            visit.fail_checkout(hold, "payment_declined")
            stage.office.end(hold, "released")
            return "failed_payment"
        yield stage.pause(25 * pace, longest_s=60)
    stage.meet(visit.customer)  # midnight may have passed since the visit began
    order = stage.office.order(hold)
    if order is None:
        return "gave_up"
    own(stage, order)
    stage.labels.bought(order)
    return ""


def offer_package(stage: Stage, hold: Hold) -> None:
    """
    Let somebody who can afford it take the package that comes with these places.
    """
    show = hold.show
    offer_id = f"{show.event_id}-lounge"
    offer = show.offers.get(offer_id)
    if offer is None or hold.customer.budget < PACKAGE_BUDGET or hold.size() > offer.limit_per_order:
        return
    if hold.places.price_level in offer.price_levels and stage.draw() < 0.35:
        hold.offer_id = offer_id


def forget(stage: Stage, hold: Hold) -> Actor:
    """
    Leave the hold alone until it has run out.
    """
    yield stage.clock.until(hold.expires_us)
    stage.office.end(hold, "expired")
