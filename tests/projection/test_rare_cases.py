"""
What the runtime meets rarely: memory that is full, topics that grow, logs that were cut, a single connection.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from rebuilt import SMALL, catch_up, project, projecting
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel
from takings import NOON, EventTakings, Takings, order, orders
from views import until

from inventory_stream.log import Partition
from inventory_stream.projection import Additive, Rows, versions
from inventory_stream.projection.applier import DUPLICATE_WINDOW, Applier, DeadLetterLimits
from inventory_stream.projection.filling import Filler
from inventory_stream.projection.packing import statements
from inventory_stream.projection.rebuild import rebuild
from inventory_stream.projection.registry import projection_names, projections
from inventory_stream.projection.store import Store
from inventory_stream.projection.tables import Table
from inventory_stream.records import decode, encode
from inventory_stream.records.operations import TracerSent
from inventory_stream.testing import MemoryLog

Connection = psycopg.Connection[Any]
FIRST = Partition("inventory", 0)


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Memory that is full after every batch.
    """
    monkeypatch.setattr(Applier, "crowded", True)


@pytest.mark.usefixtures("forgetful")
def test_state_that_was_dropped_is_loaded_again(log: MemoryLog, database: Connection, database_url: str) -> None:
    """
    A projector and a rebuild that forget after every batch give the tables that remembering gives.
    """
    with projecting(log, database_url):
        catch_up(log, database)

    assert rebuild(Takings, log, database_url, options=SMALL).compared == "equal"
    assert database.execute("SELECT sum(orders) FROM takings_v2.event_takings").fetchone() == (500,)


class Trimmed(MemoryLog):
    """
    A log whose first records are gone.
    """

    def start_positions(self, topics: Any) -> dict[Partition, int]:
        """Start at the second record."""
        return dict.fromkeys(super().start_positions(topics), 1)


def test_a_log_without_its_first_records_is_not_compared(database: Connection, database_url: str) -> None:
    """
    A version built from what is left cannot be held against one that saw everything.
    """
    trimmed = Trimmed({"inventory": 1})
    trimmed.append(order(number) for number in range(5))
    project(trimmed, database_url, database)

    assert rebuild(Takings, trimmed, database_url).compared == "not compared: the log no longer has its first records"


class Narrow(MemoryLog):
    """
    A log that had one partition less when it was first asked.
    """

    def start_positions(self, topics: Any) -> dict[Partition, int]:
        """Leave out the last partition."""
        return dict(list(super().start_positions(topics).items())[:-1])


def test_a_topic_that_grows_while_a_version_is_filled_is_read_whole(database: Connection, database_url: str) -> None:
    """
    Records of a partition that came to be after the start are applied, too.
    """
    log = Narrow({"inventory": 2})
    log.append(orders(0, 50))
    versions.create_version(database, Takings(), "building")
    filler = Filler(Takings, log, database_url, 1, DeadLetterLimits(), lambda _done, _total: None)
    filler.fill(log.end_positions(["inventory"]))
    filler.close()

    assert versions.offsets(database, "takings_v1") == log.end_positions(["inventory"])


class Slow(MemoryLog):
    """
    A log whose readers come back with empty hands the first time.
    """

    def read(self, positions: Any, wanted: Any = None) -> Any:
        """Give a reader whose first poll finds nothing."""
        reader = super().read(positions, wanted)
        polls = [reader.poll, lambda *_: []]

        def poll(max_records: int, timeout_s: float) -> list[Any]:
            """Find nothing, then what there is."""
            return (polls.pop() if polls[1:] else polls[0])(max_records, timeout_s)

        reader.poll = poll  # type: ignore[method-assign]
        return reader


def test_a_log_that_is_slow_is_waited_for(database: Connection, database_url: str) -> None:
    """
    A poll that brings nothing is not the end of what there is to fill.
    """
    log = Slow({"inventory": 1})
    log.append(orders(0, 20))

    assert rebuild(Takings, log, database_url).rows["event_takings"] == 20


def test_a_tracer_tells_the_time_and_changes_nothing() -> None:
    """
    A heartbeat is no change of any table; when it was sent is noted.
    """
    heartbeat = encode(TracerSent(to_topic="inventory", to_partition=0), id="1", source="/tracer", time=NOON)
    applier = Applier(Takings, lambda _sql, _params: [], DeadLetterLimits())
    prepared = applier.apply([decode("inventory", 0, 0, heartbeat.key, heartbeat.value, heartbeat.headers)])

    assert (prepared.changes, prepared.progress[FIRST].tracer_time) == ([], "2030-01-01T12:00:00.000000Z")


def test_a_source_that_fell_silent_is_let_go() -> None:
    """
    The ids of a writer from which nothing came for long take no memory.
    """
    applier = Applier(Takings, lambda _sql, _params: [], DeadLetterLimits())
    first = encode(TracerSent(to_topic="inventory", to_partition=0), id="1", source="/gone", time=NOON)
    records = [first, *(order(number, event="e") for number in range(2 * DUPLICATE_WINDOW + 2))]
    applier.apply([decode("inventory", 0, n, e.key, e.value, e.headers) for n, e in enumerate(records)])

    assert "/gone" not in applier._seen[FIRST]


@pytest.fixture
def store(database: Connection, database_url: str) -> Iterator[Store]:
    """
    The owner of a partition of version 1.
    """
    versions.ensure_live(database, Takings())
    store = Store(database_url, "takings", "takings_v1")
    store.acquire({FIRST: 0})
    yield store
    store.close()


def test_old_changes_are_forgotten_now_and_then(store: Store, database: Connection) -> None:
    """
    Of the changes that readers follow those of the last minutes are kept.
    """
    applier = Applier(Takings, store.fetch, DeadLetterLimits())
    for number in range(500):
        encoded = order(number, event="e")
        delivered = decode("inventory", 0, number, encoded.key, encoded.value, encoded.headers)
        store.commit(store.stage(applier.apply([delivered])), {}, datetime.now(UTC))
        if number == 0:
            database.execute("UPDATE takings_v1.projection_changes SET committed_at = now() - interval '1 hour'")

    assert database.execute("SELECT min(from_offset) FROM takings_v1.projection_changes").fetchone() == (1,)


def test_a_table_that_never_was_is_not_a_version_that_was_dropped(store: Store) -> None:
    """
    A projection that asks for a wrong table is broken, and told so.
    """
    with pytest.raises(psycopg.errors.UndefinedTable):
        store.fetch("SELECT * FROM imaginary", [])


def test_a_store_that_gets_one_connection_leaves_none_behind(database: Connection, database_url: str) -> None:
    """
    When the database grants the first connection and not the second, both are let go.
    """
    database.execute("DROP ROLE IF EXISTS lonely; CREATE ROLE lonely LOGIN CONNECTION LIMIT 1")
    url = psycopg.conninfo.make_conninfo(database_url, user="lonely")
    versions.ensure_live(database, Takings())

    with pytest.raises(psycopg.OperationalError, match="too many connections"):
        Store(url, "takings", "takings_v1")
    until(lambda: connects(url), lambda: None)  # the server takes a moment to notice


def connects(url: str) -> bool:
    """
    Return whether the database grants a connection.
    """
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


def test_a_version_becomes_live_where_none_was(database: Connection) -> None:
    """
    The first version that is switched to retires nothing.
    """
    versions.switch(database, "takings", versions.create_version(database, Takings(), "building"))

    assert versions.live_version(database, "takings") is not None


def test_a_version_without_tables_can_be_dropped(database: Connection) -> None:
    """
    A drop that ended half-way can be done again.
    """
    version = versions.create_version(database, Takings(), "building")
    database.execute("DROP SCHEMA takings_v1 CASCADE")

    versions.drop_version(database, "takings", version)

    assert versions.drop_leftovers(database, "takings") == []


def test_rows_that_are_only_removed_are_one_statement() -> None:
    """
    A batch that writes no row of a table only deletes.
    """
    rows: Rows[Any] = Rows(EventTakings)
    rows.remove(("e1",))
    change = rows.take()

    assert change is not None
    assert [statement.sql.split()[0] for statement in statements(change)] == ["DELETE"]


class _Table(SQLModel, registry=registry()):
    pass


class Tail(_Table, table=True):
    """
    A table whose key comes last.
    """

    amount: int
    name: str = Field(primary_key=True)


def test_sums_with_the_key_last_are_refused() -> None:
    """
    A table of sums has its key first, or says so when it is made.
    """
    with pytest.raises(TypeError, match="put the primary key columns first"):
        Additive(Tail)


def test_a_table_of_no_kind_collects_nothing() -> None:
    """
    The base of the two kinds of tables is no table by itself.
    """
    with pytest.raises(NotImplementedError):
        Table(EventTakings).take()


def test_all_installed_projections_load() -> None:
    """
    Every declared projection is a class of that name.
    """
    assert [cls.name for cls in projections().values()] == projection_names()
