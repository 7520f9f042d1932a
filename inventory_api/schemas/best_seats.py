"""
The best places that are left.
"""

from typing import Literal

from pydantic import BaseModel

from inventory_api.schemas.prices import Cost
from inventory_api.words import EventStatus


class Because(BaseModel):
    """
    What the quality is made of, from 0 to 1 each: 0.40 level + 0.25 row + 0.15 centre + 0.15 view + 0.05 aisle.
    """

    level: float
    row: float
    centre: float
    view: float
    aisle: float


class PickedSeat(BaseModel):
    """
    A seat; `price` is null where it can be had in a package only.
    """

    seat: str
    price_level: str
    price: Cost | None
    accessible: bool
    companion: bool
    restricted_view: bool


class PickedGroup(BaseModel):
    """
    People who sit together: neighbours in one row, or places in an area (then without seats, and `price_each` is that of
    each place). `listing_id` names the resale listing that they come from.
    """

    kind: Literal["seats", "area"]
    section: str
    row: str | None
    quantity: int
    seats: list[PickedSeat]
    price_level: str | None
    price_each: Cost | None
    listing_id: str | None


class PickedPackage(BaseModel):
    """
    A package that the places can be bought with, and what it costs for all of them.
    """

    offer_id: str
    name: str
    contains: list[str]
    price: Cost


class PickedPlaces(BaseModel):
    """
    Places for the whole party: one group, several only where a split was asked for.

    `single_seats_left` counts the lonely seats that they leave behind. `price` is that of all places bought plainly; null
    where they can be had in a package only.
    """

    quality: float
    because: Because
    single_seats_left: int
    groups: list[PickedGroup]
    price: Cost | None
    packages: list[PickedPackage]


Reason = Literal[
    "cancelled",
    "past",
    "not_yet_on_sale",
    "paused",
    "sold_out",
    "no_accessible_seats",
    "only_accessible_seats",
    "nothing_there",
    "not_priced",
    "nothing_at_this_price",
    "over_limit_per_order",
    "no_block_of_this_size",
]


class BestSeats(BaseModel):
    """
    The best places, then the alternatives; no place twice. Where there are none, `reason` says why, and `largest_block`
    how many could be had together when there is no block of this size.
    """

    event_id: str
    status: EventStatus
    presale: str
    currency: str
    quantity: int
    picks: list[PickedPlaces]
    reason: Reason | None
    largest_block: int | None
