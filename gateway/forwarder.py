"""
Passes one request on to a service and its answer back, piece by piece.
"""

import asyncio
import logging
from collections.abc import AsyncIterator

import aiohttp
from starlette.types import Receive, Scope, Send
from yarl import URL

from gateway.headers import Trace, answer_headers, request_headers
from gateway.routes import Route
from gateway.upstreams import Upstreams, problem_of
from inventory_stream.web import BodyTooLarge

_WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_logger = logging.getLogger(__name__)


class Forwarder:
    """
    Forwards requests that a route lets through.
    """

    def __init__(self, upstreams: Upstreams, body_limit_bytes: int) -> None:
        """
        Args:
            upstreams: the pool.
            body_limit_bytes: of a request.
        """
        self._upstreams = upstreams
        self._body_limit_bytes = body_limit_bytes

    async def forward(self, route: Route, trace: Trace, scope: Scope, receive: Receive, send: Send) -> None:
        """
        Ask the service and send its answer.

        Raises:
            Problem: nothing was sent yet, and this is what to say.
        """
        check_length(scope, self._body_limit_bytes)
        try:
            async with asyncio.timeout(route.timeout_s):
                answer = await self._ask(route, trace, scope, receive)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            problem = problem_of(error, route.upstream)
            _logger.warning("%s: %s: %r", route.upstream, problem.kind, error)
            raise problem from error
        async with answer:
            await self._pass_back(route, answer, trace, scope, send)

    async def _ask(self, route: Route, trace: Trace, scope: Scope, receive: Receive) -> aiohttp.ClientResponse:
        with_body = route.method in _WITH_BODY
        query = scope["query_string"].decode("latin-1")
        target = self._upstreams.urls[route.upstream] + scope["raw_path"].decode("ascii")
        return await self._upstreams.session.request(
            route.method,
            URL(f"{target}?{query}" if query else target, encoded=True),
            headers=request_headers(scope["headers"], trace, with_body=with_body),
            data=_body(receive, self._body_limit_bytes) if with_body else None,
            allow_redirects=False,
            timeout=self._upstreams.timeouts(route.timeout_s),
        )

    async def _pass_back(
        self, route: Route, answer: aiohttp.ClientResponse, trace: Trace, scope: Scope, send: Send
    ) -> None:
        headers = answer_headers(answer.raw_headers, trace)
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        if scope["method"] != "HEAD":
            try:
                async for part in answer.content.iter_any():
                    await send({"type": "http.response.body", "body": part, "more_body": True})
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                # The status is gone: only an answer that does not end says that it is incomplete.
                _logger.warning("%s: answer broken off: %r", route.upstream, error)
                return
        await send({"type": "http.response.body", "body": b""})


def check_length(scope: Scope, limit: int) -> None:
    """
    Refuse a body that says itself that it is too large.

    Raises:
        BodyTooLarge: it is.
    """
    for name, value in scope["headers"]:
        if name == b"content-length" and (not value.isdigit() or int(value) > limit):
            raise BodyTooLarge(f"a request has at most {limit} bytes")


async def _body(receive: Receive, limit: int) -> AsyncIterator[bytes]:
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionAbortedError("the caller went away")
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise BodyTooLarge(f"a request has at most {limit} bytes")
        more = message.get("more_body", False)
        if part:
            yield part
