"""
Neighbours and aisles, labels, outlines.
"""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_api.seats.drawing import draw
from inventory_api.seats.geometry import hull, place_of
from inventory_stream.charts.kinds import KINDS, generate
from tests.support.charted import area, mapped, picture, section, straight


def joined(xs, row="F"):
    """
    Which seats of one charted row are beside the next.
    """
    chart = [mapped(rows=[straight(row, xs)])]
    return draw(picture(section(runs=[(row, 1, len(xs))])), chart).joined.tolist()


@pytest.mark.parametrize(
    ("xs", "beside"),
    [
        ([0, 1, 2, 3], [1, 1, 1, 0]),
        ([0, 1, 4, 5], [1, 0, 1, 0]),
        ([0, 1, 3], [1, 0, 0]),
        ([0, 5], [1, 0]),
        ([0, 0.9, 2.1, 3.0, 4.2], [1, 1, 1, 1, 0]),
        ([3, 2, 1, 0], [1, 1, 1, 0]),
        ([0, 0, 0], [1, 1, 0]),
        ([0, 1, 2, 5, 6, 7, 10, 11, 12], [1, 1, 0, 1, 1, 0, 1, 1, 0]),
    ],
)
def test_an_aisle_parts_neighbours(xs, beside):
    """
    A gap clearly wider than the row's usual spacing is an aisle; the last seat of a row has no next one.
    """
    assert joined(xs) == [bool(found) for found in beside]


def test_a_short_row_is_measured_by_its_section():
    """
    Two seats at either end of a row of two are not neighbours where others are closer.
    """
    chart = [mapped(rows=[straight("F", [0, 1, 2, 3, 4]), straight("G", [0, 4], 2)])]

    assert draw(picture(section(runs=[("F", 1, 5), ("G", 1, 2)])), chart).joined.tolist()[5:] == [False, False]


def test_rows_and_sections_end_neighbourhoods():
    """
    The last seat of a row and the first of the next are no neighbours, nor are those of two sections.
    """
    live = picture(section("S", [("F", 1, 2), ("G", 1, 2)]), section("T", [("G", 1, 2)]))

    assert draw(live, []).joined.tolist() == [True, False, True, False, True, False]


def test_numbers_tell_of_aisles_where_there_is_no_chart():
    """
    Odd and even sides of a row, and a number left out, are apart.
    """
    odd_and_even = section("S", [("F", 1, 5, 2), ("F", 2, 6, 2)])
    left_out = section("T", [("F", 1, 3), ("F", 7, 9)])

    found = draw(picture(odd_and_even, left_out), []).joined.tolist()

    assert found == [True, True, False] * 4


@pytest.mark.parametrize(
    ("label", "place"),
    [("F-12", ("F", 12)), ("A-B-3", ("A-B", 3)), ("F-12a", ("F", None)), ("A12", ("A", 12)), ("7", ("", 7)), ("Box", ("", None))],
)  # fmt: skip
def test_a_label_names_row_and_number(label, place):
    """
    Row and number are what stands before and after the last dash.
    """
    assert place_of(label) == place


@pytest.mark.parametrize("kind", KINDS)
def test_generated_charts_have_no_aisles_within_rows(kind):
    """
    In each kind of generated venue the neighbours are exactly the seats that follow each other in a row.
    """
    chart = generate(kind, 3000)
    parts = [
        section(drawn.name, [(row.label, 1, row.seats) for row in drawn.rows]) if drawn.rows else area(drawn.name)
        for drawn in chart.sections
    ]

    seat_map = draw(picture(*parts), [drawn.mapped("v1", "c", 1) for drawn in chart.sections])

    apart = seat_map.size - int(seat_map.joined.sum())
    assert apart == sum(len(found.rows) for found in seat_map.sections)


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=1, max_size=30))
def test_a_hull_is_convex_and_covers_its_points(points):
    """
    All points lie on the same side of each edge.
    """
    corners = hull(np.array(points, float), 1.0)

    for (x0, y0), (x1, y1) in pairwise([*corners, corners[0]]):
        assert all((x1 - x0) * (y - y0) - (y1 - y0) * (x - x0) >= 0 for x, y in points)
