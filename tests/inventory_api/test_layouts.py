"""
Layouts: labels in order, shared by all who have the same, and no larger in memory than what is asked of them.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_api.layouts import Layout, extended, layout_of, layout_text
from inventory_stream.records import SeatRun

ROWS = st.lists(st.tuples(st.sampled_from("ABCDEF"), st.integers(1, 30)), unique_by=lambda row: row[0], max_size=6)


@given(ROWS)
def test_every_label_has_its_place(rows: list[tuple[str, int]]) -> None:
    """
    The index gives each label its place in the order of the runs, and knows no other.
    """
    runs = [SeatRun(row, 1, seats) for row, seats in rows]
    layout = layout_of(layout_text(runs, ["Box"]))
    labels = [*(label for run in runs for label in run.labels()), "Box"]

    assert [layout.index[label] for label in labels] == list(range(layout.size))
    with pytest.raises(KeyError):
        layout.index["Z-1"]


def test_an_index_is_empty_until_a_seat_is_asked_for() -> None:
    """
    A catalogue's layouts cost their text alone.
    """
    layout = Layout('[["A",1,500,1]]')
    before = len(layout.index)
    place = layout.index["A-7"]

    assert (before, place, len(layout.index)) == (0, 6, 500)


def test_an_empty_layout_has_no_seat() -> None:
    """
    Asking a layout without seats is a miss like any other.
    """
    with pytest.raises(KeyError):
        Layout("[]").index["A-1"]


def test_a_label_twice_is_refused() -> None:
    """
    Runs that overlap name a seat twice.
    """
    with pytest.raises(ValueError, match="a seat is named twice"):
        layout_of('[["A",1,5,1],["A",5,9,1]]')


def test_more_seats_come_after_those_that_are_there() -> None:
    """
    A layout that grows keeps the places of its seats.
    """
    grown = extended(layout_of('[["A",1,2,1]]'), ["Box"])

    assert [grown.index[label] for label in ("A-1", "A-2", "Box")] == [0, 1, 2]
