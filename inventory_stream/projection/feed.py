"""
The change feed of a projection, as it lies in its tables: how far it is, and what changed since a known position.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

import msgspec
import psycopg
from psycopg import sql

from inventory_stream.log import Partition
from inventory_stream.projection.versions import schema_of

_FEED = """
SELECT o.topic, o.partition, o.next_offset, o.end_offset, known.next_offset, c.from_offset, c.next_offset, c.keys
FROM {schema}.projection_offsets AS o
LEFT JOIN unnest(%s::text[], %s::int[], %s::bigint[]) AS known(topic, partition, next_offset)
    ON known.topic = o.topic AND known.partition = o.partition
LEFT JOIN {schema}.projection_changes AS c
    ON c.topic = o.topic AND c.partition = o.partition AND c.next_offset > coalesce(known.next_offset, 0) AND %s
ORDER BY o.topic, o.partition, c.next_offset
"""
_STATUS = """
SELECT topic, partition, next_offset, end_offset, freshness_ms, applied, duplicates, dead_letters, applied_at
FROM {schema}.projection_offsets ORDER BY topic, partition
"""
_place = itemgetter(0, 1)

Row = tuple[Any, ...]
Connection = psycopg.AsyncConnection[Row]


class Feed(msgspec.Struct, frozen=True):
    """
    What one look at the feed says. `keys` are the record keys that changed since the known positions; None: any may
    have. `caught_up`: every partition that was ever read is at its end.
    """

    positions: dict[Partition, int]
    caught_up: bool
    keys: set[str] | None


class ProjectionStatus(msgspec.Struct, frozen=True):
    """
    The row of `/status` about one projection.

    health: `ok`, `catching up`, `disconnected` (from the database; figures are the last known) or `not projected`.
    position: `topic/partition` → next record to apply.
    lag: records not yet applied, as its projectors last saw the end of the log.
    freshness_s: the slowest partition's last measured time from record to effect; None when never measured.
    last_change: RFC 3339, when the last batch was committed.
    """

    projection: str
    version: int | None
    health: str
    position: dict[str, int] = {}
    lag: int | None = None
    freshness_s: float | None = None
    applied: int = 0
    duplicates: int = 0
    dead_letters: int = 0
    last_change: str | None = None


async def read_live(connection: Connection, name: str) -> int | None:
    """
    Return the number of the live version; None when there is none, or nothing at all yet.
    """
    query = "SELECT version FROM seatstream.projections WHERE name = %s AND state = 'live'"
    try:
        row = await (await connection.execute(query, (name,))).fetchone()
    except psycopg.errors.UndefinedTable:
        return None
    return row[0] if row else None


async def read_feed(connection: Connection, schema: str, known: Mapping[Partition, int] | None) -> Feed:
    """
    Return how far a version is and what changed since `known`; None asks for no changes: any key may have changed.
    """
    before = sorted((known or {}).items())
    arrays = [p.topic for p, _ in before], [p.number for p, _ in before], [offset for _, offset in before]
    query = sql.SQL(_FEED).format(schema=sql.Identifier(schema))
    cursor = await connection.execute(query, (*arrays, known is not None))
    return _feed(await cursor.fetchall(), full=known is None)


async def read_status(connection: Connection, name: str, version: int, health: str) -> ProjectionStatus:
    """
    Return the figures of a version's projectors.
    """
    query = sql.SQL(_STATUS).format(schema=sql.Identifier(schema_of(name, version)))
    rows = await (await connection.execute(query)).fetchall()
    times: list[datetime] = [row[8] for row in rows if row[8] is not None]
    freshness = [row[4] for row in rows if row[4] is not None]
    return ProjectionStatus(
        projection=name,
        version=version,
        health=health,
        position=position_names({Partition(row[0], row[1]): row[2] for row in rows}),
        lag=sum(max(0, row[3] - row[2]) for row in rows),
        freshness_s=max(freshness) / 1000 if freshness else None,
        applied=sum(row[5] for row in rows),
        duplicates=sum(row[6] for row in rows),
        dead_letters=sum(row[7] for row in rows),
        last_change=max(times).astimezone(UTC).isoformat() if times else None,
    )


def position_names(positions: Mapping[Partition, int]) -> dict[str, int]:
    """
    Return positions by `topic/partition`.
    """
    return {f"{partition.topic}/{partition.number}": offset for partition, offset in positions.items()}


def _feed(rows: Iterable[Row], *, full: bool) -> Feed:
    positions: dict[Partition, int] = {}
    keys: set[str] | None = None if full else set()
    caught_up = True
    for place, run in groupby(rows, key=_place):
        changes = list(run)
        next_offset, end_offset, known = changes[0][2:5]
        positions[Partition(*place)] = next_offset
        caught_up = caught_up and next_offset >= end_offset
        found = None if keys is None else keys_between((row[5:8] for row in changes), known or 0, next_offset)
        keys = None if keys is None or found is None else keys | found
    return Feed(positions, caught_up and bool(positions), keys)


def keys_between(changes: Iterable[Sequence[Any]], known: int, next_offset: int) -> set[str] | None:
    """
    Return the keys of changes that lead from `known` to `next_offset` without a gap, else None.

    Args:
        changes: from which offset, to which, and the keys (None: any), in order.
    """
    keys: set[str] = set()
    for change_from, change_next, changed in changes:
        if change_from is None:  # the row stands for no change at all
            break
        if not change_from <= known < change_next or changed is None:
            return None
        keys.update(changed)
        known = change_next
    return keys if known == next_offset else None
