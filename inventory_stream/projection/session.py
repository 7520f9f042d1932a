"""
A projector's work between two troubles: consumes, applies in batches, and commits state and offsets together; folding the
next batch while the last one is being written.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from time import monotonic, sleep

import msgspec

from inventory_stream.log import Log, Partition, Subscription
from inventory_stream.projection.applier import Applier, DeadLetter, DeadLetterLimits
from inventory_stream.projection.collection import collect_young
from inventory_stream.projection.definition import Projection, projection_topics
from inventory_stream.projection.duplicates import remember
from inventory_stream.projection.gathering import gather, pass_marks
from inventory_stream.projection.letters import dead_letter
from inventory_stream.projection.metrics import ProjectorMetrics
from inventory_stream.projection.store import Batch, Store
from inventory_stream.projection.tracing import BatchTraces, Seen
from inventory_stream.projection.versions import LiveVersion
from inventory_stream.records import type_name


class ProjectorOptions(msgspec.Struct, frozen=True):
    """
    How a projector works. Batches grow to `max_batch` when behind; when live one is taken each `linger_s`.
    """

    live_batch: int = 10_000
    max_batch: int = 20_000
    linger_s: float = 0.015
    poll_s: float = 0.2
    ends_every_s: float = 1.0
    backoff_s: float = 0.2
    max_backoff_s: float = 5.0
    limits: DeadLetterLimits = DeadLetterLimits()


class Session:
    """
    A projector's work on one version with one pair of connections, from subscribing to the first failure.
    """

    def __init__(
        self,
        factory: Callable[[], Projection],
        log: Log,
        database_url: str,
        live: LiveVersion,
        options: ProjectorOptions,
        metrics: ProjectorMetrics,
        now: Callable[[], datetime],
        traces: BatchTraces | None = None,
    ) -> None:
        """
        Connects to the database. Arguments as for `Projector`; `live` is the version to write.
        """
        self._traces = traces
        if traces is not None:
            traces.take()  # of an earlier session, which came to nothing
        projection = factory()
        self._name, self._version = projection.name, live.version
        self._topics = projection_topics(projection)
        self._wanted = frozenset(type_name(cls) for cls in projection.handlers())
        self._log, self._options, self._metrics, self._now = log, options, metrics, now
        self._store = Store(database_url, projection.name, live.schema)
        self._applier = Applier(factory, self._store.fetch, options.limits)
        self._committer = ThreadPoolExecutor(1, f"{projection.name}-commit")
        self._pending: Future[None] | None = None
        self._ends: dict[Partition, int] = {}
        self._next_ends = self._last_step = 0.0
        self._subscription: Subscription | None = None
        self._behind = False
        self.caught_up = False
        self.committed = False

    def open(self, member: str) -> None:
        """
        Join the group of this projection's projectors.
        """
        self._subscription = self._log.subscribe(
            f"seatstream-{self._name}",
            self._topics,
            on_assigned=self._assigned,
            on_revoked=self._revoked,
            wanted=self._wanted,
            member=member,
        )

    def step(self) -> None:
        """
        Take one batch, apply it, and hand it over to be committed while the next is taken.
        """
        assert self._subscription is not None  # noqa: S101 - open() comes first
        collect_young()
        if not self._behind:
            self._linger()
        size = self._options.max_batch if self._behind else self._options.live_batch
        count = gather(self._subscription, self._applier, size, self._options.poll_s, self._traces)
        pass_marks(self._subscription, self._applier, self._store.owned)
        self._hand_over()
        self._behind = count >= self._options.live_batch // 2
        self._watch_ends()
        if self._applier.crowded:
            self.settle()
            self._applier.forget()

    def _hand_over(self) -> None:
        """
        Let what is in the applier be committed, after what was handed over before.
        """
        prepared = self._applier.take()
        if prepared.progress:
            staged = self._store.stage(prepared)
            self.settle()
            seen = None if self._traces is None else self._traces.take()
            self._pending = self._committer.submit(self._commit, staged, dict(self._ends), seen)

    def _linger(self) -> None:
        """
        Let records gather: live, a commit for each would cost more than the records.
        """
        pause = self._last_step + self._options.linger_s - monotonic()
        if pause > 0:
            sleep(pause)
        self._last_step = monotonic()

    def settle(self) -> None:
        """
        Wait until what was handed over is committed.

        Raises:
            OwnershipLost, psycopg.OperationalError: it was not; all state must go.
        """
        pending, self._pending = self._pending, None
        if pending is not None:
            pending.result()

    def close(self) -> None:
        """
        Leave the group and close the connections; what is not committed is left to the next owner.
        """
        try:
            if self._subscription is not None:
                self._subscription.close()
        finally:  # leaving settles what is pending, which may fail once more
            self._committer.shutdown(wait=True, cancel_futures=True)
            self._store.close()

    def _commit(self, batch: Batch, ends: Mapping[Partition, int], seen: Seen | None) -> None:
        started = monotonic()
        if batch.prepared.dead_letters:
            self._append(batch.prepared.dead_letters)
        self._store.commit(batch, ends, self._now())
        self.committed = True
        seconds = monotonic() - started
        self._metrics.record("seatstream.batch.commit", seconds)
        if self._traces is not None and seen:
            self._traces.committed(seen, seconds)
        parts = batch.prepared.progress.values()
        self._metrics.record("seatstream.batch.size", sum(p.applied + p.duplicates + p.dead_letters for p in parts))
        for part in parts:
            self._metrics.count("seatstream.records.applied", part.applied)
            self._metrics.count("seatstream.records.duplicate", part.duplicates)
            self._metrics.count("seatstream.records.dead_lettered", part.dead_letters)
            if part.tracer_time:
                sent = datetime.fromisoformat(part.tracer_time)
                self._metrics.record("seatstream.freshness", (self._now() - sent).total_seconds())

    def _append(self, letters: list[DeadLetter]) -> None:
        """
        Append dead letters before the batch commits: none is lost, and one written twice has the same id.
        """
        self._log.append([dead_letter(self._name, self._version, letter, self._now()) for letter in letters])

    def _assigned(self, partitions: list[Partition]) -> Mapping[Partition, int]:
        self._hand_over()
        self.settle()
        self._applier.forget()
        topics = {partition.topic for partition in partitions}
        starts = self._log.start_positions(topics)
        self._ends.update(self._log.end_positions(topics))
        positions = self._store.acquire({partition: starts.get(partition, 0) for partition in partitions})
        remember(self._applier, self._log, positions, starts)
        self.caught_up = False
        return positions

    def _revoked(self, partitions: list[Partition]) -> None:
        try:
            self._hand_over()  # partitions come and go while records are gathered
            self.settle()
        finally:
            self._applier.forget()
            self._store.release(partitions)
            for partition in partitions:
                self._ends.pop(partition, None)

    def _watch_ends(self) -> None:
        """
        Look where the log ends now and then, to know the lag and whether we have caught up.
        """
        if monotonic() < self._next_ends:
            return
        # Who waits for a start waits for the last look: near the end of the log it should come soon.
        hurry = 1 if self.caught_up or self._behind else 10
        self._next_ends = monotonic() + self._options.ends_every_s / hurry
        owned = self._store.owned
        ends = {p: end for p, end in self._log.end_positions(self._topics).items() if p in owned}
        self._ends.update(ends)
        self._store.report_ends(ends)
        if owned and all(owned[p].next_offset >= end for p, end in ends.items()):
            self.settle()
            self.caught_up = True
            assert self._subscription is not None  # noqa: S101 - open() comes first
            self._subscription.commit({p: o.next_offset for p, o in owned.items()})
