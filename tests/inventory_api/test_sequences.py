"""
Any sequence of claims on places, against a plain dict.
"""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_api.projection import InventoryProjection
from inventory_api.tables import EventRow, SectionRow, SectionStatusRow
from inventory_stream.projection.driver import ProjectionDriver
from inventory_stream.records.catalogue import SeatsBlocked
from inventory_stream.records.inventory import (
    HoldEnded,
    ListingEnded,
    ListingOpened,
    ListingSold,
    OrderPlaced,
    OrderRefunded,
    SeatsHeld,
)
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

SEATS = ("F-1", "F-2", "F-3", "F-4")
STEPS = (held, ended, ordered, refunded, listed, unlisted, resold, blocked)
steps = st.lists(
    st.tuples(
        st.sampled_from(STEPS),
        st.lists(st.sampled_from(SEATS), min_size=1, max_size=3, unique=True),
        st.sampled_from(["h1", "h2", ""]),
        st.sampled_from(["e1", "e2"]),
    ),
    max_size=30,
)


def records_of(found):
    """
    Return the records of drawn steps; those with a hold get one that is not empty where the contract wants it.
    """
    made = []
    for step, seats, hold, event_id in found:
        holds = {"hold": hold or "h1"} if step in (held, ended) else {"hold": hold} if step is ordered else {}
        made.append(step(seats, event_id=event_id, **holds))
    return made


def oracle(records):
    """
    Return (event, seat) → status word, by the plainest rules that could be.
    """
    seats: dict[tuple[str, str], tuple[str, str]] = {}
    moves = {
        OrderRefunded: ("sold", "free"),
        ListingOpened: ("sold", "listed"),
        ListingEnded: ("listed", "sold"),
        ListingSold: ("listed", "sold"),
        SeatsBlocked: ("free", "blocked"),
    }
    for record in records:
        for place in [(record.event_id, seat) for seat in record.seats]:
            status, owner = seats.get(place, ("free", ""))
            hold = getattr(record, "hold_id", "")
            if isinstance(record, SeatsHeld) and status == "free":
                seats[place] = ("held", hold)
            elif isinstance(record, HoldEnded) and (status, owner) == ("held", hold):
                seats[place] = ("free", "")
            elif isinstance(record, OrderPlaced) and (status == "free" or (status == "held" and hold in ("", owner))):
                seats[place] = ("sold", "")
            elif status == moves.get(type(record), ("", ""))[0]:
                seats[place] = (moves[type(record)][1], "")
    return seats


def world():
    """
    Return a driver with two events of four seats.
    """
    driver = ProjectionDriver(InventoryProjection)
    driver.append(scheduled("e1"), scheduled("e2"), released("e1"), released("e2"))
    return driver


@settings(max_examples=150, deadline=None)
@given(steps)
def test_any_sequence_ends_where_a_plain_dict_does(found):
    """
    Legal or not, in any order: seats and counts are those of the oracle.
    """
    records = records_of(found)
    driver = world()

    driver.append(*records)

    expected = oracle(records)
    words = ("free", "held", "sold", "blocked", "listed")
    for event_id, row in zip(("e1", "e2"), driver.rows(SectionStatusRow), strict=True):
        statuses = [words[byte] for byte in row["statuses"]]
        assert statuses == [expected.get((event_id, seat), ("free",))[0] for seat in SEATS]
        assert {word: row[word] for word in words if row[word]} == Counter(statuses)


@settings(max_examples=50, deadline=None)
@given(steps, st.integers(0, 30))
def test_batches_and_interleaving_change_nothing(found, cut):
    """
    One batch, two batches, or one event after the other: the same rows.
    """
    records = records_of(found)
    whole, cut_in_two, sorted_by_event = world(), world(), world()

    whole.append(*records)
    cut_in_two.append(*records[:cut])
    cut_in_two.append(*records[cut:])
    sorted_by_event.append(*sorted(records, key=lambda record: record.event_id))

    assert whole.rows(SectionStatusRow) == cut_in_two.rows(SectionStatusRow) == sorted_by_event.rows(SectionStatusRow)


@settings(max_examples=50, deadline=None)
@given(steps, st.integers(0, 30))
def test_a_new_owner_goes_on_where_the_old_one_stopped(found, cut):
    """
    State that was written and loaded again takes the next records as if it had never left memory.
    """
    records = records_of(found)
    kept, old = world(), world()
    kept.append(*records)
    old.append(*records[:cut])
    new = ProjectionDriver(lambda: loaded(old))

    new.append(*records[cut:])

    rows = {row["section_no"]: row for driver in (old, new) for row in driver.rows(SectionStatusRow)}
    assert rows == {row["section_no"]: row for row in kept.rows(SectionStatusRow)}


def loaded(driver):
    """
    Return a projection that loads what a driver's tables hold, the way SQL would give it.
    """

    def fetch(sql, _params):
        if "FROM events" in sql:
            return [tuple(row.values()) for row in driver.rows(EventRow)]
        pairs = zip(driver.rows(SectionRow), driver.rows(SectionStatusRow), strict=True)
        return [(*a.values(), *list(b.values())[1:]) for a, b in pairs]

    projection = InventoryProjection()
    projection.load("inventory", ["e1", "e2"], fetch)
    return projection
