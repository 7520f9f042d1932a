"""
What makes places good, one thing at a time.
"""

import numpy as np
import pytest
from drawn import PRICES, drawn
from hypothesis import given
from hypothesis import strategies as st

from inventory_api.best_seats.house import Cost
from inventory_api.best_seats.quality import ONE, WEIGHTS, WHOLE, Points, Rating, area_points, level_points


def points(drawing, start, size):
    """
    The points of a block, for each of its seats.
    """
    seating = drawn(drawing).seating
    found = Rating(seating, level_points(seating.levels, PRICES)).points(start, size)
    return Points(*(total / size for total in found))


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        ({"P1": 9, "P2": 5, "P3": 2}, [ONE, ONE // 2, 0]),
        ({"P1": 2, "P2": 9, "P3": 2}, [0, ONE, 0]),
        ({"P1": 9, "P3": 5}, [ONE, 0, 0]),
        ({"P2": 9}, [0, ONE, 0]),
        ({}, [0, 0, 0]),
    ],
)
def test_dearer_levels_are_better_by_rank(prices, expected):
    """
    The venue's own valuation: the dearest is best, equal prices are equal, one without a price says nothing.
    """
    costs = {level: Cost(total, 0) for level, total in prices.items()}
    assert level_points(("P1", "P2", "P3"), costs) == expected


def test_the_total_decides_not_the_face_value():
    """
    Fees count: they are paid as well.
    """
    assert level_points(("A", "B"), {"A": Cost(5, 6), "B": Cost(10, 0)}) == [ONE, 0]


def test_rows_count_from_the_front_of_their_section():
    """
    The first row is best; a short section's last row is nearer than the last row of a deep one.
    """
    drawing = "S P1\nA: .\nB: .\nC: .\nT P1\nA: .\nB: ."
    assert [points(drawing, seat, 1).row for seat in range(5)] == [ONE, ONE // 2, 0, ONE, ONE // 2]


def test_the_middle_of_a_block_is_what_counts():
    """
    A block around the middle of its row, or as wide as it, is in the centre; one at its end is not.
    """
    drawing = "S P1\nA: ....."
    assert [points(drawing, *block).centre for block in [(2, 1), (1, 3), (0, 5), (0, 1)]] == [ONE, ONE, ONE, 0]


def test_restricted_view_counts_by_seat():
    """
    Half of the seats with restricted view: half of the points.
    """
    assert points("S P1\nA: rr..", 1, 2).view == ONE / 2


def test_a_block_at_an_aisle_can_leave():
    """
    At an end of the row or at an aisle within it, on either side.
    """
    drawing = "S P1\nA: ....|...."
    assert [bool(points(drawing, start, 2).aisle) for start in range(3)] == [True, False, True]
    assert points(drawing, 4, 2).aisle == ONE


def test_an_area_promises_neither_row_nor_middle():
    """
    Half of what these can give; its view is free.
    """
    assert area_points(ONE, 2) == Points(2 * ONE, ONE, ONE, 2 * ONE, ONE)


def test_the_best_of_all_is_whole():
    """
    The weights add up: a seat that is best in all respects has quality 1.
    """
    assert (Points(ONE, ONE, ONE, ONE, ONE).score(), sum(WEIGHTS)) == (WHOLE, 100)


@given(st.text(alphabet=".xr|", min_size=1, max_size=12).map(lambda row: row.strip("|") or "."), st.integers(1, 12))
def test_scores_of_many_are_those_of_each(row, size):
    """
    What is calculated for all blocks at once is the weighted sum of each one's points.
    """
    seating = drawn(f"S P2\nA: ...\nT P1\nA: {row}").seating
    rating = Rating(seating, level_points(seating.levels, PRICES))
    starts = np.arange(max(len(seating.row) - size + 1, 0))

    expected = [rating.points(start, size).score() for start in starts.tolist()]
    assert rating.scores(starts, size).tolist() == expected
