"""
What is delivered badly is noted, and projections end as if it had been delivered well.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fraud_api.projection import FraudProjection
from inventory_api.projection import InventoryProjection
from inventory_api.tables import ClaimRow, ListingRow, SectionRow, SectionStatusRow
from inventory_stream.records import Delivered, Encoded, decode
from inventory_stream.testing import ProjectionDriver
from simulator.delivery import Delivery, DeliveryPlan
from simulator.truth import Truth
from tests.support.kept import Kept
from venue_api.projection import VenueProjection

SEEDS = st.integers(min_value=0, max_value=2**31)
FEW = settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
HARMLESS = DeliveryPlan(duplicates=0.03, late=0.01, malformed=0.02, within=400)
PROJECTIONS = [InventoryProjection, VenueProjection, FraudProjection]


def delivered(batches: Iterable[list[Encoded]], plan: DeliveryPlan, seed: int = 1) -> tuple[list[Encoded], Kept]:
    """
    Return the records as they arrive, and what the truth says about it.
    """
    kept = Kept()
    return [record for batch in Delivery(plan, seed, Truth(kept)).deliver(batches) for record in batch], kept


def in_log(records: Iterable[Encoded]) -> list[Delivered]:
    """
    Return the records as they lie in three partitions of each topic, in the order they came.
    """
    ends: Counter[tuple[str, int]] = Counter()
    found = []
    for record in records:
        place = (record.topic, sum(record.key) % 3)
        found.append(decode(*place, ends[place], record.key, record.value, record.headers))
        ends[place] += 1
    return found


def applied(projection, records: Iterable[Encoded]):
    """
    Return a driver that applied the records.
    """
    driver = ProjectionDriver(projection)
    driver.deliver(in_log(records))
    return driver


def state(projection, driver) -> list:
    """
    Return what the tables say, whatever the places of records in the log.
    """
    tables = {table.model: driver.rows(table.model) for table in projection().tables()}
    if projection is InventoryProjection:
        names = {row["section_no"]: (row["event_id"], row["section"]) for row in tables[SectionRow]}
        for row in [*tables[SectionRow], *tables[SectionStatusRow], *tables[ClaimRow]]:
            row["section_no"] = names[row["section_no"]]
        for row in [*tables[ClaimRow], *tables[ListingRow]]:
            del row["position"]
        for row in tables[SectionStatusRow]:
            holds = json.loads(row["holds"])  # numbers below 0 say which record held the places after them
            row["holds"] = {hold: [place for place in places if place >= 0] for hold, places in holds.items()}
    return [sorted(map(repr, rows)) for rows in tables.values()]


def ids(records: Iterable[Encoded]) -> Counter[bytes]:
    """
    Return how often each id comes.
    """
    return Counter(dict(record.headers).get("ce_id", b"") for record in records)


def test_a_perfect_delivery_changes_nothing(simulate):
    """
    Without faults the very same batches go through.
    """
    batches = list(simulate(1).encoded())

    assert list(Delivery(DeliveryPlan(), 1, Truth()).deliver(batches)) == batches


@FEW
@given(seed=SEEDS)
def test_the_same_seed_makes_the_same_faults(simulate, seed):
    """
    Faults are a function of plan, seed and records.
    """
    assert delivered(simulate(1).encoded(), HARMLESS, seed)[0] == delivered(simulate(1).encoded(97), HARMLESS, seed)[0]


@FEW
@given(seed=SEEDS)
def test_nothing_is_lost(simulate, seed):
    """
    Whatever happens on the way, every record arrives whole at least once.
    """
    plan = DeliveryPlan(duplicates=0.05, late=0.05, swapped=0.05, malformed=0.05, within=300)
    sent = [record for batch in simulate(2).encoded() for record in batch]
    arrived, _ = delivered([sent], plan, seed)

    assert ids(sent).keys() <= ids(arrived).keys()
    assert {repr(record) for record in sent} <= {repr(record) for record in arrived}


@FEW
@given(seed=SEEDS)
def test_late_records_keep_the_order_of_their_key(simulate, seed):
    """
    A delay is one that Kafka allows: other keys overtake, the own key does not.
    """
    sent = [record for batch in simulate(3).encoded() for record in batch]
    arrived, kept = delivered([sent], DeliveryPlan(late=0.05, within=900), seed)

    assert arrived != sent
    assert _by_key(arrived) == _by_key(sent)
    assert kept.rows["delivery_faults"]


def test_swapped_records_change_places_with_the_next(simulate):
    """
    A swapped record comes right after the one of its key that should have followed it.
    """
    sent = [record for batch in simulate(3).encoded() for record in batch]
    arrived, kept = delivered([sent], DeliveryPlan(swapped=0.01))
    right, wrong = _by_key(sent), _by_key(arrived)
    swapped = [(row["topic"], row["key"].encode(), row["record_id"].encode()) for row in kept.rows["delivery_faults"]]

    assert swapped
    for topic, key, record_id in swapped:
        place = right[topic, key].index(record_id)
        assert wrong[topic, key][place : place + 2] == right[topic, key][place : place + 2][::-1]


@pytest.mark.parametrize("projection", PROJECTIONS)
@pytest.mark.parametrize("fault", ["duplicates", "late", "malformed"])
def test_projections_end_as_without_faults(simulate, projection, fault):
    """
    Duplicates, late records and broken attempts leave no trace in the tables.
    """
    sent = [record for batch in simulate(4).encoded() for record in batch]
    arrived, kept = delivered([sent], DeliveryPlan(**{fault: 0.03}, within=400))
    driver = applied(projection, arrived)

    assert kept.rows["delivery_faults"]
    assert state(projection, driver) == state(projection, applied(projection, sent))


@pytest.mark.parametrize("projection", PROJECTIONS)
def test_malformed_records_are_set_aside_and_counted(simulate, projection):
    """
    Each broken attempt is a dead letter, and nothing else is.
    """
    arrived, kept = delivered(simulate(4).encoded(), HARMLESS)
    broken = [row for row in kept.rows["delivery_faults"] if row["fault"].startswith("malformed")]

    assert len(applied(projection, arrived).dead_letters) == len(broken) > 0


def test_swaps_are_survived_as_conflicts(simulate):
    """
    A claim that comes before its time is counted, and only the sections concerned may differ.
    """
    sent = [record for batch in simulate(4).encoded() for record in batch]
    arrived, _ = delivered([sent], DeliveryPlan(swapped=0.02))
    driver = applied(InventoryProjection, arrived)

    assert not driver.dead_letters
    assert sum(row["conflicts"] for row in driver.rows(SectionStatusRow)) > 0


def test_every_fault_is_noted_where_it_is(simulate):
    """
    The truth names topic, place and id of each fault, and sums up each kind from its first to its last.
    """
    arrived, kept = delivered(simulate(5).encoded(), HARMLESS)
    topics = defaultdict(list)
    for record in arrived:
        topics[record.topic].append(record)
    rows, summed = kept.rows["delivery_faults"], {row["kind"]: row for row in kept.rows["problems"]}

    for row in rows:
        record = topics[row["topic"]][row["place"]]
        assert dict(record.headers).get("ce_id", b"").decode() == row["record_id"]
        assert record.key.decode() == row["key"]
    counted = Counter(f"delivery.{row['fault']}" for row in rows)
    assert {kind: row["hits"] for kind, row in summed.items()} == counted
    assert all(summed[f"delivery.{row['fault']}"]["start"] <= row["at"] for row in rows)


def _by_key(records):
    found = defaultdict(list)
    for record in records:
        found[record.topic, record.key].append(dict(record.headers)["ce_id"])
    return found
