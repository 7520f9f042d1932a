"""
What happened, in order: records with their ids and times, until somebody takes them.
"""

from datetime import datetime
from typing import NamedTuple

from inventory_stream.records import Encoded, Record, encode
from simulator.clock import Clock


class Happening(NamedTuple):
    """
    One record of a run, with its id (unique in the run) and its simulated time.
    """

    id: str
    record: Record
    time: datetime


class Journal:
    """
    Numbers the records of one run. `source` is the run's CloudEvents source; ids start with the run, so that two runs
    never share one.
    """

    __slots__ = ("_clock", "_happenings", "_prefix", "count", "source")

    def __init__(self, run: str, clock: Clock) -> None:
        self.source = f"/simulator/{run}"
        self.count = 0
        self._prefix = f"{run}-"
        self._clock = clock
        self._happenings: list[Happening] = []

    def tell(self, record: Record) -> None:
        """
        Note that this happened now.
        """
        self.count += 1
        self._happenings.append(Happening(f"{self._prefix}{self.count}", record, self._clock.now))

    def waiting(self) -> int:
        """
        Return how many records wait to be taken.
        """
        return len(self._happenings)

    def take(self) -> list[Happening]:
        """
        Return what happened since the last time, and forget it.
        """
        happenings, self._happenings = self._happenings, []
        return happenings


def encoded(happenings: list[Happening], source: str) -> list[Encoded]:
    """
    Return the records as bytes, ready to append.
    """
    return [encode(record, id=id, source=source, time=time) for id, record, time in happenings]
