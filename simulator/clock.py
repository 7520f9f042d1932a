"""
The simulated clock: whose turn it is next. Nothing here or above it ever looks at the time of day.
"""

import heapq
from collections.abc import Generator
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND_US = 1_000_000
HOUR_S = 3_600.0
DAY_S = 86_400.0
DAY_US = 86_400 * SECOND_US

Actor = Generator[float, None, None]
"""Something that acts, then yields how many seconds it waits until it acts again; it is dropped when it ends."""


class Clock:
    """
    Runs actors in the order of their times; of actors due at the same time, the one that was first to ask goes first.

    `now_us` is the simulated time in microseconds since 1970 (UTC), `now` the same as a datetime.
    """

    __slots__ = ("_turns", "_waiting", "now", "now_us")

    def __init__(self, start: datetime) -> None:
        self.now_us = microseconds(start)
        self.now = start.astimezone(UTC)
        self._waiting: list[tuple[int, int, Actor]] = []
        self._turns = 0

    def start(self, actor: Actor, after_s: float = 0.0) -> None:
        """
        Let the actor act for the first time in `after_s` seconds.
        """
        self._turns += 1
        heapq.heappush(self._waiting, (self.now_us + round(after_s * SECOND_US), self._turns, actor))

    def after(self, seconds: float) -> datetime:
        """
        Return the time `seconds` from now.
        """
        return datetime_of(self.now_us + round(seconds * SECOND_US))

    def until(self, time_us: int) -> float:
        """
        Return the seconds from now to the time, negative when it is past.
        """
        return (time_us - self.now_us) / SECOND_US

    def run(self, until_us: int, turns: int) -> bool:
        """
        Run actors that are due before `until_us`, at most `turns` of them.

        Returns:
            Whether some actor is still due before `until_us`.
        """
        waiting = self._waiting
        while waiting and waiting[0][0] < until_us:
            if not turns:
                return True
            turns -= 1
            due_us, _, actor = heapq.heappop(waiting)
            if due_us != self.now_us:
                self.now_us = due_us
                self.now = datetime_of(due_us)
            wait_s = next(actor, None)
            if wait_s is not None:
                self._turns += 1
                heapq.heappush(waiting, (due_us + max(round(wait_s * SECOND_US), 0), self._turns, actor))
        return False

    def skip_to(self, time_us: int) -> None:
        """
        Move the time forward when nobody is due before it.
        """
        if time_us > self.now_us:
            self.now_us = time_us
            self.now = datetime_of(time_us)


def microseconds(time: datetime) -> int:
    """
    Return the time as whole microseconds since 1970.
    """
    return (time - EPOCH) // timedelta(microseconds=1)


def datetime_of(time_us: int) -> datetime:
    """
    Return the time of so many microseconds since 1970.
    """
    return EPOCH + timedelta(0, time_us // SECOND_US, time_us % SECOND_US)
