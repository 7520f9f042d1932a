"""
The pulse of the event loop: a beat that comes late means that it is the gateway that was slow, and no service.
"""

import asyncio
from collections.abc import Callable

BEAT_S = 0.01
LATE_S = 0.01


class Pulse:
    """
    Notes when the loop stood still, because it had too much to do or the machine did not let it run.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """
        Args:
            clock: seconds, rising.
        """
        self._clock = clock
        self._due = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._stood_until = float("-inf")

    def start(self) -> None:
        """
        Begin to beat, in the running loop.
        """
        self._due = self._clock() + BEAT_S
        self._timer = asyncio.get_running_loop().call_later(BEAT_S, self._beat)

    def stop(self) -> None:
        """
        Beat no more.
        """
        if self._timer is not None:
            self._timer.cancel()

    def stood_since(self, begin: float) -> bool:
        """
        Say whether the loop stood still at any time after this.
        """
        return self._stood_until > begin

    def _beat(self) -> None:
        now = self._clock()
        if now - self._due > LATE_S:
            self._stood_until = now
        self.start()
