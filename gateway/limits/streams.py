"""
Streams that are open: a bucket counts those that begin, and they can go on for days.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from gateway.limits.classes import STREAMS_OF_CALLER, STREAMS_OF_NETWORK
from gateway.limits.limiter import Caller
from gateway.problems import TooMany

WAIT_S = 10.0


class Streams:
    """
    Counts the open streams of callers and networks, in this process.
    """

    def __init__(self, factor: float) -> None:
        """
        Args:
            factor: makes the bounds larger or smaller; 0 for none.
        """
        self._factor = factor
        self._open: dict[tuple[str, str], int] = {}

    @contextmanager
    def one_more(self, caller: Caller) -> Iterator[None]:
        """
        Count one while it is open.

        Raises:
            TooMany: its caller, or their network, has as many as may be.
        """
        bounds = {("network", caller.network): STREAMS_OF_NETWORK}
        if caller.subject:
            bounds["caller", caller.subject] = STREAMS_OF_CALLER
        if self._factor and any(self._open.get(key, 0) >= bound * self._factor for key, bound in bounds.items()):
            raise TooMany([], WAIT_S)
        self._count(bounds, 1)
        try:
            yield
        finally:
            self._count(bounds, -1)

    def __len__(self) -> int:
        """Return how many callers and networks have one."""
        return len(self._open)

    def _count(self, keys: Iterable[tuple[str, str]], change: int) -> None:
        for key in keys:
            self._open[key] = self._open.get(key, 0) + change
            if not self._open[key]:
                del self._open[key]
