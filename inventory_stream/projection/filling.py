"""
Fill a version that no reader sees yet, up to given positions, with the pieces that projectors work with.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime

from inventory_stream.log import Log, Partition, Reader
from inventory_stream.projection.applier import Applier, DeadLetterLimits
from inventory_stream.projection.collection import collect_young
from inventory_stream.projection.definition import Projection, projection_topics
from inventory_stream.projection.gathering import MAX_BYTES, PIECE, value_bytes
from inventory_stream.projection.letters import dead_letter
from inventory_stream.projection.store import Batch, Store
from inventory_stream.projection.versions import schema_of
from inventory_stream.records import type_name

MAX_BATCH = 50_000
_POLL_S = 0.1


class Filler:
    """
    The only writer of a version that is being built, from the first record that is still there.
    """

    def __init__(
        self,
        factory: Callable[[], Projection],
        log: Log,
        database_url: str,
        version: int,
        limits: DeadLetterLimits,
        on_progress: Callable[[int, int], None],
        batch_size: int = MAX_BATCH,
    ) -> None:
        """
        Args:
            on_progress: called after each batch with the number of records so far, and of those there are.
        """
        projection = factory()
        self._name, self._version = projection.name, version
        self.topics = projection_topics(projection)
        self._wanted = frozenset(type_name(cls) for cls in projection.handlers())
        self._log, self._on_progress, self._batch_size = log, on_progress, batch_size
        self.starts = log.start_positions(self.topics)
        self.total = sum(self.ends().values()) - sum(self.starts.values())
        self._store = Store(database_url, self._name, schema_of(self._name, version))
        self._applier = Applier(factory, self._store.fetch, limits)
        self._committer = ThreadPoolExecutor(1, f"{self._name}-rebuild")
        self._pending: Future[None] | None = None
        self._store.acquire(self.starts)
        self.records = 0

    def fill(self, bounds: Mapping[Partition, int], known_letters: Mapping[Partition, int] | None = None) -> None:
        """
        Apply every record before `bounds`, and none after; partitions that are further already stay as they are.

        Args:
            known_letters: dead letters before these positions were set aside by the live version.
        """
        bounds = {partition: bound for partition, bound in bounds.items() if partition.topic in self.topics}
        owned = self._store.owned
        if bounds.keys() - owned.keys():  # the topic was given more partitions
            self._store.acquire(dict.fromkeys(bounds.keys() - owned.keys(), 0))
        missing = {partition for partition, bound in bounds.items() if owned[partition].next_offset < bound}
        if not missing:
            return
        reader = self._log.read({partition: owned[partition].next_offset for partition in missing}, self._wanted)
        try:
            while missing:
                reached = self._gather(reader, bounds, missing)
                self._applier.pass_over({partition: bounds[partition] for partition in reached})
                missing -= reached
                self._hand_over(bounds, known_letters or {})
        finally:
            reader.close()
            self._settle()

    def _gather(self, reader: Reader, bounds: Mapping[Partition, int], missing: set[Partition]) -> set[Partition]:
        """
        Fold a batch of what comes next; return which of the missing partitions have reached their bounds.
        """
        collect_young()
        reached = _reached(reader.positions(), bounds, missing)
        most, weight = self.records + self._batch_size, 0
        while not reached and self.records < most and weight < MAX_BYTES and (records := reader.poll(PIECE, _POLL_S)):
            positions = reader.positions()
            if any(offset > bounds[partition] for partition, offset in positions.items()):
                records = [record for record in records if record.offset < bounds[record.topic, record.partition]]  # type: ignore[index]
            self._applier.fold(records)
            weight += value_bytes(records)
            self.records += len(records)
            reached = _reached(positions, bounds, missing)
        return reached

    def ends(self) -> dict[Partition, int]:
        """
        Return where the log ends now.
        """
        return self._log.end_positions(self.topics)

    def close(self) -> None:
        """
        Let go of the connections.
        """
        self._committer.shutdown(wait=True, cancel_futures=True)
        self._store.close()

    def _hand_over(self, ends: Mapping[Partition, int], known: Mapping[Partition, int]) -> None:
        prepared = self._applier.take()
        if not prepared.progress:
            return
        staged = self._store.stage(prepared)
        self._settle()
        self._pending = self._committer.submit(self._commit, staged, ends, known)
        self._on_progress(self.records, max(self.records, self.total))
        if self._applier.crowded:
            self._settle()
            self._applier.forget()

    def _commit(self, batch: Batch, ends: Mapping[Partition, int], known: Mapping[Partition, int]) -> None:
        now = datetime.now(UTC)
        new = [
            letter
            for letter in batch.prepared.dead_letters
            if letter.delivered.offset >= known.get(Partition(letter.delivered.topic, letter.delivered.partition), 0)
        ]
        if new:
            self._log.append([dead_letter(self._name, self._version, letter, now) for letter in new])
        self._store.commit(batch, ends, now)

    def _settle(self) -> None:
        pending, self._pending = self._pending, None
        if pending is not None:
            pending.result()


def _reached(
    positions: Mapping[Partition, int], bounds: Mapping[Partition, int], missing: set[Partition]
) -> set[Partition]:
    """
    Tell by positions, not by records: none may lie right before a bound (a transaction's mark, or compacted away).
    """
    return {partition for partition in missing if positions[partition] >= bounds[partition]}
