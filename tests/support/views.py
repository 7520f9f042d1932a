"""
Records to append, and loops that read until what was asked for is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from time import monotonic

from inventory_stream.log import Log, Partition, Reader, Subscription
from inventory_stream.records import Delivered, Encoded, encode
from inventory_stream.records.activity import EventViewed, SearchMade

NOON = datetime(2030, 6, 1, 12, tzinfo=UTC)
PATIENCE_S = 30.0


def view(number: int, session: str = "s1", event: str = "e1") -> Encoded:
    """
    A view with a number for its id.
    """
    return encode(EventViewed(session_id=session, event_id=event), id=str(number), source="/test", time=NOON)


def search(number: int, session: str = "s1") -> Encoded:
    """
    A search with a number for its id.
    """
    return encode(SearchMade(session_id=session), id=str(number), source="/test", time=NOON)


def spread(count: int) -> list[Encoded]:
    """
    Views of as many sessions, which lie in all partitions.
    """
    return [view(number, session=f"s{number}") for number in range(count)]


def read_count(reader: Reader, count: int) -> list[Delivered]:
    """
    Read until there are so many records.
    """
    records: list[Delivered] = []
    until(lambda: len(records) >= count, lambda: records.extend(reader.poll(1000, 0.1)))
    return records


def until(reached: Callable[[], bool], step: Callable[[], object]) -> None:
    """
    Take steps until something is reached.
    """
    deadline = monotonic() + PATIENCE_S
    while not reached():
        assert monotonic() < deadline, "waited in vain"
        step()


class Member:
    """
    A member of a group that notes what it is given and takes up each partition where it left it, or at its start.
    """

    def __init__(self, log: Log, topics: Iterable[str] = ("activity",), name: str = "", group: str = "group") -> None:
        self.owned: set[Partition] = set()
        self.records: list[Delivered] = []
        self.assignments: list[list[Partition]] = []
        self.revocations: list[list[Partition]] = []
        self.start: dict[Partition, int] = log.start_positions(list(topics))
        self.subscription: Subscription = log.subscribe(
            group, list(topics), on_assigned=self._assigned, on_revoked=self._revoked, member=name
        )

    def poll(self, max_records: int = 1000, timeout_s: float = 0.05) -> list[Delivered]:
        """
        Poll once.
        """
        records = self.subscription.poll(max_records, timeout_s)
        self.records += records
        self.start.update({Partition(r.topic, r.partition): r.offset + 1 for r in records})
        return records

    def _assigned(self, partitions: list[Partition]) -> Mapping[Partition, int]:
        self.owned |= set(partitions)
        self.assignments.append(partitions)
        return {partition: self.start[partition] for partition in partitions}

    def _revoked(self, partitions: list[Partition]) -> None:
        self.owned -= set(partitions)
        self.revocations.append(partitions)


def settle(*members: Member, each: int) -> None:
    """
    Poll all members until each owns so many partitions.
    """
    until(lambda: all(len(m.owned) == each for m in members), lambda: [member.poll() for member in members])
