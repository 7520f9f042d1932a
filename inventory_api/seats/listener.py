"""
One listener: a position, and a connection. Nothing is queued for it, so a slow one is simply told less often.
"""

import asyncio
from collections.abc import Callable

from inventory_api.seats.channel import Channel
from inventory_api.seats.frames import KEEP_ALIVE, retry_frame


class Listener:
    """
    Says what is to be sent next on one connection.

    Attributes:
        position: what it was told last; None when it has to load everything again.
        sending_since: when the part that is being sent was begun; None while it waits.
        abort: cuts its connection.
    """

    __slots__ = (
        "_clock",
        "_ended",
        "_epoch",
        "_preface",
        "_pulse",
        "_woken",
        "abort",
        "channel",
        "position",
        "sending_since",
    )

    def __init__(self, channel: Channel, position: int | None, *, retry_ms: int, clock: Callable[[], float]) -> None:
        """
        Args:
            position: what it has; None for nothing that still counts.
            retry_ms: how long a browser waits before it connects again.
        """
        self.channel = channel
        self.position = position
        self.sending_since: float | None = None
        self.abort: Callable[[], object] = lambda: None
        self._clock = clock
        self._epoch, self._pulse = channel.epoch, channel.pulse
        self._preface = retry_frame(retry_ms)
        self._woken: asyncio.Future[None] | None = None
        self._ended = False

    async def next(self) -> bytes | None:
        """
        Return what to send once there is something, None when it is over. What was returned before has been sent.
        """
        self.sending_since = None
        while not self._ended:
            part = self._first() if self._preface else self._due()
            if part is not None:
                self.sending_since = self._clock()
                return part
            await self._wait()
        return None

    def _first(self) -> bytes:
        preface, self._preface = self._preface, b""
        due = self._due()
        if due is None and self.position is not None:  # so that it knows where it begins
            due = self._told(self.channel.frame(self.position))
        return preface + (due or b"")

    def _due(self) -> bytes | None:
        channel = self.channel
        if channel.epoch != self._epoch or self.position is None:
            self._epoch, self._pulse, self.position = channel.epoch, channel.pulse, channel.position
            return channel.reset()
        if channel.changed > self.position:
            return self._told(channel.frame(self.position))
        if channel.pulse != self._pulse:
            self._pulse = channel.pulse
            return KEEP_ALIVE
        return None

    def _told(self, frame: bytes) -> bytes:
        self.position = max(self.position or 0, self.channel.position)
        self._pulse = self.channel.pulse
        return frame

    async def _wait(self) -> None:
        self._woken = asyncio.get_running_loop().create_future()
        try:
            await self._woken
        finally:
            self._woken = None

    def wake(self) -> None:
        """
        Look again whether there is something to send.
        """
        if self._woken is not None and not self._woken.done():
            self._woken.set_result(None)

    def end(self) -> None:
        """
        Send nothing more.
        """
        self._ended = True
        self.wake()

    def drop(self) -> None:
        """
        Cut the connection.
        """
        self.end()
        self.abort()
