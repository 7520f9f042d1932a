"""
The Protocol of a log, small enough to be kept by a list in memory.

Topic names are those of the contract; an implementation adds the prefix. Errors:

    LogError
    ├── LogUnavailable      the broker cannot be reached now; trying again may help
    └── MemberReplaced      another member has this one's name in the group
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple, Protocol

from inventory_stream.records import Delivered, Encoded


class LogError(Exception):
    """
    The log refused a request.
    """


class LogUnavailable(LogError):
    """
    The log cannot be reached at the moment.
    """


class MemberReplaced(LogError):
    """
    Another member took this one's place in the group, or so says the broker.
    """


class Partition(NamedTuple):
    """
    One partition of one topic.
    """

    topic: str
    number: int


class Position(NamedTuple):
    """
    Where a record lies. As a reading position, `offset` is the next one to read.
    """

    topic: str
    partition: int
    offset: int


class Reader(Protocol):
    """
    Reads decoded records of the partitions it was given, each partition in order.
    """

    def poll(self, max_records: int, timeout_s: float) -> list[Delivered]:
        """
        Return up to `max_records` records, or what came within `timeout_s`; an empty list at the end of the log.

        Raises:
            LogUnavailable: the broker is away.
        """
        ...

    def positions(self) -> dict[Partition, int]:
        """
        Return how far each partition is read: the offset after what `poll` returned, and after what follows it there and
        is never returned (the mark that ends a transaction, the records of one that was aborted).
        """
        ...

    def close(self) -> None:
        """
        Leave; a subscription hands its partitions back.
        """
        ...


class Subscription(Reader, Protocol):
    """
    A reader whose partitions are shared with other members of its group and come and go.
    """

    def seek(self, positions: Mapping[Partition, int]) -> None:
        """
        Read the given partitions, which are assigned, from the given offsets on; what was fetched before is dropped.
        """
        ...

    def release(self) -> None:
        """
        Leave the group for a moment and ask for a new assignment: every partition is revoked and assigned anew.
        """
        ...

    def commit(self, positions: Mapping[Partition, int]) -> None:
        """
        Tell the broker how far this group is, for lag tools. Advisory, never waits, never fails, and may be left out.
        """
        ...


class Log(Protocol):
    """
    An append-only log of topics with partitions.
    """

    def append(self, records: Iterable[Encoded]) -> list[Position]:
        """
        Append the records, wait until all are safe, and return where each lies.

        Records of one key keep their order. Retries of a lost acknowledgement do not write twice (idempotent).

        Raises:
            LogUnavailable: not all could be appended within the delivery timeout.
            LogError: a record was refused.
        """
        ...

    def send(self, records: Iterable[Encoded]) -> None:
        """
        Append without waiting; a failure is raised by a later `send`, `append` or `flush`. Blocks when its queue is full.
        """
        ...

    def flush(self) -> None:
        """
        Wait until everything sent is safe.

        Raises:
            LogUnavailable: something could not be appended.
        """
        ...

    def partitions(self, topic: str) -> int:
        """
        Return the number of partitions of the topic.
        """
        ...

    def start_positions(self, topics: Collection[str]) -> dict[Partition, int]:
        """
        Return the offset of the first record that is still there, for each partition.
        """
        ...

    def end_positions(self, topics: Collection[str]) -> dict[Partition, int]:
        """
        Return the offset after the last record, or the transaction's mark behind it, for each partition.
        """
        ...

    def read(self, positions: Mapping[Partition, int], wanted: frozenset[str] | None = None) -> Reader:
        """
        Return a reader of exactly these partitions, each from its offset.

        Args:
            wanted: type names whose values are decoded (see `records.decode`). All when None.
        """
        ...

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
        Join a group that shares the topics' partitions.

        Args:
            on_assigned: called with newly owned partitions, in the thread that polls; returns where to read each from.
            on_revoked: called with partitions that are no longer owned (handed back, or lost).
            member: a name that outlives a restart of the process; a member that comes back under its name gets its
                partitions at once. Anonymous when empty.
        """
        ...

    def close(self) -> None:
        """
        Flush and let go of all connections.
        """
        ...
