"""
Shows (events, in the contract's words): what is known of them beforehand, and their state while they sell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from inventory_stream.records.catalogue import LevelPrice, OfferPublished
from simulator.places import SectionPlaces
from simulator.venues import Venue

if TYPE_CHECKING:
    from simulator.tickets import Order


class Plan(msgspec.Struct, frozen=True):
    """
    What is known of a show beforehand. Times in microseconds since 1970.

    Attributes:
        tour_id: the same for all dates of a tour or run; the event's own id for a single night.
        presale_us: when members may buy; the general sale's time when there is no presale.
        wanted: tickets that people want at the usual price (count).
        pull: how much of a rush there is (0 … 1): how many crowd into the first hour, and whether abusers care.
        markup: the price as a multiple of what people are used to pay for such a show.
        late: visits in the last week, as a multiple of what is usual.
        package: sell the best seats with lounge and parking as well.
        fate: `cancelled`, `moved` or nothing.
    """

    event_id: str
    name: str
    venue: Venue
    attraction: str
    tour: str
    tour_id: str
    category: str
    genre: str
    prices: tuple[LevelPrice, ...]
    announced_us: int
    presale_us: int
    on_sale_us: int
    starts_us: int
    wanted: int
    pull: float
    markup: float = 1.0
    late: float = 1.0
    package: bool = False
    fate: str = ""
    currency: str = "USD"


class Show:
    """
    A show as it sells: what is free, what it costs, who bought. Its state is bounded by its places.

    Attributes:
        orders: order_id → order, of those not refunded; emptied after the doors have closed.
        starts_us: when it begins; later than planned when it was moved.
        on_sale: whether places can be held now.
        presale: who may buy now, while only some may.
        over: cancelled or past: tickets change hands no more.
        offers: offer_id → offer, those that can be bought now.
        held: places that are set aside now (count).
        least: what people are used to pay for the cheapest place (cents).
        worth: by section, what people are used to pay for its places, fees included (cents).
    """

    __slots__ = (
        "currency",
        "event_id",
        "held",
        "least",
        "offers",
        "on_sale",
        "orders",
        "over",
        "plan",
        "presale",
        "prices",
        "sections",
        "starts_us",
        "worth",
    )

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.event_id = plan.event_id
        self.currency = plan.currency
        self.starts_us = plan.starts_us
        self.prices = {price.price_level: price for price in plan.prices}
        rows = plan.venue.rows
        self.sections = [SectionPlaces(section, rows[section.name]) for section in plan.venue.sections]
        self.worth = {
            places.section: (price.face_cents + price.fees_cents) / plan.markup
            for places in self.sections
            for price in (self.prices[places.price_level],)
        }
        self.least = min(self.worth.values())
        self.held = 0
        self.on_sale = False
        self.over = False
        self.presale = ""
        self.offers: dict[str, OfferPublished] = {}
        self.orders: dict[str, Order] = {}

    def price(self, places: SectionPlaces, offer_id: str = "") -> LevelPrice:
        """
        Return what one place costs now, plainly or by an offer that has a price of its own.
        """
        offer = self.offers.get(offer_id)
        if offer is not None and offer.face_cents:
            return LevelPrice(places.price_level, offer.face_cents, offer.fees_cents)
        return self.prices[places.price_level]

    def free(self) -> int:
        """
        Return how many places are free.
        """
        return sum(places.free for places in self.sections)

    def sold_out(self) -> bool:
        """
        Return whether nobody can find even two places any more.
        """
        return all(places.free < 2 for places in self.sections)

    def pick_section(self, draw: float, quantity: int) -> SectionPlaces:
        """
        Return the section that a buyer wants (draw: 0 … 1), or the next one that has enough free places.
        """
        first = int(draw * len(self.sections))
        for step in range(len(self.sections)):
            places = self.sections[(first + step) % len(self.sections)]
            if places.free >= quantity:
                return places
        return self.sections[first]
