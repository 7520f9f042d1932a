"""
The heartbeat in every partition.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from views import NOON

from inventory_stream.log import LogUnavailable, Partition, Position
from inventory_stream.records import Delivered, Encoded
from inventory_stream.records.operations import TracerSent
from inventory_stream.testing import MemoryLog
from inventory_stream.tracer import trace

TOPICS = ["inventory", "activity", "feedback", "models"]


class Stopwatch:
    """
    A clock that goes on by five seconds a round, and says stop after some rounds.
    """

    def __init__(self, rounds: int) -> None:
        self.left = rounds
        self.now = NOON

    def wait(self) -> bool:
        """
        End a round.
        """
        self.left -= 1
        self.now += timedelta(seconds=5)
        return self.left == 0


class AwayOnce(MemoryLog):
    """
    A log that is away for the first append.
    """

    away = True

    def append(self, records: list[Encoded]) -> list[Position]:
        """
        Append, but for the first time.
        """
        if self.away:
            self.away = False
            raise LogUnavailable("away")
        return super().append(records)


def run(rounds: int, make_log: Callable[[], MemoryLog] = MemoryLog) -> tuple[MemoryLog, list[Delivered]]:
    """
    Trace for some rounds and read what was sent.
    """
    log, watch = make_log(), Stopwatch(rounds)
    trace(log, lambda: watch.now, watch.wait)
    return log, log.read(log.start_positions(TOPICS)).poll(10_000, 0)


def test_every_partition_gets_one_tracer_a_round() -> None:
    """
    After two rounds each partition of each traced topic holds two.
    """
    log, _ = run(2)

    assert set(log.end_positions(TOPICS).values()) == {2}


def test_a_tracer_names_its_partition() -> None:
    """
    The record says where it was sent.
    """
    _, records = run(1)

    assert all(
        isinstance(found.record, TracerSent)
        and Partition(found.record.to_topic, found.record.to_partition) == Partition(found.topic, found.partition)
        for found in records
    )


def test_tracers_are_told_apart_by_id_and_carry_the_time() -> None:
    """
    Ids are unique and times are those of the clock.
    """
    _, records = run(2)

    assert len({found.id for found in records}) == len(records)
    assert {found.at for found in records} == {NOON, NOON + timedelta(seconds=5)}


def test_tracers_share_a_key_so_that_compaction_drops_old_ones() -> None:
    """
    All tracers have one key, which no event or customer has.
    """
    _, records = run(2)

    assert {found.key for found in records} == {"~tracer"}


def test_a_log_that_is_away_is_left_out_of_one_round() -> None:
    """
    While the log is away nothing is sent, and the next round goes on.
    """
    log, _ = run(2, AwayOnce)

    assert set(log.end_positions(TOPICS).values()) == {1}
