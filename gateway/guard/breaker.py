"""
A circuit breaker: a service that does not answer is left alone, but for one request a second that tries again.
"""

from collections.abc import Callable

FAILURES = 5
PAUSE_S = 1.0


class Breaker:
    """
    Opens after some failures in a row; closes with the first answer.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """
        Args:
            clock: seconds, rising.
        """
        self._clock = clock
        self._failures = 0
        self._next_try = 0.0

    @property
    def open(self) -> bool:
        """Whether the service is left alone."""
        return self._failures >= FAILURES

    def allows(self) -> bool:
        """
        Say whether a request may go to the service now; while open, one a pause may.
        """
        if self._failures < FAILURES:
            return True
        now = self._clock()
        if now < self._next_try:
            return False
        self._next_try = now + PAUSE_S
        return True

    def succeeded(self) -> None:
        """
        Note an answer.
        """
        self._failures = 0

    def failed(self) -> None:
        """
        Note that there was none.
        """
        self._failures += 1
        if self._failures == FAILURES:
            self._next_try = self._clock() + PAUSE_S
