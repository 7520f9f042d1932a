"""
Blocks of neighbouring seats: which there are, how good each is, and which leave a single seat behind.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from inventory_api.best_seats.arrays import Mask, Numbers
from inventory_api.best_seats.quality import Rating

# Ranks: one single seat less outweighs any use of accessible seats, which outweighs any score.
_SINGLE = 1 << 44
_SPARE = 1 << 34
_GONE = -(1 << 62)


class Ground(NamedTuple):
    """
    Seats that may be given together.

    there: seats that could be given to somebody who asks alike; the single seats that a block leaves are counted in them.
    joined: whether a seat and the next may be in one block. allowed: which seats may be given to who asks now; a block lies
    in one of these masks. needed: seats of which a block must have one, as few as possible; None for no such need.
    """

    there: Mask
    joined: Mask
    allowed: tuple[Mask, ...]
    needed: Mask | None = None


class Found(NamedTuple):
    """
    A block of seats, from `start` on. `singles` counts the single seats that it leaves. The greatest rank is the best.
    """

    start: int
    size: int
    singles: int
    rank: int


class Runs(NamedTuple):
    """
    Uninterrupted rows of seats: index of the first and of the last.
    """

    first: Numbers
    last: Numbers

    @property
    def size(self) -> Numbers:
        """How many seats each has."""
        sizes: Numbers = self.last - self.first + 1
        return sizes

    def only(self, which: Numbers) -> "Runs":
        """
        Return some of them.
        """
        return Runs(self.first[which], self.last[which])


def runs_of(there: Mask, joined: Mask) -> Runs:
    """
    Return the longest rows of neighbours among these seats.
    """
    linked = there[:-1] & there[1:] & joined[:-1]
    begins, ends = there.copy(), there.copy()
    begins[1:] &= ~linked
    ends[:-1] &= ~linked
    return Runs(np.flatnonzero(begins), np.flatnonzero(ends))


def with_needed(runs: Runs, needed: Mask | None) -> Runs:
    """
    Return the runs that have a needed seat.
    """
    if needed is None:
        return runs
    sums = _count(needed)
    return runs.only(np.flatnonzero(sums[runs.last + 1] > sums[runs.first]))


def longest(ground: Ground) -> int:
    """
    Return the size of the largest block that may be given.
    """
    found = (with_needed(runs_of(allowed, ground.joined), ground.needed) for allowed in ground.allowed)
    return max((int(runs.size.max(initial=0)) for runs in found), default=0)


class Blocks:
    """
    All blocks of one size that may be given.
    """

    def __init__(self, ground: Ground, rating: Rating, size: int) -> None:
        self._size = size
        there = runs_of(ground.there, ground.joined)
        self._starts = _starts(ground, size)
        run = np.searchsorted(there.first, self._starts, "right") - 1
        left = self._starts - there.first[run]
        right = there.last[run] - (self._starts + size - 1)
        self._singles = (left == 1).astype(np.int64) + (right == 1)
        self._ranks = rating.scores(self._starts, size) - _SINGLE * self._singles
        if ground.needed is not None:
            self._need(ground.needed)

    def _need(self, needed: Mask) -> None:
        sums = _count(needed)
        used = sums[self._starts + self._size] - sums[self._starts]
        self._ranks = np.where(used > 0, self._ranks - _SPARE * (used - 1), _GONE)

    def best(self, count: int) -> Iterator[Found]:
        """
        Yield the best block, then the best that does not overlap it, and so on; of equal ones the first in the house.
        """
        ranks = self._ranks.copy()
        for _ in range(count if len(ranks) else 0):
            chosen = int(np.argmax(ranks))  # of equal ones the first
            if ranks[chosen] == _GONE:
                return
            start = int(self._starts[chosen])
            yield Found(start, self._size, int(self._singles[chosen]), int(ranks[chosen]))
            low, high = np.searchsorted(self._starts, (start - self._size + 1, start + self._size))
            ranks[low:high] = _GONE

    def best_within(self, first: int, last: int) -> Found:
        """
        Return the best block among the seats from `first` to `last`, of which there is one.
        """
        low, high = np.searchsorted(self._starts, (first, last - self._size + 2))
        chosen = int(low) + int(np.argmax(self._ranks[low:high]))
        return Found(int(self._starts[chosen]), self._size, int(self._singles[chosen]), int(self._ranks[chosen]))


def _starts(ground: Ground, size: int) -> Numbers:
    """Return where blocks of this size may begin."""
    if len(ground.there) < size:
        return np.zeros(0, np.int64)
    begins: Sequence[Mask] = [_fits(allowed, ground.joined, size) for allowed in ground.allowed]
    return np.flatnonzero(np.logical_or.reduce(begins))


def _fits(allowed: Mask, joined: Mask, size: int) -> Mask:
    """Return which seats are allowed and are followed by enough allowed neighbours."""
    # Sums up to each seat turn every window of any size into one subtraction.
    seats, links = _count(allowed), _count(joined)
    fits: Mask = (seats[size:] - seats[:-size] == size) & (links[size - 1 : -1] - links[:-size] == size - 1)
    return fits


def _count(mask: Mask) -> Numbers:
    return np.concatenate(([0], np.cumsum(mask, dtype=np.int32)))
