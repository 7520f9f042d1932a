"""
Which places are best, in houses that are drawn.
"""

import pytest
from drawn import PRICES, drawn
from searched import best, lack, picks

from inventory_api.best_seats.house import Area, Cost
from inventory_api.best_seats.search import best_picks
from inventory_api.best_seats.wanted import Wanted
from inventory_stream.records.catalogue import OfferPublished


@pytest.mark.parametrize(
    ("quantity", "drawing", "expected"),
    [
        (2, "S P1\nA: ......", ("S", 1, [3, 4])),
        (2, "S P1\nA: ..x.x.\nB: ......", ("S", 1, [1, 2])),
        (2, "S P1\nA: xxxxxx\nB: ......", ("S", 2, [3, 4])),
        (3, "S P1\nA: ..|..|..\nB: ......", ("S", 2, [1, 2, 3])),
        (2, "S P2\nA: ..\nT P1\nA: xxxx\nB: ..xx", ("T", 2, [1, 2])),
        (2, "S P1\nA: rr..\nB: ....", ("S", 1, [3, 4])),
        (1, "S P1\nA: ...", ("S", 1, [1])),
        (6, "S P1\nA: ......", ("S", 1, [1, 2, 3, 4, 5, 6])),
    ],
)
def test_the_best_block_is_what_a_fan_would_choose(quantity, drawing, expected):
    """
    Together, near the front, in the middle, at the dearest level, with a full view; never across an aisle.
    """
    assert best(drawn(drawing), quantity) == [expected]


@pytest.mark.parametrize(
    ("quantity", "drawing", "expected"),
    [
        (2, "S P1\nA: .....", [1, 2]),
        (2, "S P1\nA: x...x....x", [6, 7]),
        (1, "S P1\nA: ...x.x...", [5]),
        (4, "S P1\nA: .....|....", [6, 7, 8, 9]),
    ],
)
def test_no_single_seat_is_left(quantity, drawing, expected):
    """
    A block that would strand one seat gives way to another, though it were nearer the middle.
    """
    ((_, _, places),) = best(drawn(drawing), quantity)
    assert places == expected


def test_a_single_seat_is_left_when_it_must_be():
    """
    Where nothing else is there, the block is given and the single seat is counted.
    """
    (pick,) = picks(drawn("S P1\nA: ...x"), 2)
    assert pick.singles == 1


def test_a_free_seat_of_another_price_is_no_lonely_one():
    """
    What is too dear for this fan is there for the next: a block beside it strands nothing.
    """
    house = drawn("S P2\nA: ....")
    house.seating.level[:] = [0, 0, 0, 0]
    (pick,) = picks(house, 3)
    assert pick.singles == 1


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [(1, [6]), (2, [1, 2]), (3, [7, 8, 9])],
)
def test_ordinary_fans_get_no_accessible_seats(quantity, expected):
    """
    Accessible seats and their companions are left alone; a seat between them and a block is stranded like any.
    """
    house = drawn("S P1\nA: ..acac...") if quantity > 1 else drawn("S P1\nA: .acac...")
    ((_, _, places),) = best(house, quantity)
    assert places == expected


@pytest.mark.parametrize(
    ("quantity", "drawing", "expected"),
    [
        (1, "S P1\nA: ....\nB: ..aC", ("S", 2, [3])),
        (2, "S P1\nA: ....\nB: ..acac", ("S", 2, [3, 4])),
        (2, "S P1\nA: acac", ("S", 1, [1, 2])),
        (4, "S P1\nA: acac....", ("S", 1, [3, 4, 5, 6])),
    ],
)
def test_an_accessible_seat_comes_with_its_neighbours(quantity, drawing, expected):
    """
    Who asks gets an accessible seat and places beside it, and as few further accessible ones as can be.
    """
    assert best(drawn(drawing), quantity, accessible=True) == [expected]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, "T"),
        ({"sections": frozenset({"S"})}, "S"),
        ({"price_levels": frozenset({"P3"})}, "U"),
        ({"max_price_cents": 5_500}, "S"),
        ({"max_price_cents": 5_499}, "U"),
        ({"max_price_cents": 9_900, "min_price_cents": 5_501}, "T"),
        ({"max_price_cents": 5_500, "min_price_cents": 5_500}, "S"),
    ],
)
def test_constraints_hold(wanted, expected):
    """
    Sections, levels, and limits of what a place costs with fees, the limits themselves included.
    """
    house = drawn("S P2\nA: ..\nT P1\nA: ..\nU P3\nA: ..")
    ((section, _, _),) = best(house, 2, **wanted)
    assert section == expected


def test_a_block_may_cross_price_levels():
    """
    Neighbours may differ in price, unless only some of them are affordable.
    """
    house = drawn("S P1\nA: ....\nT P2\nA: x")
    house.seating.level[2:] = 1

    assert best(house, 4) == [("S", 1, [1, 2, 3, 4])]
    assert lack(house, 4, max_price_cents=5_500) == ("no_block_of_this_size", 2)


def test_alternatives_do_not_overlap():
    """
    The best first, and no seat twice.
    """
    house = drawn("S P1\nA: ........\nB: ....")
    found = picks(house, 2, alternatives=10)

    seats = [seat for pick in found for seat in range(pick.groups[0].first, pick.groups[0].first + 2)]
    assert (len(found), len(set(seats))) == (5, 10)
    assert sorted(found, key=lambda pick: -pick.rank) == found


def test_as_many_alternatives_as_are_asked_for():
    """
    One more than the alternatives.
    """
    assert len(picks(drawn("S P1\nA: ........"), 2, alternatives=2)) == 3


LIMIT_1 = (OfferPublished(event_id="e1", offer_id="o1", name="o1", limit_per_order=1),)


@pytest.mark.parametrize(
    ("drawing", "more", "wanted", "reason"),
    [
        ("S P1\nA: xx", {}, {}, "sold_out"),
        ("S P1\nA: 11", {}, {}, "sold_out"),
        ("S P1\nA: ..\nT P1\nA: xx", {}, {"sections": frozenset({"T"})}, "nothing_there"),
        ("S P1\nA: ..\nT P2\nA: xx", {}, {"price_levels": frozenset({"P2"})}, "nothing_there"),
        ("S P1\nA: ..", {}, {"accessible": True}, "no_accessible_seats"),
        ("S P1\nA: ac", {}, {}, "only_accessible_seats"),
        ("S P9\nA: ..", {}, {}, "not_priced"),
        ("S P1\nA: ..", {}, {"max_price_cents": 100}, "nothing_at_this_price"),
        ("S P1\nA: ..", {}, {"min_price_cents": 10_000}, "nothing_at_this_price"),
        ("S P1\nA: ..", {"offers": LIMIT_1}, {}, "over_limit_per_order"),
        ("S P1\nA: .x.", {}, {}, "no_block_of_this_size"),
        ("S P1\nA: .x.", {}, {"resale": True, "packages": True, "alternatives": 3}, "no_block_of_this_size"),
        ("S P1\nA: ..\nB: aC", {}, {"accessible": True}, "no_block_of_this_size"),
    ],
)
def test_a_reason_is_given_for_nothing(drawing, more, wanted, reason):
    """
    The first thing that leaves nothing says why.
    """
    assert lack(drawn(drawing, **more), 2, **wanted)[0] == reason


@pytest.mark.parametrize("resale", [False, True])
def test_the_largest_block_is_told(resale):
    """
    How many could sit together.
    """
    house = drawn("S P1\nA: ..x...x1111")
    assert lack(house, 5, resale=resale) == ("no_block_of_this_size", 4 if resale else 3)


def test_a_house_without_seats_has_areas():
    """
    A field with nothing but an area.
    """
    found = best_picks(drawn("", areas=(Area("GA", "P1", 10),)), Wanted(4, alternatives=2, resale=True))
    assert [pick.groups[0].section for pick in found] == ["GA"]


def test_prices_are_those_of_the_drawing():
    """
    The best level of the house is the dearest one.
    """
    house = drawn("S P1\nA: ..\nT P2\nA: ..", prices={"P1": Cost(1, 0), "P2": PRICES["P2"]})
    assert best(house, 2)[0][0] == "T"
