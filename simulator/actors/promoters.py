"""
A show from its announcement to the closing of its doors.
"""

from __future__ import annotations

from inventory_stream.records.catalogue import (
    EventOnSaleChanged,
    EventScheduled,
    OfferPublished,
    OfferWithdrawn,
    PricesSet,
    SeatsBlocked,
    SeatsReleased,
)
from simulator.actors.mishaps import befall
from simulator.clock import DAY_S, HOUR_S, Actor, datetime_of
from simulator.demand import arrivals, counter, presale_arrivals
from simulator.places import SectionPlaces
from simulator.shows import Plan, Show
from simulator.stage import Stage

MEMBERS = "members"
NO_SHOW = 0.08


def promote(stage: Stage, plan: Plan) -> Actor:
    """
    Announce a show, sell it, let people in. Its state goes when its doors have closed.
    """
    yield stage.clock.until(plan.announced_us)
    show = announce(stage, plan)
    if plan.presale_us < plan.on_sale_us:
        yield stage.clock.until(plan.presale_us)
        open_presale(stage, show)
        stage.start(presale_arrivals(stage, show))
        yield 0.95 * stage.clock.until(plan.on_sale_us)
        close_presale(stage, show)
    yield stage.clock.until(plan.on_sale_us)
    open_sale(stage, show)
    stage.start(arrivals(stage, show))
    stage.start(counter(stage, show))
    if plan.fate:
        stage.start(befall(stage, show))
    while not show.over and (left_s := stage.clock.until(show.starts_us)) > 0:
        yield left_s
    if not show.over:
        close_sale(stage, show)
        yield from doors(stage, show)


def announce(stage: Stage, plan: Plan) -> Show:
    """
    Tell everything about a show that buyers must know, and keep places for the house and the production.
    """
    show = stage.add(Show(plan))
    stage.tell(scheduled(plan))
    stage.tell(PricesSet(event_id=plan.event_id, currency=plan.currency, prices=plan.prices))
    for section in plan.venue.sections:
        stage.tell(section.released(plan.event_id))
    for number, places in enumerate(show.sections):
        if places.rows and number % 3 == 0:
            keep_back(stage, show, places, "house" if number % 2 else "production")
    for listener in stage.listeners:
        listener.announced(show)
    return show


def scheduled(plan: Plan) -> EventScheduled:
    """
    Return the record that says what, where and when.
    """
    venue = plan.venue.defined
    return EventScheduled(
        event_id=plan.event_id,
        name=plan.name,
        venue_id=venue.venue_id,
        starts_at=datetime_of(plan.starts_us),
        chart_id=plan.venue.chart_id,
        chart_version=plan.venue.chart_version,
        attraction=plan.attraction,
        tour=plan.tour,
        category=plan.category,
        genre=plan.genre,
        venue_name=venue.name,
        city=venue.city,
        region=venue.region,
        country=venue.country,
        timezone=venue.timezone,
        currency=plan.currency,
        on_sale_at=datetime_of(plan.on_sale_us),
    )


def open_presale(stage: Stage, show: Show) -> None:
    """
    Let those with a code buy, for now.
    """
    plan = show.plan
    starts_at, ends_at = datetime_of(plan.presale_us), datetime_of(plan.on_sale_us)
    show.on_sale, show.presale = True, MEMBERS
    stage.tell(EventOnSaleChanged(event_id=show.event_id, on_sale=True, on_sale_at=starts_at, presale=MEMBERS))
    publish(
        stage,
        show,
        OfferPublished(
            event_id=show.event_id,
            offer_id=f"{show.event_id}-{MEMBERS}",
            name="Members' presale",
            price_levels=tuple(price.price_level for price in plan.prices),
            currency=plan.currency,
            limit_per_order=4,
            starts_at=starts_at,
            ends_at=ends_at,
        ),
    )
    for listener in stage.listeners:
        listener.opened(show, MEMBERS)


def close_presale(stage: Stage, show: Show) -> None:
    """
    Close the doors of the presale, shortly before all may buy.
    """
    show.on_sale, show.presale = False, ""
    stage.tell(EventOnSaleChanged(event_id=show.event_id, on_sale=False))
    withdraw(stage, show, f"{show.event_id}-{MEMBERS}")


def open_sale(stage: Stage, show: Show) -> None:
    """
    Start selling to all: plain tickets, and a package where there is one.
    """
    plan = show.plan
    show.on_sale = True
    stage.tell(EventOnSaleChanged(event_id=plan.event_id, on_sale=True, on_sale_at=datetime_of(plan.on_sale_us)))
    plain = OfferPublished(
        event_id=plan.event_id,
        offer_id=f"{plan.event_id}-standard",
        name="Standard ticket",
        price_levels=tuple(price.price_level for price in plan.prices),
        currency=plan.currency,
        limit_per_order=8,
    )
    publish(stage, show, plain)
    if plan.package:
        publish(stage, show, lounge(plan))
    for listener in stage.listeners:
        listener.opened(show, "")


def lounge(plan: Plan) -> OfferPublished:
    """
    Return the offer that bundles the best seats with more.
    """
    best = plan.prices[0]
    return OfferPublished(
        event_id=plan.event_id,
        offer_id=f"{plan.event_id}-lounge",
        name="Lounge and parking package",
        price_levels=(best.price_level,),
        contains=("lounge", "parking"),
        face_cents=best.face_cents * 8 // 5,
        fees_cents=best.fees_cents,
        currency=plan.currency,
        limit_per_order=4,
    )


def publish(stage: Stage, show: Show, offer: OfferPublished) -> None:
    """
    Make an offer.
    """
    show.offers[offer.offer_id] = offer
    stage.tell(offer)


def withdraw(stage: Stage, show: Show, offer_id: str) -> None:
    """
    Take an offer back.
    """
    del show.offers[offer_id]
    stage.tell(OfferWithdrawn(event_id=show.event_id, offer_id=offer_id))


def close_sale(stage: Stage, show: Show) -> None:
    """
    Stop selling.
    """
    show.on_sale = False
    stage.tell(EventOnSaleChanged(event_id=show.event_id, on_sale=False))
    for listener in stage.listeners:
        listener.closed(show)


def keep_back(stage: Stage, show: Show, places: SectionPlaces, reason: str) -> None:
    """
    Block some places of a section for now: three times the share of all, since it is done in every third section.
    """
    count = min(places.free, 200, round(3 * stage.supply.held_back * places.capacity))
    seats = places.take(count) if count else None
    if seats:
        stage.tell(SeatsBlocked(event_id=show.event_id, section=places.section, seats=seats, reason=reason))
        stage.start(give_free(stage, show, places, seats, 6 * HOUR_S if reason == "house" else 3 * DAY_S))


def give_free(stage: Stage, show: Show, places: SectionPlaces, seats: tuple[str, ...], before_s: float) -> Actor:
    """
    Put places on sale that were kept back: those of the production days before the show, the house's hours before.
    """
    yield stage.clock.until(show.starts_us) - before_s
    if show.over:
        return
    stage.tell(
        SeatsReleased(event_id=show.event_id, section=places.section, price_level=places.price_level, seats=seats)
    )
    places.give_back(seats, 0)


def doors(stage: Stage, show: Show) -> Actor:
    """
    Let the owners of tickets in, one party after the other; some never come.
    """
    parties = list(show.orders.values())
    for order in parties:
        yield 1.5 * HOUR_S * stage.draw() / len(parties)
        if stage.draw() >= NO_SHOW:
            stage.office.scan(order, f"gate {1 + int(stage.draw() * 6)}")
    stage.end(show)
