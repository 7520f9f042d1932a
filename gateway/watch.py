"""
Whoever asks and does not read the answer: memory that is held for nobody.
"""

import asyncio

READER_TIMEOUT_S = 60.0


class Watch:
    """
    Cuts a connection when nothing of what was sent is taken for a while, also after its end was asked for: an orderly end
    would wait for ever.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        """
        Args:
            transport: the connection. It is made to tell of whatever is not taken at once.
        """
        self._transport = transport
        self._loop = loop
        self._timer: asyncio.TimerHandle | None = None
        transport.set_write_buffer_limits(high=0)

    def begin(self) -> None:
        """
        Something waits to be taken.
        """
        self.end()
        left = self._transport.get_write_buffer_size()
        self._timer = self._loop.call_later(READER_TIMEOUT_S, self._look, left)

    def end(self) -> None:
        """
        All was taken.
        """
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self, left: int) -> None:
        if self._transport.get_write_buffer_size() < left:
            self.begin()
        else:
            self._transport.abort()
