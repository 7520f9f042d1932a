"""
The log in memory, for tests of projections: it keeps the Protocol and passes the suite that Kafka passes.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import count
from threading import Condition
from time import monotonic

from confluent_kafka import murmur2

from inventory_stream.log.base import LogError, MemberReplaced, Partition, Position, Reader, Subscription
from inventory_stream.log.memory_group import MemoryGroup
from inventory_stream.records import TOPICS, Delivered, Encoded, decode


class MemoryLog:
    """
    The topics of the contract as lists. Any thread may use it; keys lie in the partitions where Kafka would put them.

    Args:
        partitions: topic → number of partitions, where it should differ from the contract.
    """

    def __init__(self, partitions: Mapping[str, int] | None = None) -> None:
        numbers = {name: topic.partitions for name, topic in TOPICS.items()} | dict(partitions or {})
        self._numbers = numbers
        self._records: dict[Partition, list[Encoded]] = {
            Partition(topic, number): [] for topic, size in numbers.items() for number in range(size)
        }
        self._changed = Condition()
        self._groups: dict[str, MemoryGroup] = {}
        self._members = count()

    def append(self, records: Iterable[Encoded]) -> list[Position]:
        """
        Append the records and return where each lies.
        """
        with self._changed:
            positions = [self._place(record) for record in records]
            self._changed.notify_all()
        return positions

    def send(self, records: Iterable[Encoded]) -> None:
        """
        Append the records.
        """
        self.append(records)

    def flush(self) -> None:
        """
        Do nothing: what was sent is there.
        """

    def partitions(self, topic: str) -> int:
        """
        Return the number of partitions of the topic.
        """
        if topic not in self._numbers:
            raise LogError(f"topic {topic} does not exist")
        return self._numbers[topic]

    def start_positions(self, topics: Collection[str]) -> dict[Partition, int]:
        """
        Return offset 0 for each partition.
        """
        return dict.fromkeys(self._partitions(topics), 0)

    def end_positions(self, topics: Collection[str]) -> dict[Partition, int]:
        """
        Return the offset after the last record, for each partition.
        """
        with self._changed:
            return {partition: len(self._records[partition]) for partition in self._partitions(topics)}

    def read(self, positions: Mapping[Partition, int], wanted: frozenset[str] | None = None) -> Reader:
        """
        Return a reader of exactly these partitions, each from its offset.
        """
        return MemoryReader(self, positions, wanted)

    def subscribe(
        self,
        group: str,
        topics: Collection[str],
        *,
        on_assigned: Callable[[list[Partition]], Mapping[Partition, int]],
        on_revoked: Callable[[list[Partition]], None],
        wanted: frozenset[str] | None = None,
        member: str = "",
    ) -> Subscription:
        """
        Join a group that shares the topics' partitions. `poll` brings and takes partitions, as with Kafka.
        """
        partitions = self._partitions(topics)
        with self._changed:
            shared = self._groups.setdefault(group, MemoryGroup())
        return MemorySubscription(self, shared, partitions, member, wanted, on_assigned, on_revoked)

    def close(self) -> None:
        """
        Do nothing: the records stay for other readers of the test.
        """

    def _partitions(self, topics: Collection[str]) -> list[Partition]:
        return [Partition(topic, number) for topic in topics for number in range(self.partitions(topic))]

    def _place(self, record: Encoded) -> Position:
        size = self.partitions(record.topic)
        number = murmur2(record.key, size) if record.partition < 0 else record.partition
        if number >= size:
            raise LogError(f"topic {record.topic} has no partition {number}")
        records = self._records[Partition(record.topic, number)]
        records.append(record)
        return Position(record.topic, number, len(records) - 1)


class MemoryReader:
    """
    Reads given partitions of a `MemoryLog`.
    """

    def __init__(self, log: MemoryLog, positions: Mapping[Partition, int], wanted: frozenset[str] | None) -> None:
        self._log = log
        self._wanted = wanted
        self._next = dict(positions)

    def poll(self, max_records: int, timeout_s: float) -> list[Delivered]:
        """
        Return up to `max_records` records, or what came within `timeout_s`; an empty list at the end of the log.
        """
        deadline = monotonic() + timeout_s
        with self._log._changed:  # noqa: SLF001 - one module, one lock
            while not (found := self._take(max_records)) and not self._stirred():
                left = deadline - monotonic()
                if left <= 0 or not self._log._changed.wait(left):  # noqa: SLF001
                    break
        return [self._decode(partition, offset) for partition, offset in found]

    def positions(self) -> dict[Partition, int]:
        """
        Return how far each partition is read.
        """
        return dict(self._next)

    def close(self) -> None:
        """
        Forget the partitions.
        """
        self._next = {}

    def _stirred(self) -> bool:
        """
        Tell whether something else than a record needs attention.
        """
        return False

    def _take(self, max_records: int) -> list[tuple[Partition, int]]:
        found: list[tuple[Partition, int]] = []
        for partition, offset in self._next.items():
            end = min(len(self._log._records[partition]), offset + max_records - len(found))  # noqa: SLF001
            if end > offset:
                found += [(partition, number) for number in range(offset, end)]
                self._next[partition] = end
        return found

    def _decode(self, partition: Partition, offset: int) -> Delivered:
        record = self._log._records[partition][offset]  # noqa: SLF001
        return decode(*partition, offset, record.key, record.value, record.headers, self._wanted)


class MemorySubscription(MemoryReader):
    """
    Reads a share of the partitions of some topics of a `MemoryLog`.
    """

    def __init__(
        self,
        log: MemoryLog,
        group: MemoryGroup,
        partitions: Collection[Partition],
        name: str,
        wanted: frozenset[str] | None,
        on_assigned: Callable[[list[Partition]], Mapping[Partition, int]],
        on_revoked: Callable[[list[Partition]], None],
    ) -> None:
        super().__init__(log, {}, wanted)
        self._group = group
        self._asked = partitions
        self._name = name
        self._on_assigned = on_assigned
        self._on_revoked = on_revoked
        self._gained: set[Partition] = set()
        self._lost: set[Partition] = set()
        self._join()

    def poll(self, max_records: int, timeout_s: float) -> list[Delivered]:
        """
        Return records of the partitions that are owned; tell the owner about those that come and go.
        """
        with self._log._changed:  # noqa: SLF001
            if not self._group.is_member(self._id):
                raise MemberReplaced("another member took this one's place in the group, or it was closed")
            share = self._group.share(self._id)
            self._log._changed.notify_all()  # noqa: SLF001 - what is given up here is free for others
        self._gained |= set(share.gained)
        self._give_up(share.lost)
        self._settle()
        return super().poll(max_records, timeout_s)

    def seek(self, positions: Mapping[Partition, int]) -> None:
        """
        Read these partitions from these offsets on.

        Raises:
            LogError: a partition is not assigned.
        """
        strangers = positions.keys() - self._next.keys()
        if strangers:
            raise LogError(f"cannot seek in partitions that are not assigned: {sorted(strangers)}")
        self._next.update(positions)

    def release(self) -> None:
        """
        Leave the group and join it again.
        """
        self._leave()
        self._join()

    def commit(self, positions: Mapping[Partition, int]) -> None:
        """
        Do nothing: there are no lag tools here.
        """

    def close(self) -> None:
        """
        Hand the partitions back and leave.
        """
        self._leave()

    def _join(self) -> None:
        with self._log._changed:  # noqa: SLF001
            self._id = next(self._log._members)  # noqa: SLF001
            self._group.join(self._id, self._asked, self._name)
            self._log._changed.notify_all()  # noqa: SLF001

    def _leave(self) -> None:
        with self._log._changed:  # noqa: SLF001
            self._group.leave(self._id)
            self._log._changed.notify_all()  # noqa: SLF001
        self._give_up(list(self._next))
        self._gained = set()
        self._settle()

    def _give_up(self, partitions: list[Partition]) -> None:
        self._lost |= self._next.keys() & set(partitions)  # of the others the owner never heard
        self._gained -= set(partitions)
        for partition in partitions:
            self._next.pop(partition, None)

    def _settle(self) -> None:
        """
        Tell the owner what it lost and gained. What it was not told stays noted, for the next poll.
        """
        if self._lost:
            self._on_revoked(sorted(self._lost))
            self._lost = set()
        if self._gained:
            gained = sorted(self._gained)
            positions = self._on_assigned(gained)
            self._next.update({partition: positions[partition] for partition in gained})
            self._gained = set()

    def _stirred(self) -> bool:
        return not self._group.is_member(self._id) or self._group.stirs(self._id)
