"""
Ordinary people: they look, wait, think it over, buy, come back, take another date, or let it be.
"""

from __future__ import annotations

from collections.abc import Generator

import msgspec

from simulator.actors.checkout import forget, pay
from simulator.actors.choosing import choose
from simulator.clock import HOUR_S, Actor
from simulator.customers import Customer
from simulator.shows import Show
from simulator.stage import Stage
from simulator.visit import Visit

PARTIES = (1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 4, 4, 5)
MEAN_PARTY = sum(PARTIES) / len(PARTIES)
TRIES = 3
"""How often somebody tries altogether: another date, another hour."""

Reason = Generator[float, None, str]
"""An actor that returns why it got no tickets; nothing when it got them."""


class Wish(msgspec.Struct):
    """
    Somebody who means to go: who they are (their number in the population), with how many, and how often they tried.
    """

    number: int
    customer: Customer
    party: int
    tries: int = 1


def fan(stage: Stage, show: Show, *, crowded: bool) -> Actor:
    """
    Return one visit: of somebody who means to buy, or of one of the many who only look.
    """
    random, demand = stage.random, stage.demand
    home = show.plan.venue.defined.region if random.random() < demand.local else ""
    number = stage.population.number(random, home)
    customer = stage.population.visitor(number, random)
    if customer.collector or random.random() * (1 + demand.lookers) < 1:
        party = PARTIES[int(random.random() * len(PARTIES))]
        return want(stage, show, Wish(number, customer, party), crowded=crowded)
    return look(stage, show, customer)


def look(stage: Stage, show: Show, customer: Customer) -> Actor:
    """
    Look around; some get as far as holding seats, to see what they would cost with all fees.
    """
    draw = stage.draw
    visit = stage.visit(customer, channel_of(stage, customer))
    if draw() < 0.35:
        visit.search(stage.random)
        yield stage.pause(8)
    visit.view(show)
    if draw() < 0.45 or show.over:
        return
    yield stage.pause(15)
    if not show.on_sale or stage.problems.chart_fails(visit, show):
        return
    places = show.pick_section(draw(), 2)
    visit.view_seats(show, places.section)
    if draw() < 0.25:
        return
    yield stage.pause(25)
    visit.sign_in()
    hold = stage.office.hold(show, places, 1 + int(draw() * 3), customer, visit.session_id, visit.channel)
    if hold is None:
        return
    if draw() < 0.5:
        yield stage.pause(60)
        stage.office.end(hold, "released")
    else:
        yield from forget(stage, hold)


def want(stage: Stage, show: Show, wish: Wish, *, crowded: bool) -> Actor:
    """
    Try to buy, and when it does not work out, perhaps once more.
    """
    visit = stage.visit(wish.customer, channel_of(stage, wish.customer))
    pace = wish.customer.pace
    if not wish.customer.collector and wish.tries == 1 and stage.draw() < 0.4:
        visit.search(stage.random)
        yield stage.pause(8 * pace)
    visit.view(show)
    yield stage.pause(12 * pace)
    if crowded and not (yield from queue(stage, visit, show)):
        reason = "queue"
    else:
        reason = yield from take(stage, visit, show, wish)
    if reason:
        recover(stage, show, wish, reason)


def queue(stage: Stage, visit: Visit, show: Show) -> Generator[float, None, bool]:
    """
    Wait in line; returns whether the visitor was let in.
    """
    visit.sign_in()
    visit.join_queue(show)
    waited_s = stage.pause(120, longest_s=900) + stage.problems.queue_stall_s(visit, show)
    yield waited_s
    # The longer it takes, the fewer stay.
    admitted = stage.draw() < 0.93 - waited_s / 4_000
    visit.leave_queue(show, waited_s, admitted=admitted)
    return admitted


def take(stage: Stage, visit: Visit, show: Show, wish: Wish) -> Reason:
    """
    Choose places, hold them, decide. Others may be faster: then choose again.
    """
    if stage.problems.chart_fails(visit, show) and stage.draw() < 0.8:
        return "gave_up"
    for _ in range(3):
        if not show.on_sale:
            return "sold_out" if show.over else "gave_up"
        places, reason = choose(show, wish.customer, wish.party, stage.random)
        if places is None:
            return reason
        visit.view_seats(show, places.section)
        yield stage.pause(25 * wish.customer.pace)
        visit.sign_in()
        hold = stage.office.hold(show, places, wish.party, visit.customer, visit.session_id, visit.channel)
        if hold is not None:
            yield stage.pause(25 * wish.customer.pace)
            if stage.draw() < 0.1:
                stage.office.end(hold, "released")
                return "gave_up"
            return (yield from pay(stage, visit, hold))
    return "held_by_others"


def recover(stage: Stage, show: Show, wish: Wish, reason: str) -> None:
    """
    After it did not work out: another date of the tour, another hour, or no tickets at all.
    """
    draw, demand = stage.draw, stage.demand
    if wish.tries < TRIES and not show.over:
        wish.tries += 1
        if reason in {"sold_out", "too_dear", "held_by_others"}:
            other = stage.another_date(show, wish.party)
            if other is not None and draw() < demand.substitution:
                stage.start(want(stage, other, wish, crowded=False), stage.pause(60))
                return
        elif draw() < demand.comes_back:
            stage.start(come_back(stage, show, wish), HOUR_S * (0.2 + 30 * draw() ** 2))
            return
    stage.truth.wanted(show.event_id, wish.customer, wish.party, reason)


def come_back(stage: Stage, show: Show, wish: Wish) -> Actor:
    """
    Try again, perhaps on another device and network, unless it is too late.
    """
    if show.on_sale and stage.clock.until(show.starts_us) > 2 * HOUR_S:
        wish.customer = stage.population.visitor(wish.number, stage.random)
        return (yield from want(stage, show, wish, crowded=False))
    stage.truth.wanted(show.event_id, wish.customer, wish.party, "gave_up")


def channel_of(stage: Stage, customer: Customer) -> str:
    """
    Return where somebody buys: in the app on their phone, on the web, or with a partner.
    """
    if stage.draw() < 0.08:
        return "partner"
    return "app" if customer.device_kind in {"ios", "android"} else "web"
