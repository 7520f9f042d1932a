"""
Versions of a projection: which one is live, and the PostgreSQL schema of each.

Whoever reads or writes a version locks its `projection_offsets` before any other of its tables. So `switch` and
`drop_version`, which lock that table whole, wait for those at work and never meet them half-way.
"""

from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from typing import Any, Literal

import msgspec
import psycopg
from psycopg import sql
from sqlalchemy import Table
from sqlalchemy.dialects.postgresql.psycopg import dialect
from sqlalchemy.schema import CreateIndex, CreateTable

from inventory_stream.log import Partition
from inventory_stream.projection.definition import Projection, projection_tables
from inventory_stream.projection.errors import DefinitionChanged, ProjectionError

Connection = psycopg.Connection[Any]
State = Literal["building", "live", "retired"]

RUNTIME_TABLES = ("projection_offsets", "projection_changes")
HOT_FILLFACTOR = 70
_LOCK = 7_236_911  # of this module alone: processes that start at once prepare one after the other
_VERSIONS = """
CREATE SCHEMA IF NOT EXISTS seatstream;
CREATE TABLE IF NOT EXISTS seatstream.projections (
    name text NOT NULL,
    version int NOT NULL,
    fingerprint text NOT NULL,
    state text NOT NULL CHECK (state IN ('building', 'live', 'retired')),
    created_at timestamptz NOT NULL DEFAULT now(),
    switched_at timestamptz,
    PRIMARY KEY (name, version)
);
CREATE UNIQUE INDEX IF NOT EXISTS projections_live ON seatstream.projections (name) WHERE state = 'live';
"""
_RUNTIME = """
CREATE TABLE projection_offsets (
    topic text, partition int, epoch bigint NOT NULL, next_offset bigint NOT NULL, end_offset bigint NOT NULL,
    record_time timestamptz, applied_at timestamptz, freshness_ms bigint,
    applied bigint NOT NULL DEFAULT 0, duplicates bigint NOT NULL DEFAULT 0, dead_letters bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (topic, partition)
) WITH (fillfactor = 50);
CREATE TABLE projection_changes (
    topic text, partition int, from_offset bigint NOT NULL, next_offset bigint, keys text[],
    committed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, partition, next_offset)
);
"""


class VersionBehind(ProjectionError):
    """
    The version to switch to has not applied what the live one has.
    """


class LiveVersion(msgspec.Struct, frozen=True):
    """
    The version that readers are answered from, and the schema of its tables.
    """

    version: int
    fingerprint: str
    schema: str


def schema_of(name: str, version: int) -> str:
    """
    Return the PostgreSQL schema of a version: `inventory_v3`.
    """
    return f"{name}_v{version}"


def prepare(connection: Connection) -> None:
    """
    Make the table of versions unless it is there. Any number of processes may do so at once.
    """
    with connection.transaction():
        _lock(connection)
        if _one(connection, "SELECT to_regclass('seatstream.projections_live')") is None:
            connection.execute(_VERSIONS)


def fingerprint(projection: Projection) -> str:
    """
    Return what tells two definitions of a projection apart: its revision, and a hash of its tables' DDL.
    """
    digest = blake2b("\n".join(_statements(projection)).encode(), digest_size=8)
    return f"{projection.revision}-{digest.hexdigest()}"


def create_version(connection: Connection, projection: Projection, state: State) -> int:
    """
    Make the schema and empty tables of the next version, and return its number.
    """
    name = projection.name
    with connection.transaction():
        _lock(connection)
        last = _one(connection, "SELECT max(version) FROM seatstream.projections WHERE name = %s", name)
        version = (last or 0) + 1
        schema = sql.Identifier(schema_of(name, version))
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
        connection.execute(sql.SQL("SET LOCAL search_path = {}").format(schema))
        for statement in (_RUNTIME, *_statements(projection)):
            connection.execute(statement.encode())
        connection.execute("SET LOCAL search_path = DEFAULT")
        connection.execute(
            "INSERT INTO seatstream.projections (name, version, fingerprint, state) VALUES (%s, %s, %s, %s)",
            (name, version, fingerprint(projection), state),
        )
    return version


def live_version(connection: Connection, name: str) -> LiveVersion | None:
    """
    Return the live version of a projection, None when it has none.
    """
    found = connection.execute(
        "SELECT version, fingerprint FROM seatstream.projections WHERE name = %s AND state = 'live'", (name,)
    ).fetchone()
    return LiveVersion(found[0], found[1], schema_of(name, found[0])) if found else None


def ensure_live(connection: Connection, projection: Projection) -> LiveVersion:
    """
    Return the live version to write, making version 1 when the projection has none.

    Raises:
        DefinitionChanged: another definition built the live version.
    """
    prepare(connection)
    with connection.transaction():
        _lock(connection)
        if live_version(connection, projection.name) is None:
            create_version(connection, projection, "live")
        live = live_version(connection, projection.name)
    assert live is not None  # noqa: S101 - made above, under the lock
    if live.fingerprint != fingerprint(projection):
        raise DefinitionChanged(
            f"version {live.version} of {projection.name} was built by another definition (tables or revision); "
            f"run seatstream rebuild {projection.name}"
        )
    return live


def switch(
    connection: Connection,
    name: str,
    version: int,
    catch_up: Callable[[dict[Partition, int]], None] = lambda _: None,
) -> None:
    """
    Make a version live in place of the one that is, in one transaction.

    The old version's epochs are raised, so that its projectors cannot write any more, and look for the live one.

    Args:
        catch_up: called with the old version's positions, which hold still meanwhile; brings the new one to them.

    Raises:
        VersionBehind: the live version has applied more; nothing was switched.
    """
    with connection.transaction():
        old = live_version(connection, name)
        if old is not None:
            fence(connection, old.schema)
            positions = offsets(connection, old.schema)
            catch_up(positions)
            missing = _missing(offsets(connection, schema_of(name, version)), positions)
            if missing:
                raise VersionBehind(f"version {version} of {name} is behind the live one in {len(missing)} partitions")
            _set_state(connection, name, old.version, "retired")
        _set_state(connection, name, version, "live")
        connection.execute("SELECT pg_notify(%s, '')", (f"seatstream_{name}",))


def fence(connection: Connection, schema: str) -> None:
    """
    Take all partitions of a version from their owners. Waits for batches that are being committed.
    """
    with connection.transaction():
        offsets_table = sql.Identifier(schema, "projection_offsets")
        # The whole table, since row by row would deadlock with a batch that moves rows in another order.
        connection.execute(sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(offsets_table))
        connection.execute(sql.SQL("UPDATE {} SET epoch = epoch + 1").format(offsets_table))


def offsets(connection: Connection, schema: str) -> dict[Partition, int]:
    """
    Return the next offset of each partition that a version has read.
    """
    query = sql.SQL("SELECT topic, partition, next_offset FROM {}")
    rows = connection.execute(query.format(sql.Identifier(schema, "projection_offsets")))
    return {Partition(topic, number): offset for topic, number, offset in rows}


def drop_version(connection: Connection, name: str, version: int) -> None:
    """
    Drop a version's tables, after the readers at work on them. A retired version stays in the table of versions.
    """
    schema = schema_of(name, version)
    with connection.transaction():
        if _one(connection, "SELECT to_regclass(%s)", f"{schema}.projection_offsets") is not None:
            offsets_table = sql.Identifier(schema, "projection_offsets")
            connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(offsets_table))
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))
        connection.execute(
            "DELETE FROM seatstream.projections WHERE name = %s AND version = %s AND state = 'building'",
            (name, version),
        )


def drop_leftovers(connection: Connection, name: str) -> list[int]:
    """
    Drop what a rebuild left that did not come to its end, and return the versions. Only while no rebuild runs.
    """
    rows = connection.execute(
        "SELECT version FROM seatstream.projections WHERE name = %s AND (state = 'building' OR state = 'retired' "
        "AND to_regnamespace(format('%%I', name || '_v' || version)) IS NOT NULL) ORDER BY version",
        (name,),
    ).fetchall()
    for (version,) in rows:
        drop_version(connection, name, version)
    return [version for (version,) in rows]


def _missing(new: dict[Partition, int], old: dict[Partition, int]) -> list[Partition]:
    topics = {partition.topic for partition in new}  # another definition may read fewer topics
    return [
        partition for partition, offset in old.items() if partition.topic in topics and new.get(partition, 0) < offset
    ]


def _set_state(connection: Connection, name: str, version: int, state: State) -> None:
    connection.execute(
        "UPDATE seatstream.projections SET state = %s, switched_at = now() WHERE name = %s AND version = %s",
        (state, name, version),
    )


def _lock(connection: Connection) -> None:
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))


def _one(connection: Connection, query: str, *params: Any) -> Any:
    row = connection.execute(query.encode(), params).fetchone()
    return row[0] if row else None


def _statements(projection: Projection) -> list[str]:
    """
    Return the DDL of the projection's tables, unqualified, in the order in which they are written.
    """
    return list(_table_statements(model.__table__ for model in projection_tables(projection)))  # type: ignore[attr-defined]


def _table_statements(tables: Iterable[Table]) -> Iterator[str]:
    postgresql = dialect()  # type: ignore[no-untyped-call]
    for table in tables:
        yield str(CreateTable(table).compile(dialect=postgresql)).strip()
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            yield str(CreateIndex(index).compile(dialect=postgresql)).strip()
        if table.info.get("hot"):
            # Room for updates within the page, so that they need not touch the indexes.
            yield f'ALTER TABLE "{table.name}" SET (fillfactor = {HOT_FILLFACTOR})'
