"""
Ordinary people: they look, wait, think it over, buy, or let it be.
"""

from __future__ import annotations

from collections.abc import Generator

from simulator.actors.owners import own
from simulator.clock import Actor
from simulator.places import SectionPlaces
from simulator.shows import Show
from simulator.stage import Stage
from simulator.tickets import Hold
from simulator.visit import Visit

CHANNELS = ("web",) * 9 + ("app",) * 9 + ("partner",) * 2
PARTIES = (1, 2, 2, 2, 2, 3, 4, 4, 5, 6)


def fan(stage: Stage, show: Show, *, crowded: bool) -> Actor:
    """
    One visit, from looking around to perhaps a purchase.
    """
    draw = stage.draw
    visit = stage.visit(stage.population.pick(stage.random), stage.pick(CHANNELS))
    if draw() < 0.4:
        visit.search(stage.random)
        yield stage.pause(8)
    visit.view(show)
    if draw() < 0.3:
        return
    yield stage.pause(12)
    if crowded and not (yield from queue(stage, visit, show)):
        return
    party = PARTIES[int(draw() * len(PARTIES))]
    places = show.pick_section(draw(), party)
    visit.view_seats(show, places.section)
    yield stage.pause(20)
    if draw() < 0.3:
        places = show.pick_section(draw(), party)
        visit.view_seats(show, places.section)
        yield stage.pause(15)
    if draw() < 0.6:
        visit.sign_in()
        yield from buy(stage, visit, show, places, party)


def queue(stage: Stage, visit: Visit, show: Show) -> Generator[float, None, bool]:
    """
    Wait in line; returns whether the visitor was let in.
    """
    visit.sign_in()
    visit.join_queue(show)
    waited_s = stage.pause(120, longest_s=900)
    yield waited_s
    admitted = stage.draw() < 0.88
    visit.leave_queue(show, waited_s, admitted=admitted)
    return admitted


def buy(stage: Stage, visit: Visit, show: Show, places: SectionPlaces, party: int) -> Actor:
    """
    Hold places, then pay, give them back, or let the hold run out.
    """
    hold = stage.office.hold(show, places, party, visit.customer, visit.session_id, visit.channel)
    if hold is None:
        return
    yield stage.pause(30)
    change_of_mind = stage.draw()
    if change_of_mind < 0.12:
        stage.office.end(hold, "released")
    elif change_of_mind < 0.2:
        yield from forget(stage, hold)
    else:
        yield from pay(stage, visit, hold)


def pay(stage: Stage, visit: Visit, hold: Hold) -> Actor:
    """
    Check out. The pauses are capped so that the hold still runs when the order is placed.
    """
    visit.start_checkout(hold)
    yield stage.pause(40, longest_s=180)
    if stage.draw() < 0.06:
        visit.decline_payment(hold, stage.random)
        yield stage.pause(25)
        if stage.draw() < 0.5:
            visit.fail_checkout(hold, "payment_declined")
            stage.office.end(hold, "released")
            return
    if stage.draw() < 0.07:
        visit.fail_checkout(hold, "abandoned")
        yield from forget(stage, hold)
        return
    order = stage.office.order(hold)
    if order is not None:
        own(stage, order)
        stage.labels.bought(order)


def forget(stage: Stage, hold: Hold) -> Actor:
    """
    Leave the hold alone until it has run out.
    """
    yield stage.clock.until(hold.expires_us)
    stage.office.end(hold, "expired")
