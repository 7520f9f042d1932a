"""
What customers have: holds and orders.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from simulator.customers import Customer
from simulator.places import SectionPlaces
from simulator.shows import Show


class Hold(msgspec.Struct, gc=False):
    """
    Places set aside for one customer; over when its owner completes or releases it, or when it expires
    (microseconds since 1970).
    """

    id: str
    show: Show
    places: SectionPlaces
    seats: tuple[str, ...]
    quantity: int
    customer: Customer
    session_id: str
    channel: str
    expires_us: int
    offer_id: str = ""

    def size(self) -> int:
        """
        Return how many places it sets aside.
        """
        return len(self.seats) or self.quantity


class Order(msgspec.Struct, gc=False):
    """
    Places that somebody paid for. `customer` owns them now, `payer` bought them. `state` tells what may happen to them
    next; `listing_id` is that of the newest listing.
    """

    id: str
    show: Show
    places: SectionPlaces
    seats: tuple[str, ...]
    quantity: int
    customer: Customer
    payer: Customer
    channel: str
    face_cents: int
    fees_cents: int
    price_level: str
    state: Literal["sold", "listed", "refunded", "scanned"] = "sold"
    resold: bool = False
    listing_id: str = ""

    def size(self) -> int:
        """
        Return how many places it is about.
        """
        return len(self.seats) or self.quantity
