"""
Records to pending writes: duplicates dropped, handlers called, bad records set aside. No I/O but `load`'s queries.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter

import msgspec

from inventory_stream.log import Partition
from inventory_stream.projection.definition import Fetch, InvalidRecord, Projection
from inventory_stream.projection.errors import TooManyDeadLetters
from inventory_stream.projection.tables import TableChange
from inventory_stream.records import Delivered, type_name
from inventory_stream.records.operations import TracerSent

DUPLICATE_WINDOW = 10_000
_PRUNE_AT = 2 * DUPLICATE_WINDOW
_LOAD_KEYS = 200  # at a time: all of a batch's rows at once would be most of what the process ever holds
_TRACER = type_name(TracerSent)
_place = attrgetter("topic", "partition")
_RETRY_HEADER = "ce_retryfor"
_ESCAPED_NUL = b"\\u0000"

Seen = dict[str, dict[str, int]]
"""Source → id → offset: the ids of one partition's last records."""


class DeadLetterLimits(msgspec.Struct, frozen=True):
    """
    How much may be set aside before the projector stops: in a row, and as a share of the last `window` records.
    """

    consecutive: int = 100
    ratio: float = 0.1
    window: int = 10_000


class DeadLetter(msgspec.Struct, frozen=True):
    """
    A record that cannot be applied, and why.
    """

    delivered: Delivered
    reason: str


class Progress(msgspec.Struct):
    """
    What a batch did in one partition. Times are RFC 3339; keys are the record keys that were applied.
    """

    next_offset: int
    record_time: str = ""
    tracer_time: str = ""
    applied: int = 0
    duplicates: int = 0
    dead_letters: int = 0
    keys: set[str] = msgspec.field(default_factory=set)


class Prepared(msgspec.Struct):
    """
    A batch ready to commit; empty when it has no progress.
    """

    progress: dict[Partition, Progress]
    changes: list[TableChange]
    dead_letters: list[DeadLetter]


class Applier:
    """
    Applies batches to one instance of a projection, for the partitions of one owner.
    """

    def __init__(
        self, factory: Callable[[], Projection], fetch: Fetch, limits: DeadLetterLimits, max_keys: int = 200_000
    ) -> None:
        """
        Args:
            max_keys: when more record keys than this are in memory, `crowded` asks for a new instance.
        """
        self._fetch = fetch
        self._limits = limits
        self._max_keys = max_keys
        self._factory = factory
        self._seen: dict[Partition, Seen] = defaultdict(lambda: defaultdict(dict))
        self._consecutive = self._recent = self._recent_dead = 0
        self.forget()

    def forget(self) -> None:
        """
        Drop all state of the projection, and what was folded but not taken; state is loaded again when needed.
        """
        self._progress: dict[Partition, Progress] = {}
        self._dead: list[DeadLetter] = []
        self._projection = self._factory()
        self._tables = list(self._projection.tables())
        self._handlers = dict(self._projection.handlers())
        self._known: dict[str, set[str]] = {}
        self._stateful = self._projection.stateful

    @property
    def crowded(self) -> bool:
        """
        Whether so many keys are in memory that it is time to `forget`.
        """
        return sum(map(len, self._known.values())) > self._max_keys

    def remember(self, partition: Partition, earlier: Iterable[tuple[str, str, int]]) -> None:
        """
        Take note of the records right before an owner's first one, so that duplicates of them are recognised.

        Args:
            earlier: source, id and offset of each, in order.
        """
        seen: Seen = defaultdict(dict)
        for source, id, offset in earlier:
            seen[source][id] = offset
        self._seen[partition] = seen

    def apply(self, batch: Sequence[Delivered]) -> Prepared:
        """
        Fold a whole batch and return what it changes.

        Raises:
            TooManyDeadLetters: as `fold`.
        """
        self.fold(batch)
        return self.take()

    def fold(self, records: Sequence[Delivered]) -> None:
        """
        Apply some records to the state in memory; what they change is collected until it is taken.

        Raises:
            TooManyDeadLetters: the limits are passed; nothing that was collected may be committed.
        """
        if self._stateful:
            self._load(records)
        for place, run in groupby(records, key=_place):
            partition = Partition(*place)
            part = self._progress.setdefault(partition, Progress(0))
            self._apply_run(run, part, self._seen[partition], self._dead)

    def pass_over(self, positions: Mapping[Partition, int]) -> None:
        """
        Take note that no record is left before these positions: all there were are folded.
        """
        for partition, offset in positions.items():
            part = self._progress.setdefault(partition, Progress(0))
            part.next_offset = max(part.next_offset, offset)

    def take(self) -> Prepared:
        """
        Return what was collected, which may be nothing, and begin anew.
        """
        prepared = Prepared(self._progress, [change for table in self._tables if (change := table.take())], self._dead)
        self._progress, self._dead = {}, []
        return prepared

    def _load(self, batch: Sequence[Delivered]) -> None:
        wanted: dict[str, set[str]] = {}
        for topic, run in groupby(batch, key=attrgetter("topic")):
            wanted.setdefault(topic, set()).update([d.key for d in run])
        for topic, found in wanted.items():
            known = self._known.setdefault(topic, set())
            unknown = {key for key in found - known if "\0" not in key}
            for keys in _portions(sorted(unknown)):
                self._projection.load(topic, keys, self._fetch)
                known.update(keys)

    def _apply_run(self, run: Iterable[Delivered], part: Progress, seen: Seen, dead: list[DeadLetter]) -> None:
        handlers, add_key, name = self._handlers, part.keys.add, self._projection.name
        applied = duplicates = count = 0
        already_dead, streak = len(dead), self._consecutive
        delivered = None
        for delivered in run:
            count += 1
            identity, ids = delivered.id, seen[delivered.source]
            previous = ids.get(identity)
            ids[identity] = offset = delivered.offset
            if previous is not None and offset - previous <= DUPLICATE_WINDOW and _same(delivered, previous):
                duplicates += 1
                continue
            handler = handlers.get(type(delivered.record))  # type: ignore[arg-type]
            try:
                if handler is None:
                    _pass_over(delivered, part)
                elif "~" not in identity or _is_for(delivered, name):
                    if _ESCAPED_NUL in delivered.value or "\0" in delivered.key:
                        _refuse_nul()
                    handler(delivered.record, delivered)
                    add_key(delivered.key)
                    applied += 1
                streak = 0
            except InvalidRecord as error:
                dead.append(DeadLetter(delivered, str(error)))
                streak += 1
                self._check_streak(streak, error)
        assert delivered is not None  # noqa: S101 - a run has at least one record
        part.next_offset, part.record_time = delivered.offset + 1, delivered.time
        _prune(seen, delivered.offset)
        self._consecutive = streak
        part.duplicates += duplicates
        part.dead_letters += len(dead) - already_dead
        part.applied += applied
        self._check_ratio(count, len(dead) - already_dead)

    def _check_streak(self, streak: int, last: InvalidRecord) -> None:
        if streak > self._limits.consecutive:
            raise TooManyDeadLetters(f"{streak} records in a row cannot be applied, the last: {last}") from last

    def _check_ratio(self, count: int, set_aside: int) -> None:
        self._recent += count
        self._recent_dead += set_aside
        if self._recent < self._limits.window:
            return
        share = self._recent_dead / self._recent
        if share > self._limits.ratio:
            raise TooManyDeadLetters(f"{share:.0%} of the last {self._recent} records cannot be applied")
        self._recent = self._recent_dead = 0


def _portions(keys: list[str]) -> Iterator[list[str]]:
    return (keys[first : first + _LOAD_KEYS] for first in range(0, len(keys), _LOAD_KEYS))


def _same(delivered: Delivered, previous: int) -> bool:
    """
    Return whether a record that looks like one before is that one. Without an id, only what lies at a place that was
    read already is: two records that lack their id are two faults, and both are to be set aside.
    """
    return bool(delivered.id) or delivered.offset <= previous


def _refuse_nul() -> None:
    raise InvalidRecord("the key or a text holds the character NUL, which no table can")


def _pass_over(delivered: Delivered, part: Progress) -> None:
    """
    Let a record go by that no handler wants; one that cannot be decoded is invalid, a tracer tells the time.
    """
    if delivered.failure:
        raise InvalidRecord(delivered.failure)
    if delivered.type == _TRACER:
        part.tracer_time = delivered.time


def _is_for(delivered: Delivered, name: str) -> bool:
    """
    Whether a record is for this projection: a retried dead letter is only for the one that refused it.
    """
    retried = dict(delivered.headers).get(_RETRY_HEADER)
    return retried is None or retried == name.encode()


def _prune(seen: Seen, newest: int) -> None:
    if sum(map(len, seen.values())) <= _PRUNE_AT:
        return
    for source, ids in list(seen.items()):
        seen[source] = {id: offset for id, offset in ids.items() if newest - offset <= DUPLICATE_WINDOW}
        if not seen[source]:
            del seen[source]
