"""
Those who buy to resell, and those who block places. Simple kinds; each leaves the marks it leaves in life.
"""

from __future__ import annotations

from simulator.actors.fans import forget
from simulator.actors.owners import resell
from simulator.actors.reviewers import charge_back, review
from simulator.clock import HOUR_S, Actor
from simulator.customers import BULK_BOT, SEAT_SPINNER, Customer
from simulator.shows import Show
from simulator.stage import Stage
from simulator.tickets import Hold
from simulator.visit import Visit

RING_ACCOUNTS = 24
SPINNER_ACCOUNTS = 6


def raid(stage: Stage, show: Show, ring: int) -> None:
    """
    Send a ring's bots into an on-sale that has just begun: all at once, faster than people.
    """
    for bot in stage.population.ring(ring, BULK_BOT, RING_ACCOUNTS):
        stage.start(bulk_buyer(stage, show, bot), stage.draw() * 5)


def spin(stage: Stage, show: Show, ring: int) -> None:
    """
    Send accounts that hold places over and over, so that nobody else can buy them.
    """
    for bot in stage.population.ring(ring, SEAT_SPINNER, SPINNER_ACCOUNTS):
        stage.start(seat_spinner(stage, show, bot), stage.draw() * HOUR_S)


def bulk_buyer(stage: Stage, show: Show, bot: Customer) -> Actor:
    """
    Buy as much as one account may, a few times, and put most of it up for resale.
    """
    visit = stage.visit(bot, "web")
    visit.sign_in()
    if stage.draw() < 0.3:
        visit.view(show)
        yield 0.2 + stage.draw()
    for _ in range(1 + int(stage.draw() * 3)):
        quantity = 6 + int(stage.draw() * 3)
        places = show.pick_section(stage.draw() * 0.5, quantity)
        visit.view_seats(show, places.section)
        yield 0.1 + stage.draw() * 1.2
        hold = stage.office.hold(show, places, quantity, bot, visit.session_id, visit.channel)
        if hold is not None:
            yield 0.4 + stage.draw() * 2
            yield from pay_fast(stage, visit, hold)
    review(stage, bot)


def pay_fast(stage: Stage, visit: Visit, hold: Hold) -> Actor:
    """
    Check out within seconds, with a payment instrument that many accounts share and some of which are stolen.
    """
    visit.start_checkout(hold)
    yield 0.8 + stage.draw() * 3
    if stage.draw() < 0.12:
        visit.decline_payment(hold, stage.random)
        visit.fail_checkout(hold, "payment_declined")
        stage.office.end(hold, "released")
        return
    order = stage.office.order(hold)
    if order is None:
        return
    if stage.draw() < 0.8:
        stage.start(resell(stage, order, markup=1.4 + 1.6 * stage.draw(), odds=0.7), HOUR_S * stage.draw())
    if stage.draw() < 0.12:
        charge_back(stage, order)


def seat_spinner(stage: Stage, show: Show, bot: Customer) -> Actor:
    """
    Hold, let it run out, hold again; hardly ever buy.
    """
    visit = stage.visit(bot, "app")
    visit.sign_in()
    visit.view(show)
    for _ in range(5 + int(stage.draw() * 15)):
        if stage.clock.until(show.plan.starts_us) < 2 * HOUR_S:
            break
        quantity = 4 + int(stage.draw() * 5)
        places = show.pick_section(stage.draw() * 0.4, quantity)
        hold = stage.office.hold(show, places, quantity, bot, visit.session_id, visit.channel)
        if hold is not None and stage.draw() < 0.8:
            yield from forget(stage, hold)
        elif hold is not None:
            yield stage.pause(60)
            stage.office.end(hold, "released")
        yield 0.5 + stage.draw() * 20
    review(stage, bot)
