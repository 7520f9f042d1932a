"""
The operators' view of records that claimed places in vain, over a real projection.
"""

from datetime import timedelta

import msgspec
import pytest

from inventory_api.projection import InventoryProjection
from inventory_stream.records import SeatRun
from inventory_stream.web import encode_cursor
from tests.support.places import (
    blocked,
    ended,
    held,
    listed,
    ordered,
    refunded,
    released,
    resold,
    scheduled,
    unlisted,
)
from tests.support.projected import NOON, Projected, ask, follow

CONFLICTS = "/v1/operations/conflicts"


@pytest.fixture
def projected(database_url):
    """
    An inventory projection with one event of four seats: offsets 0 and 1.
    """
    projected = Projected(database_url, InventoryProjection, "inventory")
    projected.append(scheduled(), released())
    yield projected
    projected.close()


def position(offset):
    """
    Where a record lies.
    """
    return {"topic": "inventory", "partition": 0, "offset": offset}


def places(conflict):
    """
    Return (label, status, quantity, offset of the other record) of each place.
    """
    return [
        (place["label"], place["status"], place["quantity"], place["other"] and place["other"]["offset"])
        for place in conflict["places"]
    ]


def newest(service, projected, *records):
    """
    Return the newest conflict after these records, the first of which is at offset 2.
    """
    projected.append(*records)
    (answer,) = ask(service, projected.position, CONFLICTS)
    return answer.json()["conflicts"][0]


def test_a_conflict_shows_both_records(service, projected):
    """
    What came too late, when and where, and who has the seat.
    """
    conflict = newest(service, projected, ordered(["F-1"], hold=""), held(["F-1", "F-2"]))

    other = {"label": "F-1", "status": "sold", "quantity": 1, "other": position(2)}
    assert conflict == {
        "event_id": "e1",
        "section": "S",
        "record_type": "seats.held.v1",
        "time": "2030-01-01T12:00:00Z",
        "position": position(3),
        "count": 1,
        "places": [other],
    }


SOLD = ordered(["F-1", "F-2"], hold="")


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([held(["F-1"]), held(["F-2", "F-1"], hold="h2")], [("F-1", "held", 1, 2)]),
        ([held(["F-1"]), held(["F-2"]), ordered(["F-1", "F-2"], hold="h2")], [("F-1", "held", 1, 2), ("F-2", "held", 1, 3)]),
        ([held(["F-1"]), held(["F-2"]), ended(["F-1"]), blocked(["F-2"])], [("F-2", "held", 1, 3)]),
        ([SOLD, ordered(["F-2"], hold="")], [("F-2", "sold", 1, 2)]),
        ([SOLD, ended(["F-2"])], [("F-2", "sold", 1, 2)]),
        ([SOLD, released(seats=("F-2", "F-3"))], [("F-2", "sold", 1, 2)]),
        ([ordered(["F-1"], hold=""), ordered(["F-2"], hold=""), held(["F-1"])], [("F-1", "sold", 1, 2)]),
        ([SOLD, refunded(["F-1"]), ordered(["F-1"], hold=""), held(["F-1", "F-2"])], [("F-1", "sold", 1, 4), ("F-2", "sold", 1, 2)]),
        ([refunded(["F-1"])], [("F-1", "free", 1, None)]),
        ([ended(["F-1"])], [("F-1", "free", 1, None)]),
        ([listed(["F-1"])], [("F-1", "free", 1, None)]),
        ([blocked(["F-1"]), released(seats=("F-1",)), blocked(["F-1"]), held(["F-1"])], [("F-1", "blocked", 1, 4)]),
        ([SOLD, listed(["F-1"]), refunded(["F-1"])], [("F-1", "listed", 1, 3)]),
        ([SOLD, listed(["F-1"]), unlisted(["F-1"]), held(["F-1"])], [("F-1", "sold", 1, 2)]),
        ([SOLD, listed(["F-1"]), resold(["F-1"]), held(["F-1"])], [("F-1", "sold", 1, 4)]),
        ([SOLD, listed(["F-1"]), listed(["F-2"])], [("F-2", "sold", 1, 3)]),
        ([SOLD, listed(["F-1"]), resold(["F-1"], listing="l2")], [("F-1", "listed", 1, 3)]),
        ([SOLD, unlisted(["F-1"])], [("F-1", "sold", 1, 2)]),
    ],
)  # fmt: skip
def test_the_other_record_is_the_one_that_has_the_place(service, projected, records, expected):
    """
    Whatever the place is found to be: held, sold, blocked or listed; of a free one nobody is the other.
    """
    assert places(newest(service, projected, *records)) == expected


def test_the_sale_of_that_moment_is_shown_later_too(service, projected):
    """
    What happens to a seat after a conflict does not change what the conflict was with.
    """
    projected.append(SOLD, held(["F-1"]), refunded(["F-1"]), ordered(["F-1"], hold=""))

    (answer,) = ask(service, projected.position, CONFLICTS)

    assert places(answer.json()["conflicts"][0]) == [("F-1", "sold", 1, 2)]


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([ordered(9, hold=""), held(4)], [("", "free", 1, None), ("", "sold", 9, 3)]),
        ([held(4), held(3), ended(2), held(6)], [("", "free", 5, None), ("", "held", 5, 4)]),
        ([held(4), held(3, hold="h2"), ended(3, hold="h2"), ended(5)], [("", "free", 10, None)]),
        ([blocked(4), ordered(6, hold=""), listed(5), listed(1, listing="l2"), refunded(1)], [("", "blocked", 4, 3), ("", "listed", 6, 6)]),
        ([blocked(4), ordered(6, hold=""), ordered(2, hold="")], [("", "sold", 6, 4), ("", "blocked", 4, 3)]),
        ([ordered(6, hold=""), listed(4), listed(2)], [("", "free", 4, None), ("", "sold", 2, 4), ("", "listed", 4, 4)]),
        ([ordered(6, hold=""), listed(4), resold(3), unlisted(2)], [("", "free", 4, None), ("", "sold", 6, 5)]),
        ([ordered(6, hold=""), listed(4), refunded(3)], [("", "free", 4, None), ("", "sold", 2, 3), ("", "listed", 4, 4)]),
    ],
)  # fmt: skip
def test_an_area_tells_how_many_places_have_which_status(service, projected, records, expected):
    """
    With the last record of those that took some; offsets begin at 3, after the area of ten places.
    """
    area = [released(section="GA", quantity=10, price_level="GA")]
    conflict = newest(service, projected, *area, *(change(record, "GA") for record in records))

    assert places(conflict) == expected


def change(record, section):
    """
    Return a record about another section.
    """
    return msgspec.structs.replace(record, section=section)


def test_a_new_owner_knows_who_has_what(service, projected):
    """
    Holds and listings that were read back from the tables still say which record they come from.
    """
    projected.append(SOLD, held(["F-3"]), listed(["F-1"]))
    projected.restart()

    conflict = newest(service, projected, blocked(["F-1", "F-2", "F-3"]))

    assert places(conflict) == [("F-1", "listed", 1, 4), ("F-2", "sold", 1, 2), ("F-3", "held", 1, 3)]


def test_the_first_hundred_places_are_shown_and_all_are_counted(service, projected):
    """
    A block of a whole stand that is sold does not fill the page.
    """
    stand = [f"A-{seat}" for seat in range(1, 151)]
    row = released(section="T", runs=(SeatRun("A", 1, 150),), price_level="A")

    conflict = newest(service, projected, row, ordered(stand, hold="", section="T"), blocked(stand, section="T"))

    assert (conflict["count"], len(conflict["places"]), places(conflict)[-1]) == (150, 100, ("A-100", "sold", 1, 3))


def test_each_event_has_its_total(service, projected):
    """
    Places lost in all its sections, of the events on the page or of the one that was asked for.
    """
    projected.append(scheduled("e2"), released("e2"), released(section="T"), SOLD, held(["F-1", "F-2"]))
    projected.append(ordered(["F-1"], hold="", section="T"), held(["F-1"], section="T"))

    everything, one, other = ask(
        service, projected.position, CONFLICTS, f"{CONFLICTS}?event_id=e1", f"{CONFLICTS}?event_id=e2"
    )

    assert everything.json()["events"] == one.json()["events"] == [{"event_id": "e1", "count": 3}]
    assert other.json() == {"conflicts": [], "events": [{"event_id": "e2", "count": 0}], "next_cursor": None}


def test_no_number_of_conflicts_is_too_large(service, projected):
    """
    Claims of a million places each, in vain, thousands of times.
    """
    absurd = [held(1_000_000, section="GA")] * 2200
    projected.append(released(section="GA", quantity=5, price_level="GA"), *absurd)

    (answer,) = ask(service, projected.position, f"{CONFLICTS}?limit=1")

    assert answer.json()["events"] == [{"event_id": "e1", "count": 2_200_000_000}]


def test_the_newest_come_first_and_pages_hold_still(service, projected):
    """
    Conflicts that come while somebody turns pages neither repeat nor hide any.
    """
    projected.append(SOLD)
    for minute in (3, 1, 2, 2, 5):
        projected.append(held(["F-1"]), at=NOON + timedelta(minutes=minute))

    async def act(client, reach):
        found, cursor = [], ""
        while cursor is not None:
            page = (await client.get(CONFLICTS, params={"limit": 2, "cursor": cursor})).json()
            found += [row["position"]["offset"] for row in page["conflicts"]]
            cursor = page["next_cursor"]
            projected.append(held(["F-2"]), at=NOON + timedelta(hours=1))
            await reach()
        return found

    assert follow(service, projected, act) == [7, 3, 6, 5, 4]


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("event_id=e9", 404, "event_id"),
        ("event_id=%00", 422, "event_id"),
        ("limit=101", 422, "limit"),
        ("limit=0", 422, "limit"),
        ("cursor=nonsense", 400, "cursor"),
        (f"cursor={encode_cursor(['x', '1'])}", 400, "cursor"),
        (f"cursor={encode_cursor(['2030-01-01T12:00:00', '1'])}", 400, "cursor"),
        (f"cursor={encode_cursor(['2030-01-01T12:00:00+00:00', 'x'])}", 400, "cursor"),
        (f"cursor={encode_cursor(['2030-01-01T12:00:00+00:00', '-1'])}", 400, "cursor"),
        (f"cursor={encode_cursor(['2030-01-01T12:00:00+00:00', str(2**63)])}", 400, "cursor"),
    ],
)
def test_bad_input_is_named(service, projected, query, status, field):
    """
    A wrong field is a problem that names it.
    """
    (answer,) = ask(service, projected.position, f"{CONFLICTS}?{query}")

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (status, field)
