"""
What the fraud projection makes of records.
"""

from collections import Counter, defaultdict
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fraud_api.projection import FraudProjection, day_of
from fraud_api.tables import (
    ActivityDay,
    ForgottenRow,
    LabelRow,
    LinkRow,
    ModelRow,
    PolicyRow,
    PromotionRow,
    TicketDay,
)
from inventory_stream.projection.definition import undecided
from inventory_stream.projection.driver import ProjectionDriver
from inventory_stream.records import activity, feedback, inventory
from inventory_stream.records.activity import CheckoutStarted, CustomerSignedIn, EventViewed, QueueLeft
from inventory_stream.records.feedback import CustomerForgotten, PaymentChargedBack, PolicySet
from inventory_stream.records.inventory import ListingSold, TicketTransferred
from inventory_stream.records.models import ModelPromoted, ModelPublished, ModelRetired
from simulator.labelled import labelled_world
from tests.support.places import at, ended, held, ordered

TABLES = (ActivityDay, TicketDay, LabelRow, LinkRow, ForgottenRow, PolicyRow, ModelRow, PromotionRow)
PUBLISHED = ModelPublished(model="abuse", model_version=1, onnx=b"x", features=("holds",), sha256="s")


def driven(*records):
    """
    Return a driver that applied the records.
    """
    driver = ProjectionDriver(FraudProjection)
    driver.append(*records)
    return driver


def of(record, customer="c1"):
    """
    Return the record as that of a customer.
    """
    return msgspec.structs.replace(record, customer_id=customer)


def tables(driver):
    """
    Return the rows of all tables.
    """
    return [driver.rows(table) for table in TABLES]


@pytest.fixture(scope="module")
def happenings():
    """
    What happened in a small world.
    """
    return [h for batch in labelled_world(5, events=3, visits=120, population=300).batches() for h in batch]


def test_every_type_is_decided():
    """
    Nothing of its topics is forgotten.
    """
    assert undecided(FraudProjection()) == []


ACTIVITY = {
    activity.CustomerSignedIn: "signed_in",
    activity.EventViewed: "events_viewed",
    activity.SeatsViewed: "seats_viewed",
    activity.SearchMade: "searches",
    activity.QueueJoined: "queues_joined",
    activity.CheckoutStarted: "checkouts_started",
    activity.CheckoutFailed: "checkouts_failed",
    activity.PaymentDeclined: "payments_declined",
    inventory.OrderRefunded: "refunds",
    inventory.ListingOpened: "listings_opened",
    feedback.PaymentChargedBack: "chargebacks",
    feedback.AbuseConfirmed: "abuse_confirmed",
    feedback.AbuseCleared: "abuse_cleared",
}


def claims(record):
    """
    Yield (customer, counter, amount) of a record, by the plainest rules that could be.
    """
    me = getattr(record, "customer_id", "")
    if type(record) in ACTIVITY:
        yield me, ACTIVITY[type(record)], 1
    elif isinstance(record, inventory.SeatsHeld):
        yield from ((me, "holds", 1), (me, "places_held", record.size()))
    elif isinstance(record, inventory.HoldEnded) and record.reason in ("released", "expired"):
        yield me, f"holds_{record.reason}", 1
    elif isinstance(record, inventory.OrderPlaced):
        yield from ((me, "orders", 1), (me, "tickets_bought", record.size()), (me, "face_cents", record.face_cents))
    elif isinstance(record, inventory.ListingSold):
        yield from ((record.seller_id, "listings_sold", 1), (me, "resales_bought", 1))
    elif isinstance(record, inventory.TicketTransferred):
        yield from ((me, "transfers_out", 1), (record.to_customer_id, "transfers_in", 1))


def oracle(happenings):
    """
    Return (customer, day) → counter → sum.
    """
    sums = defaultdict(Counter)
    for _, record, time in happenings:
        for customer, counter, amount in claims(record):
            day = -1 if isinstance(record, feedback.FeedbackRecord) else time.date().toordinal() - 719_163
            if customer:
                sums[customer, day][counter] += amount
    return sums


def test_a_world_is_counted_as_an_oracle_counts_it(happenings):
    """
    Every counter of every customer and day.
    """
    driver = ProjectionDriver(FraudProjection)
    for happening in happenings:
        driver.append(happening.record, at=happening.time)

    found = defaultdict(Counter)
    for table in (ActivityDay, TicketDay, LabelRow):
        for row in driver.rows(table):
            key = (row.pop("customer_id"), row.pop("day", -1))
            found[key].update({name: amount for name, amount in row.items() if amount})
    assert dict(found) == {key: +counter for key, counter in oracle(happenings).items() if +counter}


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(0, 400))
def test_interleaving_and_batches_change_nothing(happenings, random, cut):
    """
    Any order that keeps the order of each key's records, in any batches, gives the same tables.
    """
    records = [happening.record for happening in happenings[-400:]]
    lanes = defaultdict(list)
    for record in records:
        lanes[record.topic, record.key()].append(record)
    shuffled = []
    while lanes:
        lane = random.choice(sorted(lanes))
        shuffled.append(lanes[lane].pop(0))
        if not lanes[lane]:
            del lanes[lane]
    other = driven(*shuffled[:cut])

    other.append(*shuffled[cut:])

    assert tables(other) == tables(driven(*records))


def test_the_anonymous_are_counted_nowhere():
    """
    A record without a customer changes nothing, and is no error.
    """
    driver = driven(
        CustomerSignedIn(session_id="s", device_hash="d"), EventViewed(session_id="s", event_id="e"), held(["F-1"]),
        ordered(["F-1"]), QueueLeft(session_id="s", event_id="e", admitted=True),
    )  # fmt: skip

    assert tables(driver) == [[] for _ in TABLES]
    assert not driver.dead_letters


def test_a_day_is_that_of_the_record():
    """
    Two days, two rows.
    """
    driver = ProjectionDriver(FraudProjection)
    for day in (1, 2):
        driver.append(of(held(["F-1"])), at=datetime(1970, 1, day, 23, 59, tzinfo=UTC))

    assert [(row["day"], row["holds"]) for row in driver.rows(TicketDay)] == [(0, 1), (1, 1)]


@pytest.mark.parametrize(
    ("time", "day"),
    [
        ("1970-01-02T00:00:00.000000Z", 1),
        ("1970-01-02T01:00:00+02:00", 0),
        ("19700102T000000Z", 1),
        ("0001-01-01T00:00:00+14:00", -719_163),
        ("1970-W01-5T00:00:00Z", 1),
    ],
)
def test_any_way_to_write_a_time_has_a_day(time, day):
    """
    All that decoding accepts.
    """
    assert day_of(time) == day


def test_links_count_uses():
    """
    By kind and hash, for whoever used them.
    """
    who = {"session_id": "s", "customer_id": "c1", "device_hash": "d", "network_hash": "n"}

    driver = driven(CustomerSignedIn(**who), CheckoutStarted(**who, event_id="e", payment_hash="p"))

    assert [tuple(row.values()) for row in driver.rows(LinkRow)] == [
        (1, "d", "c1", 2), (2, "n", "c1", 2), (3, "p", "c1", 1)
    ]  # fmt: skip


def test_completed_holds_are_no_unused_holds():
    """
    Only released and expired ones came to nothing.
    """
    driver = driven(*[of(ended(["F-1"], reason=reason)) for reason in ("completed", "expired", "released")])

    (row,) = driver.rows(TicketDay)
    assert (row["holds_expired"], row["holds_released"], row["holds"]) == (1, 1, 0)


def test_both_sides_of_a_resale_and_of_a_transfer_count():
    """
    Seller and buyer, giver and taker.
    """
    sale = ListingSold(**at(1), listing_id="l", seller_id="a", customer_id="b", order_id="o", face_cents=1)

    driver = driven(sale, TicketTransferred(**at(1), customer_id="b", to_customer_id="a"))

    a, b = driver.rows(TicketDay)
    assert (a["listings_sold"], a["transfers_in"], b["resales_bought"], b["transfers_out"]) == (1, 1, 1, 1)


def test_a_nul_character_is_a_dead_letter():
    """
    The database has no place for it; nothing of the record is counted.
    """
    sale = ListingSold(**at(1), listing_id="l", seller_id="a", customer_id="b\0", order_id="o", face_cents=1)

    driver = driven(sale, EventViewed(session_id="s", event_id="e", customer_id="\0"))

    assert [letter.reason for letter in driver.dead_letters] == [
        "the key or a text holds the character NUL, which no table can"
    ] * 2
    assert tables(driver) == [[] for _ in TABLES]


def test_feedback_that_is_no_label():
    """
    Policies are replaced; the forgotten are noted.
    """
    driver = driven(
        PolicySet(policy="p", threshold=0.5, action="deny"), PolicySet(policy="p", threshold=0.9, action="wait"),
        CustomerForgotten(customer_id="c1"), PaymentChargedBack(customer_id="c2", order_id="o"),
    )  # fmt: skip

    assert [tuple(row.values()) for row in driver.rows(PolicyRow)] == [("p", 0.9, "wait")]
    assert driver.rows(ForgottenRow) == [{"customer_id": "c1"}]


def test_models_come_are_promoted_and_go():
    """
    A retired version is what a reader of the compacted topic knows of it.
    """
    rest = (ModelPromoted(model="abuse", model_version=1), ModelRetired(model="abuse", model_version=1))

    whole, compacted = driven(PUBLISHED, *rest), driven(*rest)

    assert tables(whole) == tables(compacted)
    assert driven(PUBLISHED).rows(ModelRow)[0]["features"] == '["holds"]'
    assert whole.rows(PromotionRow) == [{"model": "abuse", "model_version": 1}]
