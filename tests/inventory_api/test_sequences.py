"""
Any sequence of claims on places, against a plain model.
"""

import json
from collections import Counter

from hypothesis import event, given, settings
from hypothesis import strategies as st

from inventory_api.projection import InventoryProjection
from inventory_api.tables import ClaimRow, ConflictRow, EventRow, ListingRow, SectionRow, SectionStatusRow
from inventory_stream.projection.driver import ProjectionDriver
from inventory_stream.records import decode, encode
from tests.support.places import (
    START,
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
from tests.support.places_model import Model

SEATS = ("F-1", "F-2", "F-3", "F-4")
WORDS = ("free", "held", "sold", "blocked", "listed")
HOLDS = {held: ("h1", "h2"), ended: ("h1", "h2"), ordered: ("h1", "h2", "", "")}
LISTINGS = dict.fromkeys((listed, unlisted, resold), ("l1", "l2"))
# Sales and listings more often than the rest, so that long ways are gone as well.
STEPS = (held, ended, ordered, ordered, refunded, listed, listed, unlisted, resold, blocked, released)
seats = st.lists(st.sampled_from(SEATS), min_size=1, max_size=3, unique=True)


@st.composite
def claims(draw):
    """
    One record about some seats of one of two events.
    """
    step, places = draw(st.sampled_from(STEPS)), draw(seats)
    where = {"event_id": draw(st.sampled_from(["e1", "e1", "e2"]))}
    if step is released:
        return released(seats=tuple(places), **where)
    if step in HOLDS:
        where["hold"] = draw(st.sampled_from(HOLDS[step]))
    if step in LISTINGS:
        where["listing"] = draw(st.sampled_from(LISTINGS[step]))
    return step(places, **where)


# Left to itself, the library draws some five steps: too few for a seat to be held, sold, listed and sold again.
steps = st.one_of(st.lists(claims(), max_size=8), st.lists(claims(), min_size=20, max_size=60))


def log_of(records):
    """
    Return what lies in the log when two events of four seats, each in its own partition, are given these records.
    """
    found, ends = [], Counter()
    for record in (scheduled("e1"), scheduled("e2"), released("e1"), released("e2"), *records):
        partition = int(record.event_id == "e2")
        encoded = encode(record, id=f"{partition}-{ends[partition]}", source="/test", time=START)
        place = (record.topic, partition, ends[partition])
        found.append(decode(*place, encoded.key, encoded.value, encoded.headers))
        ends[partition] += 1
    return found


def driven(*batches, factory=InventoryProjection, rows=None):
    """
    Return a driver that was given these batches, perhaps over the rows of another.
    """
    driver = ProjectionDriver(factory)
    driver._rows = {model: dict(found) for model, found in rows._rows.items()} if rows else {}
    for batch in batches:
        driver.deliver(batch)
    return driver


def modelled(log):
    """
    Return the model after the same records; positions are partition * 2^48 + offset.
    """
    model = Model()
    for delivered in log:
        if delivered.type != "event.scheduled.v1":
            model.apply(delivered.partition * 2**48 + delivered.offset, delivered.record)
    return model


def listed_conflicts(driver):
    """
    Return conflicts as the model has them: what is not written with a conflict is found among the claims before it.
    """
    claims = driver.rows(ClaimRow)

    def other(row, status, position, place):
        before = (
            c for c in reversed(claims) if c["section_no"] == row["section_no"] and c["position"] < row["position"]
        )
        same = (c["position"] for c in before if WORDS[c["status"]] == status and place in json.loads(c["places"]))
        return next(same, None) if position is None else position

    return {
        row["position"]: [
            (label, status, other(row, status, position, place))
            for label, status, position, place in json.loads(row["places"])
        ]
        for row in driver.rows(ConflictRow)
    }


def tables(driver):
    """
    Return all tables' rows.
    """
    return [driver.rows(table.model) for table in InventoryProjection().tables()]


@settings(max_examples=300, deadline=None)
@given(steps)
def test_any_sequence_ends_where_the_model_does(records):
    """
    Legal or not, in any order: seats, counts and open holds are those of the model.
    """
    log = log_of(records)

    driver, model = driven(log), modelled(log)

    for event_id, row in zip(("e1", "e2"), driver.rows(SectionStatusRow), strict=True):
        statuses = [WORDS[byte] for byte in row["statuses"]]
        assert statuses == [model.seats[event_id, seat].status for seat in SEATS]
        assert {word: row[word] for word in WORDS if row[word]} == Counter(statuses)
        holds = {hold: sorted(n for n in numbers if n >= 0) for hold, numbers in json.loads(row["holds"]).items()}
        assert holds == model.holds(event_id, SEATS)


@settings(max_examples=300, deadline=None)
@given(steps)
def test_every_conflict_names_the_record_that_has_the_place(records):
    """
    Each place lost is listed, with what was found there and who had it at that moment, and counted.
    """
    log = log_of(records)

    driver, model = driven(log), modelled(log)

    assert listed_conflicts(driver) == model.conflicts
    event(f"conflicts: {min(len(model.conflicts), 5)}")
    assert sum(row["count"] for row in driver.rows(ConflictRow)) == sum(map(len, model.conflicts.values()))
    assert sum(row["conflicts"] for row in driver.rows(SectionStatusRow)) == sum(map(len, model.conflicts.values()))


@settings(max_examples=300, deadline=None)
@given(steps)
def test_listings_have_what_is_listed(records):
    """
    The open listings are the model's, with the seats that each still has and the record that opened it.
    """
    log = log_of(records)

    driver, model = driven(log), modelled(log)

    found = {
        (row["event_id"], row["listing_id"], SEATS[place]): row["position"]
        for row in driver.rows(ListingRow)
        for place in json.loads(row["places"])
    }
    seats = [(key, seat) for key, seat in model.seats.items() if seat.status == "listed"]
    assert found == {(event_id, seat.owner, label): seat.by for (event_id, label), seat in seats}


@settings(max_examples=50, deadline=None)
@given(steps, st.integers(0, 64))
def test_batches_and_interleaving_change_nothing(records, cut):
    """
    One batch, two, one for each record, or one event after the other: the same rows in all tables.
    """
    log = log_of(records)

    whole = tables(driven(log))

    assert whole == tables(driven(log[:cut], log[cut:]))
    assert whole == tables(driven(*([delivered] for delivered in log)))
    assert whole == tables(driven(sorted(log, key=lambda delivered: delivered.partition)))


@settings(max_examples=100, deadline=None)
@given(steps, st.integers(0, 64))
def test_a_new_owner_goes_on_where_the_old_one_stopped(records, cut):
    """
    State that was written and loaded again takes the next records as if it had never left memory.
    """
    log = log_of(records)
    old = driven(log[:cut])

    new = driven(log[cut:], factory=lambda: loaded(old), rows=old)

    assert tables(new) == tables(driven(log))


def loaded(driver):
    """
    Return a projection that loads what a driver's tables hold, the way SQL would give it.
    """

    def fetch(sql, _params):
        if "FROM events" in sql:
            return [tuple(row.values()) for row in driver.rows(EventRow)]
        if "FROM listings" in sql:
            return [tuple(row.values()) for row in driver.rows(ListingRow)]
        pairs = zip(driver.rows(SectionRow), driver.rows(SectionStatusRow), strict=True)
        return [(*a.values(), *list(b.values())[1:]) for a, b in pairs]

    projection = InventoryProjection()
    projection.load("inventory", ["e1", "e2"], fetch)
    return projection
