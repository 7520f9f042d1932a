"""
What is left of an event.
"""

from typing import Literal

from pydantic import BaseModel

from inventory_api.schemas.prices import Price
from inventory_api.words import EventStatus


class Counts(BaseModel):
    """
    Places by status (count).
    """

    free: int = 0
    held: int = 0
    sold: int = 0
    blocked: int = 0
    listed: int = 0


class PricedCounts(Counts):
    """
    Places, and the lowest and highest price of those that are free; null when none is, or no price is set.
    """

    lowest_price: Price | None
    highest_price: Price | None


class SectionAvailability(PricedCounts):
    """
    A section or area; `price_levels` are those its places have.
    """

    section: str
    kind: Literal["section", "area"]
    price_levels: list[str]


class LevelAvailability(Counts):
    """
    A price level; `price` is null until one is set.
    """

    price_level: str
    price: Price | None


class Availability(BaseModel):
    """
    What is left of an event, all as of one position.
    """

    event_id: str
    status: EventStatus
    currency: str
    counts: Counts
    lowest_price: Price | None
    highest_price: Price | None
    price_levels: list[LevelAvailability]
    sections: list[SectionAvailability]
