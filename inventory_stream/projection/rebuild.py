"""
Rebuild a projection beside its live version: read everything again, compare, switch readers and projectors at once,
drop the old version.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import msgspec
import psycopg
from psycopg import IsolationLevel

from inventory_stream.log import Log, Partition
from inventory_stream.projection.applier import DeadLetterLimits
from inventory_stream.projection.collection import collection_off
from inventory_stream.projection.definition import Projection
from inventory_stream.projection.digest import TableDigest, differing, digest, row_counts
from inventory_stream.projection.errors import ProjectionError
from inventory_stream.projection.filling import MAX_BATCH, Filler
from inventory_stream.projection.versions import (
    LiveVersion,
    create_version,
    drop_leftovers,
    drop_version,
    ensure_live,
    fingerprint,
    live_version,
    offsets,
    prepare,
    schema_of,
    switch,
)

_LOCK = 7_236_912  # of rebuilds: one at a time for a projection

Connection = psycopg.Connection[Any]
Report = Callable[[str, int, int], None]


class RebuildRunning(ProjectionError):
    """
    Another process rebuilds this projection.
    """


class VersionsDiffer(ProjectionError):
    """
    The live version does not hold what its records say. It stays live.
    """


class RebuildOptions(msgspec.Struct, frozen=True):
    """
    How to rebuild. `accept_difference` switches also when the rebuilt version differs from the live one.
    """

    accept_difference: bool = False
    batch_size: int = MAX_BATCH
    limits: DeadLetterLimits = DeadLetterLimits()


class Rebuilt(msgspec.Struct, frozen=True):
    """
    What a rebuild did. `compared` says why the versions could not be compared, or `equal`, or which tables differ.
    """

    projection: str
    version: int
    previous: int
    records: int
    compared: str
    rows: dict[str, int]
    previous_rows: dict[str, int]


def rebuild(
    factory: Callable[[], Projection],
    log: Log,
    database_url: str,
    *,
    options: RebuildOptions | None = None,
    report: Report = lambda _step, _done, _total: None,
) -> Rebuilt:
    """
    Build the next version of a projection from the first record on and make it live. Readers see no gap.

    Can be ended at any point and run again: until the switch, only the new version is written.

    Args:
        report: told about progress: step, records applied so far, records in all.

    Raises:
        RebuildRunning: another rebuild of this projection is at work.
        VersionsDiffer: built by the same definition from the same records, the live version holds something else.
    """
    projection, options = factory(), options or RebuildOptions()
    with collection_off(), _exclusively(database_url, projection.name) as connection:
        live = live_version(connection, projection.name) or ensure_live(connection, projection)
        drop_leftovers(connection, projection.name)
        version = create_version(connection, projection, "building")
        filler = Filler(
            factory,
            log,
            database_url,
            version,
            options.limits,
            on_progress=lambda done, total: report("reading", done, total),
            batch_size=options.batch_size,
        )
        with closing(filler):
            report("reading", 0, filler.total)
            compared = _compare(connection, projection, live, version, filler, options)
            # Close to the end first, so that those who wait for the switch wait for few records.
            filler.fill(filler.ends())
            previous_rows = row_counts(connection, live.schema)
            switch(connection, projection.name, version, filler.fill)
        rows = row_counts(connection, schema_of(projection.name, version))
        drop_version(connection, projection.name, live.version)
    return Rebuilt(projection.name, version, live.version, filler.records, compared, rows, previous_rows)


@contextmanager
def _exclusively(database_url: str, name: str) -> Iterator[Connection]:
    with psycopg.connect(database_url, autocommit=True, connect_timeout=5) as connection:
        prepare(connection)
        locked = connection.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", (_LOCK, name)).fetchone()
        if locked != (True,):
            raise RebuildRunning(f"another rebuild of {name} is running")
        yield connection


def _compare(
    connection: Connection,
    projection: Projection,
    live: LiveVersion,
    version: int,
    filler: Filler,
    options: RebuildOptions,
) -> str:
    """
    Fill the new version exactly as far as the live one is, and hold the two against each other.
    """
    if live.fingerprint != fingerprint(projection):
        return "not compared: the definition has changed"
    if any(filler.starts.values()):
        return "not compared: the log no longer has its first records"
    content, positions = _content(connection, live.schema)
    filler.fill(positions, positions)
    tables = differing(content, digest(connection, schema_of(projection.name, version)))
    if tables and not options.accept_difference:
        raise VersionsDiffer(
            f"version {live.version} of {projection.name} does not hold what its records say, in: {', '.join(tables)}; "
            f"it stays live, and {schema_of(projection.name, version)} can be looked at until the next rebuild; "
            "to switch all the same, accept the difference"
        )
    return f"differ: {', '.join(tables)}" if tables else "equal"


def _content(connection: Connection, schema: str) -> tuple[dict[str, TableDigest], dict[Partition, int]]:
    """
    Return a version's digest and positions as of one moment.
    """
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with connection.transaction():
            positions = offsets(connection, schema)
            return digest(connection, schema), positions
    finally:
        connection.isolation_level = None
