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
            timeout_s: until the next piece of a body is here.
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
        declared = self._declared(scope)
        body, more = await self._gather(receive, GATHERED)
        if not more:
            return body, [(b"content-length", b"%d" % len(body))]
        if declared is not None:
            return self._rest(body, receive, chunked=False), [(b"content-length", declared)]
        return self._rest(body, receive, chunked=True), [(b"transfer-encoding", b"chunked")]

    async def gather(self, scope: Scope, receive: Receive) -> bytes:
        """
        Return a body of any allowed size as one piece.

        Raises:
            BodyTooLarge, BodyTooSlow, CallerGone: see `read`.
        """
        self._declared(scope)
        body, _ = await self._gather(receive, self._limit)
        return body

    async def _gather(self, receive: Receive, most: int) -> tuple[bytes, bool]:
        """What comes until there is more than `most`, and whether there is more to come."""
        body, more = b"", True
        while more and len(body) <= most:
            part, more = await self._next(receive)
            body += part
            self._check(len(body))
        return body, more

    def _declared(self, scope: Scope) -> bytes | None:
        for name, value in scope["headers"]:
            if name == b"content-length":
                self._check(int(value) if value.isdigit() else self._limit + 1)
                return bytes(value)
        return None

    def _check(self, size: int) -> None:
        if size > self._limit:
            raise BodyTooLarge(f"a request has at most {self._limit} bytes")

    async def _next(self, receive: Receive) -> tuple[bytes, bool]:
        try:
            async with asyncio.timeout(self._timeout_s):
                message: Message = await receive()
        except TimeoutError:
            raise BodyTooSlow from None
        if message["type"] == "http.disconnect":
            raise CallerGone
        return message.get("body", b""), message.get("more_body", False)

    async def _rest(self, begun: bytes, receive: Receive, *, chunked: bool) -> AsyncIterator[bytes]:
        size, part, more = len(begun), begun, True
        while part or more:
            if part:
                yield b"%x\r\n%b\r\n" % (len(part), part) if chunked else part
            if not more:
                break
            part, more = await self._next(receive)
            size += len(part)
            self._check(size)
        if chunked:
            yield b"0\r\n\r\n"
