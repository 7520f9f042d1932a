"""
The projector's side of PostgreSQL: whose partition it is, and one transaction a batch.

State and offsets change together or not at all. The compare-and-set on epoch and offset is what makes a projector
that was frozen, cut off or replaced unable to write.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
import psycopg

from inventory_stream.log import Partition
from inventory_stream.projection.applier import Prepared, Progress
from inventory_stream.projection.errors import OwnershipLost
from inventory_stream.projection.packing import Statement, register, statements

MAX_KEYS = 5_000
KEEP_CHANGES = "10 minutes"
_PRUNE_EVERY = 500

_ACQUIRE = """
INSERT INTO projection_offsets AS o (topic, partition, epoch, next_offset, end_offset, applied, duplicates, dead_letters)
SELECT topic, partition, 1, first, first, 0, 0, 0 FROM unnest(%s::text[], %s::int[], %s::bigint[]) AS p(topic, partition, first)
ORDER BY topic, partition
ON CONFLICT (topic, partition) DO UPDATE SET epoch = o.epoch + 1
RETURNING topic, partition, epoch, next_offset
"""
_MOVE = """
UPDATE projection_offsets AS o SET
    next_offset = b.next, end_offset = greatest(o.end_offset, b.next, b.last), applied_at = %s,
    record_time = coalesce(b.record_time, o.record_time), freshness_ms = coalesce(b.freshness, o.freshness_ms),
    applied = o.applied + b.applied, duplicates = o.duplicates + b.duplicates,
    dead_letters = o.dead_letters + b.dead_letters
FROM unnest(%s::text[], %s::int[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[],
    %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
    AS b(topic, partition, epoch, old, next, last, record_time, freshness, applied, duplicates, dead_letters)
WHERE o.topic = b.topic AND o.partition = b.partition AND o.epoch = b.epoch AND o.next_offset = b.old
"""
_CHANGES = """
INSERT INTO projection_changes (topic, partition, from_offset, next_offset, keys) VALUES (%s, %s, %s, %s, %s)
"""
_ENDS = """
UPDATE projection_offsets AS o SET end_offset = b.last
FROM (SELECT * FROM unnest(%s::text[], %s::int[], %s::bigint[]) AS u(topic, partition, last)) AS b
WHERE o.topic = b.topic AND o.partition = b.partition AND o.end_offset < b.last
"""


class Owned(msgspec.Struct):
    """
    A partition that is ours: the epoch we raised it to, and the next offset after what we have handed to `commit`.
    """

    epoch: int
    next_offset: int


class Batch(msgspec.Struct, frozen=True):
    """
    A prepared batch with the offsets it starts from, so that it can be committed from another thread.
    """

    prepared: Prepared
    old: dict[Partition, Owned]


class Store:
    """
    Two connections to one version of a projection: one that writes batches, one that loads state meanwhile.
    """

    def __init__(self, database_url: str, projection: str, schema: str) -> None:
        """
        Args:
            schema: of the version, such as `inventory_v3`.
        """
        self._channel = f"seatstream_{projection}"
        self._commits = 0
        self._writing = _connect(database_url, schema)
        try:
            self._reading = _connect(database_url, schema)
        except psycopg.Error:
            self._writing.close()
            raise
        self.owned: dict[Partition, Owned] = {}

    def acquire(self, partitions: Mapping[Partition, int]) -> dict[Partition, int]:
        """
        Become the owner of partitions: raise their epochs, and return the next offset to read of each.

        Args:
            partitions: partition → its first offset, where to start if nobody ever read it.
        """
        if not partitions:
            return {}
        ordered = sorted(partitions)
        arrays = [p.topic for p in ordered], [p.number for p in ordered], [partitions[p] for p in ordered]
        with self._noticing_drop(), self._writing.transaction():
            rows = self._writing.execute(_ACQUIRE, arrays).fetchall()
        found = {Partition(topic, number): Owned(epoch, offset) for topic, number, epoch, offset in rows}
        self.owned.update(found)
        return {partition: owned.next_offset for partition, owned in found.items()}

    def release(self, partitions: Collection[Partition]) -> None:
        """
        Stop owning partitions; their rows stay as they are for the next owner.
        """
        for partition in partitions:
            self.owned.pop(partition, None)

    def fetch(self, sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
        """
        Run a query of a projection's `load`.
        """
        with self._noticing_drop():
            return self._reading.execute(sql, params, binary=True).fetchall()

    def stage(self, prepared: Prepared) -> Batch:
        """
        Tie a batch to the offsets it starts from, and count on it being committed from here on.

        Raises:
            OwnershipLost: it has records of a partition that is not ours.
        """
        old = {}
        for partition, part in prepared.progress.items():
            owned = self.owned.get(partition)
            if owned is None:
                raise OwnershipLost(f"{partition.topic}/{partition.number} is not ours")
            old[partition] = Owned(owned.epoch, owned.next_offset)
            owned.next_offset = part.next_offset
        return Batch(prepared, old)

    def commit(self, batch: Batch, ends: Mapping[Partition, int], now: datetime) -> None:
        """
        Write a batch, its offsets and its change notice in one transaction.

        Args:
            ends: last known end of each partition, for lag.

        Raises:
            OwnershipLost: a partition has another owner or moved on; nothing was written.
            psycopg.OperationalError: the database is away; nothing was written, or all of it was.
        """
        rows = [
            _row(partition, part, batch.old[partition], ends, now)
            for partition, part in batch.prepared.progress.items()
        ]
        rows.sort()
        packed = [statement for change in batch.prepared.changes for statement in statements(change)]
        connection = self._writing
        with self._noticing_drop(), connection.transaction():
            moved = connection.execute(_MOVE, (now, *map(list, zip(*rows, strict=True)))).rowcount
            if moved != len(rows):
                raise OwnershipLost("another owner has taken over, or the version was switched")
            self._write(batch, packed)

    def _write(self, batch: Batch, packed: list[Statement]) -> None:
        connection = self._writing
        with connection.pipeline():
            for statement in packed:
                connection.execute(statement.sql, statement.params)
            for partition, part in batch.prepared.progress.items():
                keys = sorted(part.keys) if len(part.keys) <= MAX_KEYS else None
                connection.execute(
                    _CHANGES,
                    (partition.topic, partition.number, batch.old[partition].next_offset, part.next_offset, keys),
                )
            self._commits += 1
            if self._commits % _PRUNE_EVERY == 0:
                connection.execute(
                    "DELETE FROM projection_changes WHERE committed_at < now() - %s::interval", (KEEP_CHANGES,)
                )
            connection.execute("SELECT pg_notify(%s, '')", (self._channel,))

    def report_ends(self, ends: Mapping[Partition, int]) -> None:
        """
        Record where the log ends, so that readers see the lag also while nothing is committed.
        """
        ordered = sorted(ends)
        arrays = [p.topic for p in ordered], [p.number for p in ordered], [ends[p] for p in ordered]
        with self._noticing_drop():
            self._reading.execute(_ENDS, arrays)

    def close(self) -> None:
        """
        Close both connections.
        """
        self._writing.close()
        self._reading.close()

    @contextmanager
    def _noticing_drop(self) -> Iterator[None]:
        """
        Tell a version that was switched and dropped from a projection that names a table which never was.
        """
        try:
            yield
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName) as error:
            if self._reading.execute("SELECT to_regclass('projection_offsets')").fetchone() != (None,):
                raise
            raise OwnershipLost("this version was dropped") from error


def _connect(database_url: str, schema: str) -> psycopg.Connection[tuple[Any, ...]]:
    connection = psycopg.connect(
        database_url, autocommit=True, connect_timeout=5, options=f"-c search_path={schema} -c synchronous_commit=off"
    )
    register(connection)
    return connection


def _row(
    partition: Partition, part: Progress, old: Owned, ends: Mapping[Partition, int], now: datetime
) -> tuple[Any, ...]:
    tracer = _time(part.tracer_time)
    freshness = None if tracer is None else max(0, round((now - tracer).total_seconds() * 1000))
    return (
        partition.topic,
        partition.number,
        old.epoch,
        old.next_offset,
        part.next_offset,
        ends.get(partition, 0),
        _time(part.record_time),
        freshness,
        part.applied,
        part.duplicates,
        part.dead_letters,
    )


def _time(text: str) -> datetime | None:
    """
    Return a record's time, None where it is absent or (in a dead letter) not a time.
    """
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
