"""
A party that fits nowhere together.
"""

import pytest
from drawn import drawn, seen

from inventory_api.best_seats.picks import Lack
from inventory_api.best_seats.search import best_picks
from inventory_api.best_seats.wanted import Wanted


def groups(drawing, quantity, **wanted):
    """
    Where the groups sit: row and places of each, the largest first.
    """
    house = drawn(drawing)
    (pick,) = best_picks(house, Wanted(quantity, split=True, **wanted))
    return [seen(house, group)[1:] for group in pick.groups]


def test_nobody_is_split_unasked():
    """
    Without `split` there is nothing, and the largest block is told.
    """
    assert best_picks(drawn("S P1\nA: ..x.."), Wanted(4)) == Lack("no_block_of_this_size", 2)


def test_nobody_is_split_who_fits():
    """
    A block in the last row comes before two groups in the first.
    """
    assert groups("S P1\nA: ..x..\nB: ....", 4) == [(2, [1, 2, 3, 4])]


@pytest.mark.parametrize(
    ("drawing", "quantity", "sizes"),
    [
        ("S P1\nA: ...x...", 4, [2, 2]),
        ("S P1\nA: ...x...", 5, [3, 2]),
        ("S P1\nA: ...x.x.", 4, [3, 1]),
        ("S P1\nA: .....x.\nB: ..x..", 6, [4, 2]),
        ("S P1\nA: ..x..x..", 5, [2, 2, 1]),
        ("S P1\nA: .x.x.", 3, [1, 1, 1]),
    ],
)
def test_few_groups_and_nobody_alone(drawing, quantity, sizes):
    """
    As few groups as it takes; nobody sits alone unless there is no other way.
    """
    assert [len(places) for _, places in groups(drawing, quantity)] == sizes


def test_groups_sit_close_to_each_other():
    """
    Behind each other rather than at the two ends of the house.
    """
    drawing = "S P1\nA: ..xxxxxxxxxxxxxxxxxxxxxxxx..\nB: ..xxxxxxxxxxxxxxxxxxxxxxxx"
    assert sorted(groups(drawing, 4)) == [(1, [1, 2]), (2, [1, 2])]


def test_who_needs_an_accessible_seat_has_one_in_their_group():
    """
    The first group has an accessible seat and its companion, the others sit on ordinary ones.
    """
    assert groups("S P1\nA: ..x..\nB: acx", 4, accessible=True) == [(2, [1, 2]), (1, [1, 2])]


def test_prices_hold_for_all_groups():
    """
    What is too dear is no place for a group either.
    """
    drawing = "S P1\nA: ..x\nT P2\nA: ..x..x"
    house = drawn(drawing)
    (pick,) = best_picks(house, Wanted(4, split=True, max_price_cents=5_500))

    assert [group.section for group in pick.groups] == ["T", "T"]


def test_a_party_larger_than_the_house_goes_home():
    """
    Even apart they do not fit.
    """
    assert best_picks(drawn("S P1\nA: ..x."), Wanted(5, split=True)) == Lack("no_block_of_this_size", 2)


def test_a_split_counts_the_single_seats_that_it_leaves():
    """
    The sum of what its groups leave.
    """
    (pick,) = best_picks(drawn("S P1\nA: ...x..."), Wanted(4, split=True))
    assert pick.singles == 2
