"""
Neighbours and aisles, outlines, and places for seats that no chart shows.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
Numbers = NDArray[Any]

AISLE = 1.6  # a gap is an aisle from so many times the row's usual spacing on
_FEW = 3  # gaps: below, the section says what is usual
ROW_PITCH = 1.4  # of drawn rows, in seats
_LINE = 120  # seats: longer rows are drawn in several lines
_GUTTER = 3.0


def neighbours(x: Numbers, y: Numbers, row: Numbers, section: Numbers) -> NDArray[np.bool_]:
    """
    Return for each seat whether the next is beside it.

    Args:
        row: number of each seat's row. section: number of its section.
    """
    joined = np.zeros(len(x), bool)
    if len(x) < 2:
        return joined
    same = row[1:] == row[:-1]
    gaps = np.hypot(np.diff(x), np.diff(y))
    usual = _usual(gaps, same, row[:-1], section[:-1])
    joined[:-1] = same & ((gaps <= AISLE * usual) | (usual == 0))
    return joined


def _usual(gaps: Numbers, within: Numbers, row: Numbers, section: Numbers) -> Numbers:
    """
    Return for each gap what is usual in its row; what is usual in its section if that is less and the row has few gaps.
    """
    counts = np.bincount(row[within], minlength=int(row.max()) + 1)
    by_row = _medians(row, gaps, within)[row]
    by_section = _medians(section, gaps, within)[section]
    return np.where(counts[row] < _FEW, np.minimum(by_row, by_section), by_row)


def _medians(group: Numbers, values: Numbers, chosen: Numbers) -> Numbers:
    """
    Return the lower median of each group's chosen values; 0 for a group that has none.
    """
    size = int(group.max()) + 1
    found = np.zeros(size)
    group, values = group[chosen], values[chosen]
    if not len(group):
        return found
    order = np.lexsort((values, group))
    counts = np.bincount(group, minlength=size)
    starts = np.cumsum(counts) - counts
    some = counts > 0
    found[some] = values[order][(starts + (counts - 1) // 2)[some]]
    return found


def typical(gaps: Numbers) -> float:
    """
    Return the middle one of some gaps; 1 when there is none that is wider than nothing.
    """
    gaps = gaps[gaps > 0]
    return float(np.median(gaps)) if len(gaps) else 1.0


def bounds(points: Numbers, shapes: Sequence[Sequence[Point]]) -> tuple[Numbers, Numbers]:
    """
    Return the corners of the upright rectangle around points and shapes; zeros around nothing.
    """
    found = np.concatenate([points, *(np.array(shape, float).reshape(-1, 2) for shape in shapes)])
    return (found.min(axis=0), found.max(axis=0)) if len(found) else (np.zeros(2), np.zeros(2))


def below(points: Numbers, unit: float) -> float:
    """
    Return a y that is well clear of some points, downwards; 0 for none.

    Args:
        unit: from seat to seat.
    """
    return float(points[:, 1].max() + 0.1 * np.ptp(points[:, 1]) + _GUTTER * unit) if len(points) else 0.0


def hull(points: Numbers, margin: float = 0.0) -> list[Point]:
    """
    Return the corners of the smallest convex shape around points.

    Args:
        points: x and y in rows.
        margin: how far the shape reaches beyond them to each side.
    """
    ordered = [(float(x), float(y)) for x, y in np.unique(points, axis=0)]
    if len(ordered) > 2:
        ordered = _chain(ordered)[:-1] + _chain(ordered[::-1])[:-1]
    if not margin or not ordered:
        return ordered
    corners = np.array([(-1, -1), (-1, 1), (1, -1), (1, 1)]) * margin
    return hull((np.array(ordered)[:, None, :] + corners).reshape(-1, 2))


def _chain(points: Sequence[Point]) -> list[Point]:
    found: list[Point] = []
    for point in points:
        while len(found) > 1 and _turn(found[-2], found[-1], point) <= 0:
            found.pop()
        found.append(point)
    return found


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def place_of(label: str) -> tuple[str, int | None]:
    """
    Return the row and the number that a label names: `F-12` is number 12 of row F, as in `SeatRun`.
    """
    row, dash, number = label.rpartition("-")
    if not dash:
        row = label.rstrip("0123456789")
        number = label[len(row) :]
        row = row if number else ""
    return row, int(number) if number.isdecimal() and len(number) <= 9 else None


def lines(labels: Sequence[str]) -> list[list[float]]:
    """
    Return where seats stand in lines, one a row or more: how far along the line each is, in order.

    A number that does not follow the one before as others of its row do leaves room for an aisle.
    """
    found: list[list[float]] = []
    for numbers in _rows(labels):
        step = _step(numbers)
        line: list[float] = []
        for before, number in zip([None, *numbers], numbers, strict=False):
            if not line or len(line) >= _LINE:
                line = [0.0]
                found.append(line)
                continue
            follows = before is None or number is None or number - before == step
            line.append(line[-1] + (1.0 if follows else 2.0))
    return found


def _rows(labels: Sequence[str]) -> list[list[int | None]]:
    rows: list[list[int | None]] = []
    last: str | None = None
    for label in labels:
        row, number = place_of(label)
        if row != last:
            rows.append([])
        rows[-1].append(number)
        last = row
    return rows


def _step(numbers: Sequence[int | None]) -> int | None:
    steps = [b - a for a, b in pairwise(numbers) if a is not None and b is not None]
    return sorted(steps)[(len(steps) - 1) // 2] if steps else None


def block(labels: Sequence[str]) -> Numbers:
    """
    Return x and y of seats drawn in rows, each row in the middle of the widest; the first corner is at 0, 0.
    """
    drawn = lines(labels)
    widest = max((line[-1] for line in drawn), default=0.0)
    points = [
        ((widest - line[-1]) / 2 + along, number * ROW_PITCH) for number, line in enumerate(drawn) for along in line
    ]
    return np.array(points, float).reshape(-1, 2)


def shelve(sizes: Sequence[Point]) -> list[Point]:
    """
    Return a corner for each of some rectangles (width, height), side by side on shelves, so that none meets another.
    """
    area = sum((width + _GUTTER) * (height + _GUTTER) for width, height in sizes)
    broad = max([(area * 1.6) ** 0.5, *(width for width, _ in sizes)])
    found: list[Point] = []
    x = y = tall = 0.0
    for width, height in sizes:
        if x and x + width > broad:
            x, y, tall = 0.0, y + tall + _GUTTER, 0.0
        found.append((x, y))
        x, tall = x + width + _GUTTER, max(tall, height)
    return found
