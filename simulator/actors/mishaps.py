"""
Shows that do not take place, or at another time.
"""

from __future__ import annotations

from inventory_stream.records.catalogue import EventCancelled, EventOnSaleChanged, EventRescheduled
from simulator.clock import DAY_S, DAY_US, HOUR_S, Actor, datetime_of
from simulator.shows import Show
from simulator.stage import Stage

REASONS = ("illness", "production", "weather")
CANNOT_COME = 0.14
"""Owners who want their money back when a show moves (share)."""


def befall(stage: Stage, show: Show) -> Actor:
    """
    Let happen what becomes of a show, at some time while it sells.
    """
    left_s = stage.clock.until(show.starts_us) - 4 * HOUR_S
    yield max(0.0, left_s) * (0.3 + 0.6 * stage.draw())
    if show.over:
        return
    yield from cancel(stage, show) if show.plan.fate == "cancelled" else move(stage, show)


def cancel(stage: Stage, show: Show) -> Actor:
    """
    Cancel a show: nothing is sold any more, what is held is let go, and everybody who paid gets the money back.

    Tickets that were resold are settled by the marketplace, not by the venue: they stay with their last owner.
    """
    stage.tell(EventCancelled(event_id=show.event_id, reason=stage.pick(REASONS)))
    show.on_sale, show.over = False, True
    stage.tell(EventOnSaleChanged(event_id=show.event_id, on_sale=False))
    for listener in stage.listeners:
        listener.closed(show)
    for hold in [hold for hold in stage.office.holds.values() if hold.show is show]:
        stage.office.end(hold, "released")
    orders = list(show.orders.values())
    for order in orders:
        yield DAY_S * stage.draw() / len(orders)
        stage.office.refund(order, "event_cancelled")
    stage.end(show)


def move(stage: Stage, show: Show) -> Actor:
    """
    Move a show to a later evening; some owners cannot come then.
    """
    show.starts_us += (3 + int(stage.draw() * 18)) * DAY_US
    stage.tell(EventRescheduled(event_id=show.event_id, starts_at=datetime_of(show.starts_us)))
    orders = list(show.orders.values())
    for order in orders:
        yield 2 * DAY_S * stage.draw() / len(orders)
        if stage.draw() < CANNOT_COME and not show.over:
            stage.office.refund(order, "event_moved")
