"""
One connection to a service: an exchange at a time, small answers whole, larger ones piece by piece.
"""

import asyncio
from collections.abc import AsyncIterable, Callable
from typing import Any

import httptools

from gateway.headers import Headers
from gateway.wire.answer import Answer, Broken

# An answer of at most this many bytes is waited for and passed on as one piece: half the wake-ups and writes.
WHOLE = 131_072
# Bytes of an answer that may lie here while the caller is slow; above it the service is no longer read from.
BUFFERED = 262_144
HEADER_LIMIT = 65_536


class Connection(asyncio.Protocol):
    """
    The protocol below an answer.
    """

    def __init__(self, free: Callable[["Connection"], None], gone: Callable[["Connection"], None]) -> None:
        """
        Args:
            free: called when it can be used again.
            gone: called when it is closed.
        """
        self._free = free
        self._gone = gone
        self._loop = asyncio.get_running_loop()
        self._transport: Any = None
        self._parser: Any = None
        self._waiter: asyncio.Future[None] | None = None
        self._answer: Answer | None = None
        self._error: Broken | None = None
        self._asked = False
        self._reusable = True
        self._small = self._until_close = False
        self._paused = False
        self._writable: asyncio.Event | None = None
        self._headers: Headers = []
        self._header_size = 0
        self._unheard = 0  # bytes that came since something could be made of them
        self.idle_since = 0.0

    @property
    def closed(self) -> bool:
        """Whether it cannot be used any more."""
        return self._error is not None or self._transport.is_closing()

    async def ask(self, head: bytes, body: bytes | AsyncIterable[bytes], timeout_s: float) -> Answer:
        """
        Send a request; return the answer once it has begun, small ones once they are whole.

        Args:
            head: everything before the body.
            body: pieces are sent as they come, as they are.

        Raises:
            Broken: the service gave no usable answer.
            TimeoutError: it began none in time.
        """
        self._asked, self._answer = True, None
        self._header_size = self._unheard = 0
        self._parser = httptools.HttpResponseParser(self)
        if isinstance(body, bytes):
            self._transport.write(head + body if body else head)
        else:
            await self._upload(head, body, timeout_s)
        while self._answer is None or not self._due(self._answer):
            await self.wait(timeout_s)
        return self._answer

    async def _upload(self, head: bytes, body: AsyncIterable[bytes], timeout_s: float) -> None:
        self._transport.write(head)
        async for part in body:
            if self._error is not None or self._answer is not None:
                self._reusable = (
                    False  # it answers without having heard all: what is missing must not be heard as the next
                )
                return
            self._transport.write(part)
            if self._writable is not None:
                async with asyncio.timeout(timeout_s):
                    await self._writable.wait()

    def _due(self, answer: Answer) -> bool:
        return answer.whole or not self._small

    async def wait(self, timeout_s: float) -> None:
        """
        Wait until something has come.
        """
        if self._error is not None:
            raise self._error
        self._waiter = self._loop.create_future()
        timer = self._loop.call_later(timeout_s, self._expire)
        try:
            await self._waiter
        finally:
            timer.cancel()
            self._waiter = None

    def _expire(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(TimeoutError("nothing came in time"))

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def give_up(self) -> None:
        """
        Hear no more of this answer: whoever waits for it is woken, and the connection is not used again.
        """
        self._reusable = False
        self._wake()

    def release(self) -> None:
        """
        Be used again if the answer has been heard to its end, else close.
        """
        whole = self._answer is not None and self._answer.whole
        self._answer, self._asked = None, False
        if whole and self._reusable and not self.closed:
            self.resume()  # its last piece may have been one too many
            self._free(self)
        else:
            self.close()

    def close(self) -> None:
        """
        Close the connection.
        """
        if self._transport is not None:
            self._transport.abort()

    def resume(self) -> None:
        """
        Read on after a pause.
        """
        if self._paused and not self._transport.is_closing():
            self._paused = False
            self._transport.resume_reading()

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Read."""
        if not self._asked:
            # Bytes that nobody asked for could be taken for the answer to the next request.
            self._fail("spoke unasked")
            self.close()
            return
        self._unheard += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._fail(f"said what is no answer: {error!r}")
            self.close()
        if self._unheard > HEADER_LIMIT:
            self._fail("said what has no end")
            self.close()

    def connection_lost(self, error: Exception | None) -> None:
        """End; an answer without a length ends here, too."""
        if error is None and self._answer is not None and self._until_close and self._error is None:
            self._answer.end()
            self._reusable = False
            self._wake()
        if self._error is None:
            self._error = Broken(f"connection lost: {error!r}", begun=self._answer is not None)
        self._wake_with_error()
        self.resume_writing()
        self._gone(self)

    def pause_writing(self) -> None:
        """The service reads slowly: wait before more is sent."""
        self._writable = asyncio.Event()

    def resume_writing(self) -> None:
        """It reads on."""
        if self._writable is not None:
            self._writable.set()
            self._writable = None

    def _fail(self, reason: str) -> None:
        if self._error is None:
            self._error = Broken(reason, begun=self._answer is not None)
        self._wake_with_error()

    def _wake_with_error(self) -> None:
        if self._waiter is not None and not self._waiter.done() and self._error is not None:
            self._waiter.set_exception(self._error)

    # What the parser calls.

    def on_message_begin(self) -> None:
        """An answer begins."""
        if self._answer is not None:
            raise _NotTaken("a second answer")
        self._headers = []

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header. What comes after the body is none: it could contradict those that were read already."""
        self._unheard = 0
        self._header_size += len(name) + len(value)
        if self._header_size > HEADER_LIMIT:
            raise _NotTaken("headers")
        if self._answer is None:
            self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """All headers are here."""
        status = self._parser.get_status_code()
        if not 100 <= status < 600:
            raise _NotTaken("a status that means nothing")
        if status < 200:
            return  # an interim answer: the real one follows
        length, framed = None, status in (204, 304)
        for name, value in self._headers:
            if name == b"content-length":
                length, framed = int(value), True
            elif name == b"transfer-encoding":
                framed = True
        self._small = length is not None and length <= WHOLE
        self._until_close = not framed
        self._answer = Answer(status, self._headers, self)
        if not self._small:
            self._wake()

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._unheard = 0
        if self._answer is not None and self._answer.add(body) > BUFFERED and not self._paused:
            self._paused = True
            self._transport.pause_reading()
        if not self._small:
            self._wake()

    def on_message_complete(self) -> None:
        """The answer has ended."""
        if self._answer is not None:
            self._answer.end()
            self._reusable = self._reusable and self._parser.should_keep_alive()
            self._wake()


class _NotTaken(Exception):
    """The answer is not one that the gateway takes."""
