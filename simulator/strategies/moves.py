"""
What strategies do in the shop, made of the same steps as anybody's: look, choose, pay, and make money of it.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Annotated, NamedTuple

import msgspec

from simulator.actors.checkout import forget
from simulator.actors.fans import queue
from simulator.actors.owners import resell, time_left
from simulator.clock import HOUR_S, Actor
from simulator.customers import Customer
from simulator.shows import Show
from simulator.strategies.base import AnyStrategy, Options
from simulator.tickets import Hold, Order
from simulator.visit import Visit

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Count = Annotated[int, msgspec.Meta(ge=1, le=100_000)]
Some = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
Places = Annotated[int, msgspec.Meta(ge=1, le=8)]
Seconds = Annotated[float, msgspec.Meta(ge=0)]
Times = Annotated[float, msgspec.Meta(ge=0.1, le=20)]

LINE_S, LONG_LINE_S = 600.0, 3_000.0
LIMIT = 8
"""Places that one order may have."""


class Manner(NamedTuple):
    """
    How somebody goes about shopping: mean seconds of looking, thinking and paying, and how likely it is that they
    search, look at the show's page, and look at a second section.
    """

    look_s: float
    think_s: float
    pay_s: float
    curiosity: float


SCRIPT = Manner(look_s=0.6, think_s=1.5, pay_s=2.0, curiosity=0.25)
HUMAN = Manner(look_s=12.0, think_s=30.0, pay_s=40.0, curiosity=0.5)


class ResaleOptions(Options, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """
    How tickets become money. The rest of the orders is kept.

    listed_share: orders that are listed for resale here. handed_share: orders that are sold elsewhere, so that here they
        are only transferred to whoever bought them. markup: price asked / price paid, on average.
    """

    listed_share: Share = 0.6
    handed_share: Share = 0.2
    markup: Times = 1.6


def own_channel(customer: Customer) -> str:
    """
    Return how somebody comes who has the app where there is one.
    """
    return "app" if customer.device_kind in {"ios", "android"} else "web"


def browse(strategy: AnyStrategy, visit: Visit, show: Show, manner: Manner) -> Actor:
    """
    Look around, as somebody does who may buy or not.
    """
    stage = strategy.stage
    if stage.draw() < manner.curiosity:
        visit.search(stage.random)
        yield stage.pause(manner.look_s)
    if stage.draw() < 0.5 + manner.curiosity:
        visit.view(show)
        yield stage.pause(manner.look_s)


def pick_show(strategy: AnyStrategy, places: int, looks: int = 2) -> Show | None:
    """
    Return a show that still has so many places, the most wanted of `looks` that come to mind; None when none has.
    """
    shows, draw = strategy.open_shows, strategy.stage.draw
    seen = [shows[int(draw() * len(shows))] for _ in range(looks) if shows]
    return max((show for show in seen if show.free() >= places), key=lambda show: show.plan.pull, default=None)


def line_up(strategy: AnyStrategy, visit: Visit, show: Show) -> Generator[float, None, bool]:
    """
    Wait in line where there is one: in the first minutes of a sale that many want. Returns whether the visitor is in.
    """
    opened_us = show.plan.presale_us if show.presale else show.plan.on_sale_us
    open_s = -strategy.stage.clock.until(opened_us)
    if open_s > (LONG_LINE_S if show.plan.pull > 0.7 else LINE_S) or show.plan.pull <= 0.5:
        return True
    return (yield from queue(strategy.stage, visit, show))


def choose(
    strategy: AnyStrategy, visit: Visit, show: Show, quantity: int, manner: Manner, reach: float = 1.0
) -> Generator[float, None, Hold | None]:
    """
    Look at sections and hold places in one; None when there are none.

    Args:
        reach: sections that come into question, the best first (0 … 1).
    """
    stage = strategy.stage
    places = show.pick_section(stage.draw() * reach, quantity)
    visit.view_seats(show, places.section)
    yield stage.pause(manner.look_s)
    if stage.draw() < 0.4 * manner.curiosity:
        places = show.pick_section(stage.draw() * reach, quantity)
        visit.view_seats(show, places.section)
        yield stage.pause(manner.look_s)
    visit.sign_in()
    return stage.office.hold(show, places, quantity, visit.customer, visit.session_id, visit.channel)


def pay(
    strategy: AnyStrategy, visit: Visit, hold: Hold, manner: Manner, decline_share: float = 0.05
) -> Generator[float, None, Order | None]:
    """
    Pay for what is held, or fail to.
    """
    stage = strategy.stage
    yield stage.pause(manner.think_s)
    visit.start_checkout(hold)
    yield stage.pause(manner.pay_s)
    if stage.draw() < decline_share:
        visit.decline_payment(hold, stage.random)
        visit.fail_checkout(hold, "payment_declined")
        stage.office.end(hold, "released")
        return None
    stage.meet(visit.customer)  # midnight may have passed since the visit began
    return stage.office.order(hold)


def shop(
    strategy: AnyStrategy, visit: Visit, show: Show, quantity: int, manner: Manner, reach: float = 1.0
) -> Generator[float, None, Order | None]:
    """
    Choose and pay, now and then think better of it; returns the order, if there is one.
    """
    stage = strategy.stage
    hold = yield from choose(strategy, visit, show, quantity, manner, reach)
    if hold is None:
        return None
    if stage.draw() < 0.2 * manner.curiosity:
        yield from forget(stage, hold)
        return None
    return (yield from pay(strategy, visit, hold, manner))


def sell_on(strategy: AnyStrategy, order: Order, terms: ResaleOptions, *, odds: float = 0.7) -> None:
    """
    Decide how an order becomes money: listed here with a markup, handed over to somebody who paid elsewhere, or kept.
    """
    stage = strategy.stage
    fate = stage.draw()
    if fate < terms.listed_share:
        markup = max(1.0, stage.random.gauss(terms.markup, 0.3 * (terms.markup - 1)))
        stage.start(resell(stage, order, markup=markup, odds=odds), HOUR_S * stage.draw())
    elif fate < terms.listed_share + terms.handed_share:
        stage.start(hand_over(strategy, order))


def hand_over(strategy: AnyStrategy, order: Order, to: Customer | None = None) -> Actor:
    """
    Transfer tickets to whoever bought them elsewhere, some time before the show, or to an account of one's own.
    """
    stage = strategy.stage
    yield max(0.0, time_left(stage, order)) * stage.draw() ** 2
    if time_left(stage, order) > 0:
        stage.office.transfer(order, stage.meet(to or stage.population.pick(stage.random)))


def party(strategy: AnyStrategy, most: int, least: int = 1) -> int:
    """
    Return how many places to buy at once, from `least` to `most`.
    """
    return min(LIMIT, least + int(strategy.stage.draw() * (most - least + 1)))
