"""
Passes one request on to a service and its answer back, piece by piece.
"""

import asyncio
import logging
from collections.abc import Callable

from starlette.types import Receive, Scope, Send

from gateway.bodies import Bodies
from gateway.headers import Headers, Trace, answer_headers, passed_on, request_head
from gateway.kept import Whole
from gateway.problems import UpstreamFailed
from gateway.routes import Route
from gateway.service import Service
from gateway.wire.answer import Answer, Broken
from inventory_stream.web.identity import ANONYMOUS, Identity

Introduce = Callable[[Identity, str], Headers]
_WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_NO_BODY = frozenset({204, 304})
# A stream may be silent for longer than an answer may take: services send a comment each 15 s.
SILENCE_S = 60.0
MOST_WHOLE = 2_000_000
_logger = logging.getLogger(__name__)


class Forwarder:
    """
    Forwards requests that a route lets through.
    """

    def __init__(self, services: dict[str, Service], bodies: Bodies, introduce: Introduce) -> None:
        """
        Args:
            services: by name.
            bodies: reads those of requests.
            introduce: gives the headers that tell a service who asks.
        """
        self._introduce = introduce
        self.services = services
        self.bodies = bodies
        self._streams: set[Answer] = set()

    async def forward(
        self, route: Route, identity: Identity, network: str, trace: Trace, scope: Scope, receive: Receive, send: Send
    ) -> bool:
        """
        Ask the service and send its answer; return whether that came to its end.

        Args:
            network: that the request comes from.

        Raises:
            Problem: nothing was sent yet, and this is what to say.
            CallerGone: nobody is there to hear it.
        """
        headers = passed_on(scope["headers"])
        if route.method in _WITH_BODY:
            body, framing = await self.bodies.read(scope, receive)
            headers += framing
        else:
            body = b""
        head = self.head(route, target_of(scope), headers, trace, identity)
        waiting = network if waits_for_position(scope) else None
        answer = await self.services[route.upstream].ask(route, head, trace, body, waiting=waiting)
        try:
            return await self._pass_back(route, answer, scope, receive, send)
        finally:
            answer.close()

    async def ask_whole(
        self, route: Route, identity: Identity, network: str, trace: Trace, scope: Scope, body: bytes
    ) -> Whole:
        """
        Ask the service and return its whole answer.

        Args:
            network: that the request comes from.
            body: of the request.

        Raises:
            Problem: there was none, and this is what to say.
        """
        headers = [*passed_on(scope["headers"]), (b"content-length", b"%d" % len(body))]
        head = self.head(route, target_of(scope), headers, trace, identity)
        waiting = network if waits_for_position(scope) else None
        answer = await self.services[route.upstream].ask(route, head, trace, body, waiting=waiting)
        try:
            whole = await _heard_out(answer, route.timeout_s)
        except (Broken, TimeoutError) as error:
            raise UpstreamFailed(f"{route.upstream} broke off its answer") from error
        finally:
            answer.close()
        return Whole(answer.status, answer_headers(answer.headers), whole)

    def head(
        self, route: Route, target: bytes, headers: Headers, trace: Trace, identity: Identity = ANONYMOUS
    ) -> bytes:
        """
        Return a request as `Service.ask` takes it. Reads for many are asked for in nobody's name.
        """
        pool = self.services[route.upstream].pool
        headers = headers + self._introduce(identity, route.upstream)
        return request_head(route.method.encode(), pool.prefix + target, pool.host, headers, trace)

    def leave(self) -> None:
        """
        End the streams that are open: whoever listens comes back, to another gateway.
        """
        for answer in list(self._streams):
            answer.finish()

    def close(self) -> None:
        """
        Close all connections to services.
        """
        for service in self.services.values():
            service.pool.close()

    async def _pass_back(self, route: Route, answer: Answer, scope: Scope, receive: Receive, send: Send) -> bool:
        headers = answer_headers(answer.headers)
        if answer.status in _NO_BODY:
            headers = [pair for pair in headers if pair[0] != b"content-length"]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        streams = scope["method"] != "HEAD" and not answer.whole
        if streams and not await self._stream(route, answer, receive, send):
            return False
        body = b"" if scope["method"] == "HEAD" else answer.take()
        await send({"type": "http.response.body", "body": body})
        return True

    async def _stream(self, route: Route, answer: Answer, receive: Receive, send: Send) -> bool:
        """Pass on what comes until the end; return whether there was one."""
        endless = route.stream or (b"content-type", b"text/event-stream") in answer.headers
        silence_s = SILENCE_S if endless else route.timeout_s
        watcher = asyncio.ensure_future(_finish_when_gone(receive, answer))
        if endless:
            self._streams.add(answer)
        try:
            while part := await answer.part(silence_s):
                await send({"type": "http.response.body", "body": part, "more_body": True})
        except (Broken, TimeoutError) as error:
            # The status is gone: only an answer that does not end says that it is incomplete.
            _logger.warning("%s: answer broken off: %r", route.upstream, error)
            return False
        finally:
            self._streams.discard(answer)
            watcher.cancel()
        return True


async def _heard_out(answer: Answer, timeout_s: float) -> bytes:
    parts = [answer.take()]
    while not answer.whole:
        parts.append(await answer.part(timeout_s))
        if sum(map(len, parts)) > MOST_WHOLE:
            raise Broken("the answer is larger than one to a key may be")
    parts.append(answer.take())
    return b"".join(parts)


async def _finish_when_gone(receive: Receive, answer: Answer) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    answer.finish()


def waits_for_position(scope: Scope) -> bool:
    """
    Say whether a request asks for an answer that reflects a position, as services read it.
    """
    return b"min_position" in scope["query_string"] or any(name == b"min-position" for name, _ in scope["headers"])


def target_of(scope: Scope) -> bytes:
    """
    Return path and query as they were sent.
    """
    query: bytes = scope["query_string"]
    path: bytes = scope["raw_path"]
    return path + b"?" + query if query else path
