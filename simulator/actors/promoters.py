"""
A show from its announcement to the closing of its doors.
"""

from __future__ import annotations

from inventory_stream.charts import REVISION
from inventory_stream.records.catalogue import (
    EventOnSaleChanged,
    EventScheduled,
    OfferPublished,
    PricesSet,
    SeatsBlocked,
    SeatsReleased,
)
from simulator.clock import HOUR_S, Actor, datetime_of
from simulator.demand import arrivals, counter
from simulator.places import SectionPlaces
from simulator.shows import Plan, Show
from simulator.stage import Stage


def promote(stage: Stage, plan: Plan) -> Actor:
    """
    Announce a show, sell it, let people in. Its state goes when its doors have closed.
    """
    yield stage.clock.until(plan.announced_us)
    show = announce(stage, plan)
    yield stage.clock.until(plan.on_sale_us)
    open_sale(stage, show)
    stage.start(arrivals(stage, show))
    stage.start(counter(stage, show))
    for listener in stage.listeners:
        listener.opened(show, "")
    yield stage.clock.until(plan.starts_us)
    close_sale(stage, show)
    yield from doors(stage, show)


def announce(stage: Stage, plan: Plan) -> Show:
    """
    Tell everything about a show that buyers must know, and keep a few places for the house.
    """
    show = Show(plan)
    stage.tell(scheduled(plan))
    stage.tell(PricesSet(event_id=plan.event_id, currency=plan.currency, prices=plan.prices))
    for section in plan.venue.chart.sections:
        stage.tell(section.released(plan.event_id))
    for places in show.sections[:: max(1, len(show.sections) // 2)]:
        if places.rows:
            keep_for_house(stage, show, places)
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
        chart_version=REVISION,
        attraction=plan.attraction,
        tour=plan.tour,
        category=plan.category,
        genre=plan.genre,
        venue_name=venue.name,
        city=venue.city,
        region=venue.region,
        country=venue.country,
        currency=plan.currency,
        on_sale_at=datetime_of(plan.on_sale_us),
    )


def open_sale(stage: Stage, show: Show) -> None:
    """
    Start selling: plain tickets, and a package where many want to come.
    """
    plan = show.plan
    show.on_sale = True
    stage.tell(EventOnSaleChanged(event_id=plan.event_id, on_sale=True, on_sale_at=datetime_of(plan.on_sale_us)))
    stage.tell(
        OfferPublished(
            event_id=plan.event_id,
            offer_id=f"{plan.event_id}-standard",
            name="Standard ticket",
            price_levels=tuple(price.price_level for price in plan.prices),
            currency=plan.currency,
            limit_per_order=8,
        )
    )
    if plan.pull > 0.4:
        best = plan.prices[0]
        stage.tell(
            OfferPublished(
                event_id=plan.event_id,
                offer_id=f"{plan.event_id}-lounge",
                name="Lounge and parking package",
                price_levels=(best.price_level,),
                contains=("lounge", "parking"),
                face_cents=best.face_cents * 2,
                fees_cents=best.fees_cents,
                currency=plan.currency,
                limit_per_order=4,
            )
        )


def close_sale(stage: Stage, show: Show) -> None:
    """
    Stop selling.
    """
    show.on_sale = False
    stage.tell(EventOnSaleChanged(event_id=show.event_id, on_sale=False))
    for listener in stage.listeners:
        listener.closed(show)


def keep_for_house(stage: Stage, show: Show, places: SectionPlaces) -> None:
    """
    Block a few places for now.
    """
    seats = places.take(min(10, places.free)) or ()
    stage.tell(SeatsBlocked(event_id=show.event_id, section=places.section, seats=seats, reason="house"))
    stage.start(give_free(stage, show, places, seats))


def give_free(stage: Stage, show: Show, places: SectionPlaces, seats: tuple[str, ...]) -> Actor:
    """
    Put places on sale that were kept for the house, some hours before the show.
    """
    yield stage.clock.until(show.plan.starts_us) - 6 * HOUR_S
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
        if stage.draw() < 0.93:
            stage.office.scan(order, f"gate {1 + int(stage.draw() * 6)}")
    stage.truth.over(show)
    show.orders.clear()
