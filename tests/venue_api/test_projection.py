"""
The venue projection: sums that do not depend on order, batches or owners.
"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_stream.projection.definition import undecided
from inventory_stream.projection.driver import START, ProjectionDriver
from inventory_stream.records.activity import CheckoutFailed, EventViewed, QueueLeft
from inventory_stream.records.catalogue import EventCancelled, EventRescheduled, VenueDefined
from inventory_stream.records.inventory import OrderPlaced
from tests.support.places import at, held, listed, ordered, refunded, resold, scheduled
from venue_api.projection import VenueProjection
from venue_api.tables import FunnelSteps, HourSales, SectionSales, VenueEventRow, VenueRow


def driven(*records):
    """
    Return a driver that was given an event and then the records.
    """
    driver = ProjectionDriver(VenueProjection)
    driver.append(scheduled(), *records)
    return driver


def order(cents=500, size=2, currency="EUR", **words):
    """
    An order in section S.
    """
    where = at(size, section=words.pop("section", "S"))
    return OrderPlaced(**where, order_id="o", face_cents=cents, fees_cents=50, currency=currency, **words)


def test_every_record_type_is_decided():
    """
    No type of the topics it reads was forgotten.
    """
    assert undecided(VenueProjection()) == []


def test_orders_add_up_by_channel_and_level():
    """
    One row for each hour, channel, price level and currency.
    """
    driver = driven(order(channel="web"), order(channel="web"), order(channel="app"), order(price_level="A"))

    rows = [
        (r["channel"], r["price_level"], r["orders"], r["tickets"], r["face_cents"]) for r in driver.rows(HourSales)
    ]
    assert rows == [("", "A", 1, 2, 500), ("app", "", 1, 2, 500), ("web", "", 2, 4, 1000)]


def test_currencies_are_never_added_to_each_other():
    """
    An order in another currency has a row of its own.
    """
    driver = driven(order(), order(currency="CHF"))

    assert [(row["currency"], row["face_cents"]) for row in driver.rows(SectionSales)] == [("CHF", 500), ("EUR", 500)]


def test_refunds_and_resales_have_their_own_sums():
    """
    They are no orders, and take nothing away from orders.
    """
    driver = driven(ordered(["F-1"]), refunded(["F-1"]), listed(["F-2"]), resold(["F-2"]))

    (row,) = driver.rows(SectionSales)
    assert [row[name] for name in ("orders", "refunds", "refunded_tickets", "resales", "resold_face_cents")] == [
        1,
        1,
        1,
        1,
        100,
    ]


def test_hours_are_those_of_the_records():
    """
    The hour is the record's, in UTC.
    """
    driver = driven()
    driver.append(order(), at=datetime(2030, 1, 1, 14, 59, 59, tzinfo=UTC))
    driver.append(order(), at=datetime(2030, 1, 1, 15, tzinfo=UTC))

    assert [row["hour"].hour for row in driver.rows(HourSales)] == [14, 15]


def test_steps_are_counted():
    """
    Views, failures, the line and holds, by step.
    """
    people = {"session_id": "s1", "event_id": "e1"}
    view = EventViewed(**people)

    driver = driven(
        view, view, CheckoutFailed(**people, reason="expired"), QueueLeft(**people, admitted=True), held(["F-1"])
    )

    steps = {row["step"]: row["n"] for row in driver.rows(FunnelSteps)}
    assert steps == {"event.viewed": 2, "checkout.failed": 1, "queue.left": 1, "seats.held": 1}


def test_a_venue_is_described():
    """
    The newest description counts.
    """
    driver = driven(VenueDefined(venue_id="v1", name="Old"), VenueDefined(venue_id="v1", name="New", capacity=9))

    assert [(row["name"], row["capacity"]) for row in driver.rows(VenueRow)] == [("New", 9)]


def test_an_event_moves_and_is_cancelled():
    """
    Its row follows.
    """
    later = START + timedelta(days=9)

    driver = driven(EventRescheduled(event_id="e1", starts_at=later, venue_id="v2"), EventCancelled(event_id="e1"))

    (row,) = driver.rows(VenueEventRow)
    assert (row["venue_id"], row["starts_at"], row["cancelled"]) == ("v2", later, True)


@pytest.mark.parametrize("record", [EventCancelled(event_id="e9"), EventRescheduled(event_id="e9", starts_at=START)])
def test_unknown_events_are_invalid(record):
    """
    What was never scheduled cannot be changed.
    """
    assert "never scheduled" in driven(record).dead_letters[0].reason


orders = st.lists(
    st.builds(
        order,
        st.integers(0, 900),
        st.integers(1, 4),
        channel=st.sampled_from(["web", "app"]),
        section=st.sampled_from("ST"),
    )
)


@settings(max_examples=50, deadline=None)
@given(orders, st.randoms(use_true_random=False))
def test_order_and_batches_change_no_sum(found, random):
    """
    Shuffled, or one record a batch: the same rows.
    """
    whole, shuffled = driven(*found), driven()
    mixed = random.sample(found, len(found))
    for record in mixed:
        shuffled.append(record)

    assert whole.rows(HourSales) == shuffled.rows(HourSales)
    assert sum(row["face_cents"] for row in whole.rows(SectionSales)) == sum(record.face_cents for record in found)
