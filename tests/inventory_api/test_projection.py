"""
The inventory projection: which claims on places win, which are counted as conflicts, which records are invalid.
"""

import pytest

from inventory_api.tables import SectionRow, SectionStatusRow
from inventory_stream.records.catalogue import EventCancelled, SeatsRepriced
from tests.support.driven import area, driven
from tests.support.places import at, blocked, ended, held, listed, ordered, refunded, released, resold, unlisted


def state(driver):
    """
    Return the statuses of the only section as a string of digits, and its conflicts.
    """
    (row,) = driver.rows(SectionStatusRow)
    return "".join(map(str, row["statuses"])), row["conflicts"]


def counts(driver):
    """
    Return free, held, sold, blocked, listed and conflicts of the only section.
    """
    (row,) = driver.rows(SectionStatusRow)
    return [row[name] for name in ("free", "held", "sold", "blocked", "listed", "conflicts")]


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], "0000"),
        ([held(["F-2"])], "0100"),
        ([held(["F-2"]), ended(["F-2"])], "0000"),
        ([held(["F-2"]), ended(["F-2"], reason="released")], "0000"),
        ([held(["F-2"]), ended(["F-2"], reason="completed")], "0100"),
        ([held(["F-2"]), ended(["F-2"], reason="completed"), ordered(["F-2"])], "0200"),
        ([held(["F-2"]), ordered(["F-2"]), ended(["F-2"], reason="completed")], "0200"),
        ([ordered(["F-1"], hold="")], "2000"),
        ([held(["F-1"]), ordered(["F-1"], hold="")], "2000"),
        ([ordered(["F-1"], hold=""), refunded(["F-1"])], "0000"),
        ([ordered(["F-1"], hold=""), listed(["F-1"])], "4000"),
        ([ordered(["F-1"], hold=""), listed(["F-1"]), unlisted(["F-1"])], "2000"),
        ([ordered(["F-1"], hold=""), listed(["F-1"]), resold(["F-1"])], "2000"),
        ([blocked(["F-4"])], "0003"),
        ([blocked(["F-4"]), released(seats=("F-4",))], "0000"),
    ],
)
def test_a_seat_lives_as_the_contract_says(records, expected):
    """
    Each legal step leads to its status, without a conflict.
    """
    assert state(driven(*records)) == (expected, 0)


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([held(["F-1"]), held(["F-1"], hold="h2")], "1000"),
        ([held(["F-1"]), held(["F-1"], hold="h2"), ended(["F-1"], hold="h2")], "1000"),
        ([held(["F-1"]), ordered(["F-1"], hold="h2")], "1000"),
        ([ordered(["F-1"], hold=""), held(["F-1"])], "2000"),
        ([ordered(["F-1"], hold=""), ordered(["F-1"], hold="")], "2000"),
        ([held(["F-1"]), ordered(["F-1"]), ended(["F-1"])], "2000"),
        ([blocked(["F-1"]), held(["F-1"])], "3000"),
        ([refunded(["F-1"])], "0000"),
        ([listed(["F-1"])], "0000"),
    ],
)
def test_the_first_claim_wins(records, expected):
    """
    A claim on a place that is not there to claim changes nothing and is counted.
    """
    seats, conflicts = state(driven(*records))

    assert seats == expected
    assert conflicts >= 1


def test_a_hold_takes_what_is_free():
    """
    Of a hold that meets taken seats, the free ones are held.
    """
    driver = driven(held(["F-1"]), held(["F-1", "F-2"], hold="h2"), ended(["F-1", "F-2"], hold="h2"))

    assert state(driver) == ("1000", 2)


def test_a_seat_that_is_released_twice_in_a_record_is_lost_once():
    """
    A release may name a seat twice; a claim is counted by places.
    """
    assert state(driven(held(["F-1"]), released(seats=("F-1", "F-1")))) == ("1000", 1)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (held(["Z-9"]), "no seat Z-9"),
        (held(["F-1"], section="T"), "no section T"),
        (held(["F-1"], event_id="e9"), "never scheduled"),
        (held(3), "not a quantity"),
        (released(quantity=5), "kind section"),
        (released(section="T", seats=("A", "A")), "twice"),
        (EventCancelled(event_id="e9"), "never scheduled"),
    ],
)
def test_records_about_unknown_places_are_invalid(record, reason):
    """
    What does not exist cannot be changed: the record is set aside with its reason and nothing else.
    """
    driver = driven()
    before = state(driver)

    driver.append(record)

    assert reason in driver.dead_letters[0].reason
    assert state(driver) == before


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], [10, 0, 0, 0, 0, 0]),
        ([held(4), ordered(4)], [6, 0, 4, 0, 0, 0]),
        ([held(4), ended(4)], [10, 0, 0, 0, 0, 0]),
        ([held(4), ended(4), ended(4)], [10, 0, 0, 0, 0, 4]),
        ([held(8), held(3, hold="h2")], [2, 8, 0, 0, 0, 3]),
        ([held(8), ordered(3, hold="")], [2, 8, 0, 0, 0, 3]),
        ([blocked(4), released(quantity=6, price_level="GA")], [12, 0, 0, 0, 0, 0]),
        ([ordered(3, hold=""), listed(2), resold(1), refunded(1)], [8, 0, 1, 0, 1, 0]),
    ],
)
def test_an_area_counts(records, expected):
    """
    An area takes a record's whole quantity or nothing.
    """
    assert counts(area(*records)) == expected


def test_an_area_is_no_larger_than_can_be_counted():
    """
    A release that would pass the limit is set aside, and what was there stays.
    """
    million = released(quantity=1_000_000, price_level="GA")
    driver = area(*[million] * 2147, released(quantity=483_637, price_level="GA"))

    driver.append(released(quantity=1, price_level="GA"))

    assert (counts(driver)[0], "more than 2147483647" in driver.dead_letters[0].reason) == (2**31 - 1, True)


def test_an_area_is_repriced_as_a_whole():
    """
    Part of an area cannot have a price level of its own.
    """
    driver = area(SeatsRepriced(**at(10), price_level="B"), SeatsRepriced(**at(2), price_level="C"))

    assert driver.rows(SectionRow)[0]["levels"] == '["B"]'
    assert "whole quantity" in driver.dead_letters[0].reason


def test_seats_are_repriced_one_by_one():
    """
    A byte a seat says which level it has.
    """
    driver = driven(SeatsRepriced(**at(["F-2", "F-4"]), price_level="B"))

    (row,) = driver.rows(SectionRow)
    assert (row["levels"], row["seat_levels"]) == ('["A","B"]', bytes([0, 1, 0, 1]))


def test_a_section_may_grow():
    """
    Seats released later join the section with their own price level.
    """
    driver = driven(held(["F-1"]), released(seats=("G-1",), price_level="B"), held(["G-1"], hold="h2"))

    assert state(driver) == ("10001", 0)
    assert driver.rows(SectionRow)[0]["seat_levels"] == bytes([0, 0, 0, 0, 1])
