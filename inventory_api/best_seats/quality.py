"""
How good places are, in whole numbers, so that equal blocks are exactly equal.

Nothing in a chart says where the stage is. What a venue asks for a place says most about it; rows go from the front
backwards, and who sits in the middle of a row, or beside an aisle, has it better.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from inventory_api.best_seats.arrays import Numbers
from inventory_api.best_seats.house import RESTRICTED_VIEW, Cost, Seating

ONE = 10_000


class Points(NamedTuple):
    """
    How good places are in each respect, from 0 to `ONE` each; sums of it for several places.

    level: the dearest price level is best, by rank. row: the first row of a section is best, the last row of the deepest
    section worst. centre: how near the block's middle is to that of its row. view: not restricted. aisle: beside one.
    """

    level: int
    row: int
    centre: int
    view: int
    aisle: int

    def score(self) -> int:
        """
        Return the weighted sum; as often `WHOLE` as there are places, at most.
        """
        return sum(weight * points for weight, points in zip(WEIGHTS, self, strict=True))


WEIGHTS = Points(level=40, row=25, centre=15, view=15, aisle=5)
WHOLE = ONE * sum(WEIGHTS)
# An area promises neither a row nor a middle: neither good nor bad.
_HALF = ONE // 2


def level_points(levels: Sequence[str], prices: Mapping[str, Cost]) -> list[int]:
    """
    Return the points of each price level; 0 for those without a price.
    """
    totals = sorted({prices[level].total for level in levels if level in prices})
    steps = max(len(totals) - 1, 1)
    lift = steps - (len(totals) - 1)  # a single price is the best there is
    return [ONE * (totals.index(prices[level].total) + lift) // steps if level in prices else 0 for level in levels]


def area_points(level: int, quantity: int) -> Points:
    """
    Return the points of places in an area whose price level has these.
    """
    return Points(*(quantity * points for points in (level, _HALF, _HALF, ONE, _HALF)))


class Rating:
    """
    Rates blocks of neighbouring seats.
    """

    def __init__(self, seating: Seating, levels: Sequence[int]) -> None:
        """
        Args:
            levels: points of each price level.
        """
        rows = np.flatnonzero(np.diff(seating.row, prepend=-1))
        self._row = np.cumsum(np.bincount(rows, minlength=seating.size)) - 1
        self._row_first = rows
        self._row_size = np.diff(rows, append=seating.size)
        self._joined = seating.joined
        self._sums = [
            _sums(np.array(levels, np.int64)[seating.level]),
            _sums(_row_points(seating.depths)[seating.row]),
            _sums(np.where(seating.flags & RESTRICTED_VIEW, 0, ONE)),
        ]
        level, row, _, view, _ = WEIGHTS
        self._weighted = level * self._sums[0] + row * self._sums[1] + view * self._sums[2]

    def scores(self, starts: Numbers, size: int) -> Numbers:
        """
        Return the scores of blocks of one size.
        """
        # What depends on where the block ends counts once for each of its seats, as what is summed over them does.
        along = WEIGHTS.centre * self._centre(starts, size) + WEIGHTS.aisle * self._aisle(starts, size)
        scores: Numbers = self._weighted[starts + size] - self._weighted[starts] + size * along
        return scores

    def averages(self, first: Numbers, last: Numbers) -> Numbers:
        """
        Return the average score of seats from first to last, leaving aside who sits in the middle or beside an aisle.
        """
        averages: Numbers = (self._weighted[last + 1] - self._weighted[first]) // (last + 1 - first)
        return averages

    def points(self, start: int, size: int) -> Points:
        """
        Return the points of a block, summed over its seats.
        """
        level, row, view = (int(sums[start + size] - sums[start]) for sums in self._sums)
        starts = np.array([start])
        centre, aisle = int(self._centre(starts, size)[0]), int(self._aisle(starts, size)[0])
        return Points(level, row, size * centre, view, size * aisle)

    def _centre(self, starts: Numbers, size: int) -> Numbers:
        row = self._row[starts]
        width = self._row_size[row]
        twice_off = np.abs(2 * (starts - self._row_first[row]) + size - width)
        centre: Numbers = ONE - ONE * twice_off // np.maximum(width - 1, 1)
        return centre

    def _aisle(self, starts: Numbers, size: int) -> Numbers:
        before = np.where(starts > 0, self._joined[starts - 1], False)
        return np.where(before & self._joined[starts + size - 1], 0, ONE)


def _sums(points: Numbers) -> Numbers:
    return np.concatenate(([0], np.cumsum(points)))


def _row_points(depths: Numbers) -> Numbers:
    """Return the points of each row: how far it is from the front, by how far the last of all rows is."""
    return ONE - ONE * depths // max(int(depths.max(initial=0)), 1)
