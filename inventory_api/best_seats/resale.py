"""
What owners offer, as arrays: a rush of resale has thousands of listings, and a fan asks about all of them at once.
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np

from inventory_api.best_seats.arrays import Mask, Numbers
from inventory_api.live.event import LiveListing


class Resale(NamedTuple):
    """
    Open listings, and for each what a place of it costs in total (cents) and its quantity, which is 0 unless it is of an area.

    seats: indexes of all listed seats; owners: the number of each one's listing.
    """

    listings: tuple[LiveListing, ...]
    totals: Numbers
    quantities: Numbers
    seats: Numbers
    owners: Numbers

    def with_any(self, seats: Mask) -> Mask:
        """
        Return which listings have one of these seats.
        """
        found = np.zeros(len(self.listings), bool)
        found[self.owners[seats[self.seats]]] = True
        return found


def resale_of(listings: Sequence[LiveListing], firsts: Mapping[str, int]) -> Resale:
    """
    Return listings in one currency.

    Args:
        firsts: section → index of its first seat; what is not named is an area.
    """
    count = len(listings)
    first = np.fromiter((firsts.get(listing.section, -1) for listing in listings), np.int64, count)
    sizes = np.fromiter((len(listing.places) for listing in listings), np.int64, count)
    places = np.fromiter(chain.from_iterable(listing.places for listing in listings), np.int64, int(sizes.sum()))
    totals = np.fromiter((listing.face_cents + listing.fees_cents for listing in listings), np.int64, count)
    owners = np.repeat(np.arange(count), sizes)
    seated = first[owners] >= 0
    quantities = np.zeros(count, np.int64)
    quantities[owners[~seated]] = places[~seated]
    return Resale(tuple(listings), totals, quantities, (places + first[owners])[seated], owners[seated])


NO_RESALE = resale_of((), {})
