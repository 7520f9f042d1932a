"""
What becomes of tickets between the sale and the doors: most are kept, some given back, sold on or given away.
"""

from __future__ import annotations

from simulator.clock import HOUR_S, Actor
from simulator.stage import Stage
from simulator.tickets import Order

GIVEN_BACK, SOLD_ON, GIVEN_AWAY = 0.03, 0.06, 0.1
"""What becomes of orders that are not simply kept: the money back, resale because somebody fell ill, friends (shares)."""

REASONS = ("customer_request", "duplicate", "illness")


def own(stage: Stage, order: Order) -> None:
    """
    Decide an order's fate; only those that will not simply be kept cost anything from now on.
    """
    fate = stage.draw()
    if fate < GIVEN_BACK:
        stage.start(give_back(stage, order))
    elif fate < GIVEN_BACK + SOLD_ON:
        stage.start(resell(stage, order, markup=0.8 + 0.5 * stage.draw(), odds=0.7))
    elif fate < GIVEN_BACK + SOLD_ON + GIVEN_AWAY and order.size() > 1:
        stage.start(give_away(stage, order))


def give_back(stage: Stage, order: Order) -> Actor:
    """
    Ask for the money back: many soon after, some much later.
    """
    yield time_left(stage, order) * stage.draw() ** 6
    if time_left(stage, order) > 0:
        stage.office.refund(order, stage.pick(REASONS))


def give_away(stage: Stage, order: Order) -> Actor:
    """
    Pass the tickets on to a friend.
    """
    yield time_left(stage, order) * stage.draw() ** 3
    if time_left(stage, order) > 0:
        stage.office.transfer(order, stage.meet(stage.population.friend(order.customer, stage.random)))


def resell(stage: Stage, order: Order, *, markup: float, odds: float) -> Actor:
    """
    Offer the tickets at `markup` times their price; with `odds` somebody buys them before the doors open.
    """
    yield time_left(stage, order) * stage.draw() ** 4
    if time_left(stage, order) <= 0:
        return
    each_cents = int(order.face_cents * markup) // order.size()
    listing_id = stage.office.open_listing(order, each_cents)
    if not listing_id:
        return
    stage.labels.resold(order.customer, order.size(), markup)
    yield time_left(stage, order) * stage.draw() ** 2
    buyer = stage.population.pick(stage.random)
    if order.state != "listed":
        return
    if stage.draw() < odds and buyer.id != order.customer.id:
        stage.office.sell_listing(order, listing_id, each_cents, stage.meet(buyer))
    else:
        stage.office.end_listing(order, listing_id, "withdrawn" if stage.draw() < 0.5 else "expired")


def time_left(stage: Stage, order: Order) -> float:
    """
    Return the seconds until tickets must be where they belong, one hour before the show.
    """
    return stage.clock.until(order.show.starts_us) - HOUR_S
