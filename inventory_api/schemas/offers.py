"""
How places of an event can be bought.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from inventory_api.schemas.prices import Cost, Price
from inventory_api.words import EventStatus


class LevelOffer(Price):
    """
    The price of a level, its free places (count), and how many of them an order may have; null for any number.
    """

    free: int
    limit_per_order: int | None


class BundledEvent(BaseModel):
    """
    Another event that a package contains, and its free places (count); 0 when it is cancelled or over.
    """

    event_id: str
    status: EventStatus
    free: int


class Offer(BaseModel):
    """
    A way to buy places: plainly, or in a package with what it `contains`.

    `price` is that of each place, null when it is that of its level. `fulfillable` counts the places left that could be
    sold this way: free ones of its price levels, and no more than are free at each event that it contains. `state` says
    whether its time has come.
    """

    offer_id: str
    name: str
    kind: Literal["standard", "package"]
    contains: list[str]
    events: list[BundledEvent]
    price_levels: list[str]
    price: Cost | None
    currency: str
    limit_per_order: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    state: Literal["upcoming", "open", "ended"]
    fulfillable: int


class ResaleListing(BaseModel):
    """
    Places that an owner offers; `price` is that of each. An area's listing has no seats but a quantity.
    """

    listing_id: str
    section: str
    seats: list[str]
    quantity: int
    price: Cost
    currency: str


class Offers(BaseModel):
    """
    How places of an event can be bought, all as of one position. `presale` names who may buy before all others, now.

    A cancelled or past event offers nothing; `reason` says so.
    """

    event_id: str
    status: EventStatus
    reason: Literal["cancelled", "past"] | None
    currency: str
    presale: str
    on_sale_at: datetime | None
    prices: list[LevelOffer]
    offers: list[Offer]
    listings: list[ResaleListing]
