"""
Bodies of requests: small ones whole, larger ones piece by piece, all of them bounded in size and in time.
"""

import asyncio
from collections.abc import AsyncIterator

from starlette.types import Message, Receive, Scope

from gateway.headers import Headers
from gateway.problems import BodyTooSlow
from inventory_stream.web import BodyTooLarge

# A body of at most this many bytes is gathered before the service hears of it: slow callers then hold no connection.
GATHERED = 65_536
# Bytes a second of a body that comes piece by piece: whoever drips would hold a task, and a connection to a service.
SLOWEST = 1000


class CallerGone(ConnectionError):
    """
    Whoever asked has left; nobody waits for an answer.
    """


class Bodies:
    """
    Reads bodies within limits.
    """

    def __init__(self, limit_bytes: int, timeout_s: float) -> None:
        """
        Args:
            limit_bytes: of a body.
            timeout_s: until the next piece of a body is here; the whole may be waited for by as much longer than `SLOWEST` says.
        """
        self._limit = limit_bytes
        self._timeout_s = timeout_s

    async def read(self, scope: Scope, receive: Receive) -> tuple[bytes | AsyncIterator[bytes], Headers]:
        """
        Return a body and the headers that frame it.

        Raises:
            BodyTooLarge, BodyTooSlow: it is.
            CallerGone: it will not come.
        """
        declared, pieces = self._declared(scope), _Pieces(receive, self._limit, self._timeout_s)
        body, more = await pieces.gather(GATHERED)
        if not more:
            return body, [(b"content-length", b"%d" % len(body))]
        if declared is not None:
            return _rest(body, pieces, chunked=False), [(b"content-length", declared)]
        return _rest(body, pieces, chunked=True), [(b"transfer-encoding", b"chunked")]

    async def gather(self, scope: Scope, receive: Receive) -> bytes:
        """
        Return a body of any allowed size as one piece.

        Raises:
            BodyTooLarge, BodyTooSlow, CallerGone: see `read`.
        """
        self._declared(scope)
        body, _ = await _Pieces(receive, self._limit, self._timeout_s).gather(self._limit)
        return body

    def _declared(self, scope: Scope) -> bytes | None:
        for name, value in scope["headers"]:
            if name == b"content-length":
                _check(int(value) if value.isdigit() else self._limit + 1, self._limit)
                return bytes(value)
        return None


class _Pieces:
    """
    What comes of one body, within its limits.
    """

    def __init__(self, receive: Receive, limit: int, timeout_s: float) -> None:
        self._receive = receive
        self._limit = limit
        self._timeout_s = timeout_s
        self._size = 0
        self._waited_s = 0.0

    async def gather(self, most: int) -> tuple[bytes, bool]:
        """Return what comes until there is more than `most`, and whether there is more to come."""
        body, more = b"", True
        while more and len(body) <= most:
            part, more = await self.next()
            body += part
        return body, more

    async def next(self) -> tuple[bytes, bool]:
        """Return the next piece, and whether there is more to come."""
        now = asyncio.get_running_loop().time
        begun, left_s = now(), self._timeout_s + self._size / SLOWEST - self._waited_s
        try:
            async with asyncio.timeout(min(self._timeout_s, left_s)):
                message: Message = await self._receive()
        except TimeoutError:
            raise BodyTooSlow from None
        self._waited_s += now() - begun
        if message["type"] == "http.disconnect":
            raise CallerGone
        part: bytes = message.get("body", b"")
        self._size += len(part)
        _check(self._size, self._limit)
        return part, message.get("more_body", False)


async def _rest(begun: bytes, pieces: _Pieces, *, chunked: bool) -> AsyncIterator[bytes]:
    part, more = begun, True
    while part or more:
        if part:
            yield b"%x\r\n%b\r\n" % (len(part), part) if chunked else part
        if not more:
            break
        part, more = await pieces.next()
    if chunked:
        yield b"0\r\n\r\n"


def _check(size: int, limit: int) -> None:
    if size > limit:
        raise BodyTooLarge(f"a request has at most {limit} bytes")
