"""
A batch is gathered from small reads; whatever happens in between, each record is applied once.
"""

from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from msgspec import structs
from processes import TIMEOUT_S, Watch
from takings import CustomerTakings, EventTakings, Takings, order, orders

from inventory_stream.log import LogUnavailable, Partition
from inventory_stream.log.memory import MemoryLog
from inventory_stream.projection.applier import Applier, DeadLetterLimits
from inventory_stream.projection.driver import ProjectionDriver
from inventory_stream.projection.errors import TooManyDeadLetters
from inventory_stream.projection.gathering import MAX_BYTES, PIECE, gather
from inventory_stream.projection.projector import Projector
from inventory_stream.projection.session import ProjectorOptions
from inventory_stream.records import Delivered, decode


class Reading:
    """
    A reader of ready pieces that notes what it was asked; a piece that is an error is raised.
    """

    def __init__(self, *pieces: list[Delivered] | Exception) -> None:
        self.asked: list[tuple[int, float]] = []
        self._pieces = iter(pieces)

    def poll(self, max_records: int, timeout_s: float) -> list[Delivered]:
        """
        Return the next piece.
        """
        self.asked.append((max_records, timeout_s))
        piece = next(self._pieces, [])
        if isinstance(piece, Exception):
            raise piece
        return piece

    def positions(self) -> dict[Partition, int]:
        """
        Say nothing.
        """
        return {}

    def close(self) -> None:
        """
        Do nothing.
        """


def delivered(first: int, last: int, **fields: str) -> list[Delivered]:
    """
    Return orders as if they lay at offsets of their numbers.
    """
    made = [(number, order(number, **fields)) for number in range(first, last)]
    return [decode(one.topic, 0, number, one.key, one.value, one.headers) for number, one in made]


def applier() -> Applier:
    """
    Return an applier that finds nothing stored.
    """
    return Applier(Takings, lambda _sql, _params: [], DeadLetterLimits(consecutive=3))


def test_pieces_make_one_batch() -> None:
    """
    Pieces are folded until there is nothing more, and only the first is waited for.
    """
    reading, mine = Reading(delivered(0, 3), delivered(3, 5)), applier()
    count = gather(reading, mine, 10_000, 0.2)
    (part,) = mine.take().progress.values()

    assert (count, part.applied, part.next_offset) == (5, 5, 5)
    assert reading.asked == [(PIECE, 0.2), (PIECE, 0), (PIECE, 0)]


def test_a_batch_has_a_size() -> None:
    """
    What is beyond the size waits for the next batch.
    """
    reading = Reading(delivered(0, 4), delivered(4, 8), delivered(8, 12))

    assert gather(reading, applier(), 8, 0) == 8


def test_a_batch_of_large_records_is_short() -> None:
    """
    Records are counted by their bytes, too: what is beyond the most that a batch may hold waits for the next.
    """
    large = [structs.replace(one, value=bytes(MAX_BYTES // 2)) for one in delivered(0, 3)]
    reading = Reading(large[:1], large[1:2], large[2:])

    assert gather(reading, applier(), 10_000, 0) == 2


@pytest.mark.parametrize(
    "trouble", [LogUnavailable("away"), delivered(3, 9, section="invalid")], ids=["reading", "folding"]
)
def test_trouble_leaves_nothing_to_commit(trouble: Exception | list[Delivered]) -> None:
    """
    A batch that fails half way leaves no half of itself in the applier.
    """
    mine = applier()
    with pytest.raises((LogUnavailable, TooManyDeadLetters)):
        gather(Reading(delivered(0, 3), trouble), mine, 10_000, 0)

    left = mine.take()
    assert (left.progress, left.changes, left.dead_letters) == ({}, [], [])


class Visited(MemoryLog):
    """
    A log in whose group a guest comes and goes while the first batch of the other member is gathered.
    """

    def subscribe(self, group: str, topics: Any, **arguments: Any) -> Any:
        """
        Subscribe, and let the guest in before the third read and out before the fifth.
        """
        subscription = super().subscribe(group, topics, **arguments)
        read, guests, reads = subscription.poll, [], iter(range(1, 1_000_000))

        def poll(max_records: int, timeout_s: float) -> list[Delivered]:
            number = next(reads)
            if number == 3:
                nowhere = {"on_assigned": lambda places: dict.fromkeys(places, 0), "on_revoked": lambda _: None}
                guests.append(MemoryLog.subscribe(self, group, topics, **nowhere))
            if number == 5:
                guests.pop().close()
            return read(max_records, timeout_s)

        subscription.poll = poll
        return subscription


@pytest.fixture
def watch(database_url: str) -> Iterator[Watch]:
    """
    Follows the projection's commits.
    """
    watch = Watch(database_url)
    yield watch
    watch.close()


def test_partitions_that_leave_amid_a_batch_lose_nothing(database_url: str, watch: Watch) -> None:
    """
    What was gathered when partitions are given up is committed first: those that stay are read on from there.
    """
    log, oracle = Visited(), ProjectionDriver(Takings)
    log.append(orders(0, 8 * PIECE))
    oracle.deliver(log.read(log.start_positions(["inventory"])).poll(100 * PIECE, 0))
    projector = Projector(Takings, log, database_url, options=ProjectorOptions(live_batch=100 * PIECE))
    thread = Thread(target=projector.run)
    thread.start()
    watch.wait_for(log.end_positions(["inventory"]))
    projector.stop()
    thread.join(TIMEOUT_S)

    found = watch.tables("event_takings", "customer_takings")
    for model, name in ((EventTakings, "event_takings"), (CustomerTakings, "customer_takings")):
        assert sorted(found[name]) == sorted(tuple(row.values()) for row in oracle.rows(model))
