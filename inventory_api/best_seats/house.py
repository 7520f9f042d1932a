"""
A house at one moment: its seats in order, what is free, what owners offer, what it all costs.
"""

from typing import NamedTuple

import msgspec
import numpy as np

from inventory_api.best_seats.arrays import Mask, Numbers
from inventory_api.best_seats.resale import NO_RESALE, Resale
from inventory_stream.records.catalogue import OfferPublished

ACCESSIBLE, COMPANION, RESTRICTED_VIEW = 1, 2, 4
_KEPT = ACCESSIBLE | COMPANION


class Cost(NamedTuple):
    """
    What one place costs, in cents.
    """

    face: int
    fees: int

    @property
    def total(self) -> int:
        """Both together."""
        return self.face + self.fees


class Seating(msgspec.Struct, frozen=True):
    """
    Seats in order: by section, by row, from one end of the row to the other. Arrays have an entry for each seat.

    levels: names of price levels; `level` holds indexes of them. sections: their names; firsts: index of each one's first
    seat. row: number of the row, over all sections. joined: whether the next seat is the neighbour of this one.
    depths: an entry for each row, how many rows of its section are before it.
    """

    levels: tuple[str, ...]
    sections: tuple[str, ...]
    firsts: Numbers
    x: Numbers
    y: Numbers
    row: Numbers
    level: Numbers
    flags: Numbers
    joined: Mask
    depths: Numbers

    @property
    def size(self) -> int:
        """
        How many seats there are.
        """
        return len(self.row)

    def section_of(self, seat: int) -> str:
        """
        Return the name of a seat's section.
        """
        return self.sections[int(np.searchsorted(self.firsts, seat, "right")) - 1]

    def span(self, section: int) -> slice:
        """
        Return where the seats of a section are.
        """
        last = len(self.firsts) - 1
        return slice(int(self.firsts[section]), self.size if section == last else int(self.firsts[section + 1]))

    def pitch(self) -> float:
        """
        Return how far neighbours usually are from each other, in the chart's units.
        """
        left = np.flatnonzero(self.joined)
        if not len(left):
            return 1.0
        apart = np.hypot(self.x[left + 1] - self.x[left], self.y[left + 1] - self.y[left])
        return float(np.median(apart)) or 1.0

    def kept(self) -> Mask:
        """
        Return which seats are kept for those who need accessible ones, and for who comes with them.
        """
        kept: Mask = (self.flags & _KEPT) != 0
        return kept


class Area(NamedTuple):
    """
    A general-admission area and how many of its places are free.
    """

    section: str
    price_level: str
    free: int


class House(msgspec.Struct, frozen=True):
    """
    What can be had at one moment.

    free: which seats are. prices: price level → cost. offers: those whose time has come and is not over.
    """

    seating: Seating
    free: Mask
    prices: dict[str, Cost]
    areas: tuple[Area, ...] = ()
    resale: Resale = NO_RESALE
    offers: tuple[OfferPublished, ...] = ()
