"""
Whether more is asked of a service than it does.

A queue alone does not tell: after a pause of the service it is long and gets shorter, in an overload it stays. So what
comes is compared with what goes, window by window. A window in which nothing goes is a pause, and says nothing.
"""

from collections.abc import Callable
from itertools import accumulate

WINDOW_S = 0.05
# One window can be unlucky: the last moment of a pause has many that came and few that went.
IN_A_ROW = 2


class Demand:
    """
    Counts requests that come to a service and go from it, by rank: 0 goes first.
    """

    def __init__(self, clock: Callable[[], float], ranks: int) -> None:
        """
        Args:
            clock: seconds, rising.
            ranks: how many there are.
        """
        self._clock = clock
        self._begun = clock()
        self._came = [0] * ranks
        self._pressed = [0] * ranks
        self._gone = 0
        self._per_s = 0.0

    def too_much(self, rank: int) -> bool:
        """
        Say whether more has come of this rank and those before it than has gone at all, for a while.
        """
        return self._pressed[rank] >= IN_A_ROW

    def room(self, seconds: float) -> float:
        """
        Return how many go within this time.
        """
        return self._per_s * seconds

    def came(self, rank: int, *, queued: bool) -> None:
        """
        Count a request, also one that is refused.

        Args:
            queued: whether others wait.
        """
        now = self._clock()
        if now - self._begun >= WINDOW_S:
            self._close_window(now, queued=queued)
        self._came[rank] += 1

    def went(self) -> None:
        """
        Count one that the service is done with.
        """
        self._gone += 1

    def _close_window(self, now: float, *, queued: bool) -> None:
        for rank, came in enumerate(accumulate(self._came)):
            if not queued or came <= self._gone:
                self._pressed[rank] = 0
            elif self._gone:
                self._pressed[rank] += 1
        self._per_s = self._gone / (now - self._begun)
        self._begun, self._came, self._gone = now, [0] * len(self._came), 0
