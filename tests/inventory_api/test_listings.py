"""
Open listings and the claims that last: what the projection keeps of them.
"""

import json

import msgspec
import pytest

from inventory_api.tables import ClaimRow, ConflictRow, ListingRow
from tests.support.driven import area, driven
from tests.support.places import blocked, listed, ordered, refunded, released, resold, unlisted


def open_listings(driver):
    """
    Return listing → its places and the offset of the record that opened it.
    """
    return {row["listing_id"]: (row["places"], row["position"]) for row in driver.rows(ListingRow)}


SOLD = ordered(["F-1", "F-2", "F-3"], hold="")


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([listed(["F-1", "F-2"])], {"l1": ("[0,1]", 3)}),
        ([listed(["F-3", "F-4"])], {"l1": ("[2]", 3)}),
        ([listed(["F-4"])], {}),
        ([listed(["F-1"]), listed(["F-2"], listing="l2")], {"l1": ("[0]", 3), "l2": ("[1]", 4)}),
        ([listed(["F-1"]), listed(["F-2"])], {"l1": ("[0]", 3)}),
        ([listed(["F-1", "F-2"]), resold(["F-1"])], {"l1": ("[1]", 3)}),
        ([listed(["F-1", "F-2"]), resold(["F-1"]), unlisted(["F-1", "F-2"])], {}),
        ([listed(["F-1"]), unlisted(["F-1"], listing="l2")], {"l1": ("[0]", 3)}),
        ([listed(["F-1"]), unlisted(["F-1"]), listed(["F-2"])], {"l1": ("[1]", 5)}),
        ([listed(["F-1"]), released(section="T"), unlisted(["F-1"], section="T")], {"l1": ("[0]", 3)}),
    ],
)
def test_a_listing_has_what_is_really_listed(records, expected):
    """
    Only sold places, under an id that is not taken; a sale of some leaves the rest.
    """
    assert open_listings(driven(SOLD, *records)) == expected


def test_a_listing_keeps_its_price():
    """
    Face value and fees of each place, as the owner set them.
    """
    listing = msgspec.structs.replace(listed(["F-1"]), face_cents=7000, fees_cents=700, currency="EUR")

    (row,) = driven(SOLD, listing).rows(ListingRow)

    assert (row["section"], row["face_cents"], row["fees_cents"], row["currency"]) == ("S", 7000, 700, "EUR")


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([listed(2)], {"l1": ("[2]", 3)}),
        ([listed(4)], {}),
        ([listed(3), resold(1)], {"l1": ("[2]", 3)}),
        ([listed(2), unlisted(3)], {}),
    ],
)
def test_an_area_is_listed_by_quantity(records, expected):
    """
    A listing of an area counts its places.
    """
    assert open_listings(area(ordered(3, hold=""), *records)) == expected


def test_a_listing_of_places_that_are_not_there_is_invalid():
    """
    Whether its id is taken or not.
    """
    driver = driven(SOLD, listed(["F-1"]), listed(["Z-9"]), listed(["Z-9"], listing="l2"), unlisted(["Z-9"]))

    assert ["no seat Z-9" in letter.reason for letter in driver.dead_letters] == [True] * 3
    assert open_listings(driver) == {"l1": ("[0]", 3)}


@pytest.mark.parametrize("section", ["T", "GA"])
def test_the_listing_in_the_way_is_one_of_the_same_section(section):
    """
    Seats of other sections have the same numbers, and their listings may be older or newer.
    """
    places = ["F-1"] if section == "T" else 1
    more = [released(section="T"), released(section="GA", quantity=1, price_level="GA")]
    where = {"section": section}

    driver = driven(
        *more,
        SOLD,
        ordered(places, hold="", **where),
        listed(["F-1"], listing="older"),
        listed(places, **where),
        listed(["F-2"], listing="newer"),
        refunded(places, **where),
    )

    (row,) = driver.rows(ConflictRow)
    assert (row["section"], json.loads(row["places"])[0][1:3]) == (section, ["listed", 7])


def test_a_listing_that_was_written_changes_with_a_later_batch():
    """
    A sale of some places, long after the listing was opened.
    """
    driver = driven(SOLD, listed(["F-1", "F-2"]))

    driver.append(resold(["F-1"]))

    assert open_listings(driver) == {"l1": ("[1]", 3)}


def test_a_listing_may_lose_its_last_seats():
    """
    What is left of a listing is what it had before, in any order.
    """
    assert open_listings(driven(SOLD, listed(["F-1", "F-2", "F-3"]), unlisted(["F-2", "F-3"]))) == {"l1": ("[0]", 3)}


def test_sales_and_blocks_leave_a_row_each():
    """
    Which places a record took for good; those it lost are not among them, and what takes nothing leaves none.
    """
    records = [SOLD, ordered(["F-3", "F-4"], hold=""), blocked(["F-4"]), refunded(["F-1"]), blocked(["F-1", "F-2"])]

    rows = driven(*records).rows(ClaimRow)

    found = [(row["position"], row["status"], row["places"]) for row in rows]
    assert found == [(2, 2, "[0,1,2]"), (3, 2, "[3]"), (6, 3, "[0]")]
