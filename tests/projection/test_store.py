"""
One transaction a batch, refused to whoever no longer owns the partition.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from takings import Takings, order

from inventory_stream.log import Partition
from inventory_stream.projection.applier import Applier, DeadLetterLimits
from inventory_stream.projection.errors import OwnershipLost
from inventory_stream.projection.store import MAX_KEYS, Batch, Store
from inventory_stream.projection.versions import drop_version, ensure_live
from inventory_stream.records import decode

NOW = datetime(2030, 1, 1, 12, 0, 1, tzinfo=UTC)
PARTITION = Partition("inventory", 3)
MakeStore = Callable[[], Store]


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    """
    A connection that sees the tables of version 1 of `takings`.
    """
    with psycopg.connect(database_url, autocommit=True) as connection:
        ensure_live(connection, Takings())
        connection.execute("SET search_path = takings_v1")
        yield connection


@pytest.fixture
def make_store(connection: psycopg.Connection[Any], database_url: str) -> Iterator[MakeStore]:
    """
    Makes stores that own the partition.
    """
    stores: list[Store] = []

    def make() -> Store:
        store = Store(database_url, "takings", "takings_v1")
        store.acquire({PARTITION: 0})
        stores.append(store)
        return store

    yield make
    for store in stores:
        store.close()


def batch(store: Store, *offsets: int, event: str = "e") -> Batch:
    """
    Return orders at these offsets as a batch of this store's.
    """
    applier = Applier(Takings, store.fetch, DeadLetterLimits())
    encoded = [order(offset, event=event) for offset in offsets]
    places = zip(encoded, offsets, strict=True)
    delivered = [decode("inventory", 3, offset, e.key, e.value, e.headers) for e, offset in places]
    return store.stage(applier.apply(delivered))


def test_state_and_offset_are_written_together(make_store: MakeStore, connection: psycopg.Connection[Any]) -> None:
    """
    A commit moves the offset and writes the rows.
    """
    store = make_store()
    store.commit(batch(store, 0, 1), {PARTITION: 9}, NOW)

    assert connection.execute("SELECT event_id, orders FROM event_takings").fetchall() == [("e", 2)]
    assert connection.execute("SELECT next_offset, end_offset, applied FROM projection_offsets").fetchall() == [
        (2, 9, 2)
    ]


def test_a_new_owner_starts_where_the_last_one_committed(make_store: MakeStore) -> None:
    """
    Acquiring returns the committed offset, whatever an owner has staged.
    """
    store = make_store()
    store.commit(batch(store, 0, 1), {}, NOW)
    batch(store, 2)

    assert make_store().owned[PARTITION].next_offset == 2


def test_a_former_owner_cannot_write(make_store: MakeStore, connection: psycopg.Connection[Any]) -> None:
    """
    After another has raised the epoch, a batch is refused whole.
    """
    frozen = make_store()
    staged = batch(frozen, 0)
    make_store()

    with pytest.raises(OwnershipLost):
        frozen.commit(staged, {}, NOW)
    assert connection.execute("SELECT count(*) FROM event_takings").fetchone() == (0,)


def test_an_offset_that_moved_refuses_the_batch(make_store: MakeStore, connection: psycopg.Connection[Any]) -> None:
    """
    The same epoch with another offset (a batch applied twice) is refused as well.
    """
    store = make_store()
    staged = batch(store, 0)
    store.commit(staged, {}, NOW)

    with pytest.raises(OwnershipLost):
        store.commit(staged, {}, NOW)
    assert connection.execute("SELECT orders FROM event_takings").fetchone() == (1,)


def test_a_partition_that_was_released_cannot_be_staged(make_store: MakeStore) -> None:
    """
    Records of a partition that was handed back are not written.
    """
    store = make_store()
    store.release([PARTITION])

    with pytest.raises(OwnershipLost, match="inventory/3 is not ours"):
        batch(store, 0)


def test_a_dropped_version_is_lost_ownership(make_store: MakeStore, connection: psycopg.Connection[Any]) -> None:
    """
    A projector whose version is gone has to look for the live one.
    """
    store = make_store()
    staged = batch(store, 0)
    connection.execute("UPDATE seatstream.projections SET state = 'retired'")
    drop_version(connection, "takings", 1)

    with pytest.raises(OwnershipLost, match="dropped"):
        store.commit(staged, {}, NOW)


def test_each_commit_tells_which_keys_changed(make_store: MakeStore, connection: psycopg.Connection[Any]) -> None:
    """
    A change notice has the range of offsets and the keys.
    """
    store = make_store()
    store.commit(batch(store, 0, event="a"), {}, NOW)
    store.commit(batch(store, 1, 2, event="b"), {}, NOW)
    sql = "SELECT from_offset, next_offset, keys FROM projection_changes ORDER BY next_offset"

    assert connection.execute(sql).fetchall() == [(0, 1, ["a"]), (1, 3, ["b"])]


def test_too_many_keys_mean_anything_may_have_changed(
    make_store: MakeStore, connection: psycopg.Connection[Any]
) -> None:
    """
    A notice with more keys than a follower can use has none.
    """
    store = make_store()
    prepared = batch(store, 0)
    prepared.prepared.progress[PARTITION].keys.update(map(str, range(MAX_KEYS + 1)))
    store.commit(prepared, {}, NOW)

    assert connection.execute("SELECT keys FROM projection_changes").fetchall() == [(None,)]


def test_each_commit_notifies(make_store: MakeStore, connection: psycopg.Connection[Any]) -> None:
    """
    Followers hear of a commit without asking.
    """
    connection.execute("LISTEN seatstream_takings")
    store = make_store()
    store.commit(batch(store, 0), {}, NOW)

    assert [note.channel for note in connection.notifies(timeout=5, stop_after=1)] == ["seatstream_takings"]


def test_the_end_of_the_log_is_reported_without_a_commit(
    make_store: MakeStore, connection: psycopg.Connection[Any]
) -> None:
    """
    Lag is visible also while nothing is committed, and the end never goes back.
    """
    store = make_store()
    for end in (7, 5):
        store.report_ends({PARTITION: end})

    assert connection.execute("SELECT end_offset FROM projection_offsets").fetchone() == (7,)


def test_nothing_to_acquire_is_no_query(make_store: MakeStore) -> None:
    """
    An empty assignment is fine.
    """
    assert make_store().acquire({}) == {}
