"""
Batches become writes: duplicates are dropped, bad records set aside, limits kept.
"""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from takings import CustomerTakings, EventTakings, Takings, order

from inventory_stream.log import Partition
from inventory_stream.projection.applier import DUPLICATE_WINDOW, Applier, DeadLetterLimits
from inventory_stream.projection.driver import ProjectionDriver
from inventory_stream.projection.errors import TooManyDeadLetters
from inventory_stream.records import Delivered, Encoded, decode


def deliver(encoded: Encoded, offset: int, partition: int = 0) -> Delivered:
    """
    Return a record as if it lay at this offset.
    """
    return decode(encoded.topic, partition, offset, encoded.key, encoded.value, encoded.headers)


def applier(**limits: float) -> Applier:
    """
    Return an applier whose projection finds nothing stored.
    """
    return Applier(Takings, lambda _sql, _params: [], msgspec.convert(limits, DeadLetterLimits))


def customers(driver: ProjectionDriver) -> dict[str, int]:
    """
    Return customer → orders.
    """
    return {row["customer_id"]: row["orders"] for row in driver.rows(CustomerTakings)}


def test_a_record_changes_its_tables() -> None:
    """
    One order is one row in each table.
    """
    driver = ProjectionDriver(Takings)
    driver.deliver([deliver(order(7), 0)])

    assert driver.rows(EventTakings) == [{"event_id": "event-7", "orders": 1, "chain": 7}]
    assert driver.rows(CustomerTakings) == [{"customer_id": "customer-7", "orders": 1, "cents": 7}]


def test_the_same_id_twice_is_one_record() -> None:
    """
    A duplicate within the window changes nothing, in the same batch or a later one.
    """
    driver = ProjectionDriver(Takings)
    driver.deliver([deliver(order(7), 0), deliver(order(7), 1)])
    driver.deliver([deliver(order(7), 2)])

    assert customers(driver) == {"customer-7": 1}


def test_records_without_an_id_are_never_the_same() -> None:
    """
    Each record that lacks its id is set aside; what was read before is not read again.
    """
    nameless = msgspec.structs.replace(order(7), headers=[h for h in order(7).headers if h[0] != "ce_id"])
    driver = ProjectionDriver(Takings)
    driver.deliver([deliver(nameless, 0), deliver(nameless, 1)])
    driver.deliver([deliver(nameless, 1)])

    assert [letter.delivered.offset for letter in driver.dead_letters] == [0, 1]


def test_the_window_is_measured_in_offsets() -> None:
    """
    An id is free again after the window, however the records were batched.
    """
    driver = ProjectionDriver(Takings)
    driver.deliver([deliver(order(7), 0), deliver(order(7), DUPLICATE_WINDOW + 1)])

    assert customers(driver) == {"customer-7": 2}


def test_the_window_is_the_partition_s_own() -> None:
    """
    The same id in another partition is another record: partitions do not depend on each other.
    """
    driver = ProjectionDriver(Takings)
    driver.deliver([deliver(order(7), 0), deliver(order(7), 1, partition=3)])

    assert customers(driver) == {"customer-7": 2}


def test_an_owner_remembers_what_came_before() -> None:
    """
    Ids that were read back before the first record count as seen.
    """
    fresh = applier()
    fresh.remember(Partition("inventory", 0), [("/takings", "order-7", 41)])
    prepared = fresh.apply([deliver(order(7), 42)])

    assert (prepared.changes, prepared.progress[Partition("inventory", 0)].duplicates) == ([], 1)


def test_old_ids_are_let_go() -> None:
    """
    Memory for ids stays within twice the window.
    """
    driver = ProjectionDriver(Takings)
    driver.deliver([deliver(order(n), n) for n in range(2 * DUPLICATE_WINDOW + 2)])
    seen = driver._applier._seen[Partition("inventory", 0)]

    assert [len(ids) for ids in seen.values()] == [DUPLICATE_WINDOW + 1]


def test_a_refused_record_is_set_aside_with_its_reason() -> None:
    """
    An invalid record is a dead letter and those around it are applied.
    """
    driver = ProjectionDriver(Takings)
    driver.deliver([deliver(order(1), 0), deliver(order(2, section="invalid"), 1), deliver(order(3), 2)])

    assert [letter.reason for letter in driver.dead_letters] == ["section: there is no section called invalid"]
    assert len(driver.rows(EventTakings)) == 2


def test_bytes_that_cannot_be_decoded_are_set_aside() -> None:
    """
    An unknown type is a dead letter, not an end.
    """
    driver = ProjectionDriver(Takings)
    encoded = order(1)
    headers = [(name, b"tickets.eaten.v1" if name == "ce_type" else value) for name, value in encoded.headers]
    driver.deliver([decode("inventory", 0, 0, b"k", b"{}", headers)])

    assert [letter.reason for letter in driver.dead_letters] == ["unknown record type tickets.eaten.v1"]


@pytest.mark.parametrize("field", ["event", "customer"])
def test_a_text_that_no_table_can_hold_is_set_aside(field: str) -> None:
    """
    NUL, in the key or in a field, is a dead letter and never reaches PostgreSQL.
    """
    asked: list[str] = []
    fresh = Applier(Takings, lambda _sql, params: asked.extend(params[0]) or [], DeadLetterLimits())
    prepared = fresh.apply([deliver(order(1, **{field: "a\0b"}), 0), deliver(order(2), 1)])

    assert [letter.reason for letter in prepared.dead_letters] == [
        "the key or a text holds the character NUL, which no table can"
    ]
    assert not any("\0" in key for key in asked)


def test_a_retried_record_is_for_the_projection_that_refused_it() -> None:
    """
    Others let a retried dead letter go by.
    """
    driver = ProjectionDriver(Takings)
    encoded = order(1)
    for offset, name in enumerate((b"other", b"takings")):
        headers = [(h, b"order-1~retry%d" % offset if h == "ce_id" else v) for h, v in encoded.headers]
        headers.append(("ce_retryfor", name))
        driver.deliver([decode("inventory", 0, offset, encoded.key, encoded.value, headers)])

    assert customers(driver) == {"customer-1": 1}


def test_too_many_in_a_row_stop_the_projector() -> None:
    """
    The consecutive limit holds across batches.
    """
    strict = applier(consecutive=2)
    strict.apply([deliver(order(n, section="invalid"), n) for n in range(2)])

    with pytest.raises(TooManyDeadLetters, match="3 records in a row"):
        strict.apply([deliver(order(2, section="invalid"), 2)])


def test_a_good_record_ends_the_row() -> None:
    """
    A row of bad records is counted anew after a good one.
    """
    strict = applier(consecutive=1, ratio=1)
    batch = [deliver(order(n, section="invalid" if n % 2 else "A"), n) for n in range(10)]

    assert len(strict.apply(batch).dead_letters) == 5


def test_too_large_a_share_stops_the_projector() -> None:
    """
    The ratio is taken over a window of records.
    """
    strict = applier(ratio=0.2, window=10)
    batch = [deliver(order(n, section="A" if n % 3 else "invalid"), n) for n in range(10)]

    with pytest.raises(TooManyDeadLetters, match="40%"):
        strict.apply(batch)


def test_a_small_share_is_forgiven() -> None:
    """
    After each window the share is counted anew.
    """
    strict = applier(ratio=0.2, window=10)
    for start in (0, 10):
        strict.apply([deliver(order(n, section="invalid" if n == start else "A"), n) for n in range(start, start + 10)])

    assert strict._recent == 0


def test_state_is_loaded_once_a_key() -> None:
    """
    A key that is known is not loaded again until everything is forgotten.
    """
    asked: list[list[str]] = []
    fresh = Applier(Takings, lambda _sql, params: asked.append(sorted(params[0])) or [], DeadLetterLimits(), max_keys=1)
    fresh.apply([deliver(order(1), 0), deliver(order(2), 1)])
    fresh.apply([deliver(order(1), 2), deliver(order(3), 3)])
    crowded = fresh.crowded
    fresh.forget()
    fresh.apply([deliver(order(1), 4)])

    assert (asked, crowded) == ([["event-1", "event-2"], ["event-3"], ["event-1"]], True)


@given(st.permutations(range(12)))
def test_interleaving_partitions_changes_nothing(shuffled: list[int]) -> None:
    """
    Any interleaving that keeps the order within partitions gives the same tables.
    """
    whole, mixed = ProjectionDriver(Takings), ProjectionDriver(Takings)
    queues = {p: iter([deliver(order(p * 100 + n, event=f"e{p}"), n, p) for n in range(4)]) for p in range(3)}
    mixed.deliver([next(queues[number % 3]) for number in shuffled])
    for partition in range(3):
        whole.deliver([deliver(order(partition * 100 + n, event=f"e{partition}"), n, partition) for n in range(4)])

    assert (mixed.rows(EventTakings), mixed.rows(CustomerTakings)) == (
        whole.rows(EventTakings),
        whole.rows(CustomerTakings),
    )


def test_state_is_loaded_in_portions() -> None:
    """
    A batch of many keys asks for some at a time, so that its rows are never all in memory at once.
    """
    asked: list[int] = []
    applier = Applier(Takings, lambda _sql, params: asked.append(len(params[0])) or [], DeadLetterLimits())
    applier.apply([deliver(order(n, event=f"event-{n}"), n) for n in range(450)])

    assert asked == [200, 200, 50]
