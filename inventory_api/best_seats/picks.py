"""
What is picked for a party: a block of seats, places in an area, or several blocks.
"""

from typing import Literal, NamedTuple

from inventory_api.best_seats.quality import Points
from inventory_api.live.event import LiveListing


class Group(NamedTuple):
    """
    People who sit together: neighbouring seats from `first` on, or places in an area. `listing` is whose they are.
    """

    kind: Literal["seats", "area"]
    section: str
    size: int
    first: int = 0
    price_level: str = ""
    listing: LiveListing | None = None


class Pick(NamedTuple):
    """
    Places for the whole party; `singles` counts the single seats that it leaves. The greatest rank is the best.
    """

    groups: tuple[Group, ...]
    points: Points
    singles: int
    rank: int

    def order(self) -> tuple[int, str, int, bool, str]:
        """
        Return what picks are sorted by: the best first, of equal ones the first in the house, at the venue's own price.
        """
        first = self.groups[0]
        listing = first.listing.listing_id if first.listing else ""
        return -self.rank, first.section, first.first, bool(listing), listing


class Lack(NamedTuple):
    """
    Why there is nothing, and where the party is too large, how many places could be had together.
    """

    reason: str
    largest: int | None = None
