"""
The door of every service, as one ASGI application around the others: position in, position out, trace id, access log,
metrics, and no error that escapes.
"""

import asyncio
import logging
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NoReturn
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from inventory_stream.log.base import Partition
from inventory_stream.web.identity import HEADER, LEEWAY_S, LIFETIME_S, NotIdentified, OutOfTime, Verifier
from inventory_stream.web.logs import AccessLine, trace_id
from inventory_stream.web.positions import parse_positions
from inventory_stream.web.problems import (
    ClocksDiffer,
    FieldError,
    InvalidRequest,
    PositionNotReached,
    Problem,
    Unauthenticated,
    render,
)
from inventory_stream.web.recorder import Recorder, route_of
from inventory_stream.web.state import ServiceState

POSITION_HEADER = b"stream-position"
ASKED_HEADER = b"min-position"
FLUSH_S = 0.1
# What kubelets and Prometheus ask; it says nothing about anybody.
_OPEN_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
_TRACEPARENT = re.compile(rb"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_logger = logging.getLogger(__name__)


class Answer:
    """
    A whole answer made before it was asked for. Its messages to the server are kept too: most requests come at the same
    position as the one before.
    """

    __slots__ = ("_begin", "_end", "_position", "body", "headers", "status")

    def __init__(self, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> None:
        self.status = status
        self.headers = list(headers)
        self.body = body
        self._position: bytes | None = None
        self._begin: Message = {}
        self._end: Message = {"type": "http.response.body", "body": body}

    def messages(self, position: bytes, *, head: bool) -> tuple[Message, Message]:
        """
        Return what is sent to answer at a position.
        """
        if position is not self._position:
            headers = [*self.headers, (POSITION_HEADER, position)]
            self._begin = {"type": "http.response.start", "status": self.status, "headers": headers}
            self._position = position
        return self._begin, _NO_BODY if head else self._end


_NO_BODY: Message = {"type": "http.response.body", "body": b""}
Headers = Mapping[bytes, bytes]
Prepared = Callable[[Scope, Headers], Answer | None]


class Door:
    """
    Wraps the application of a service.
    """

    def __init__(
        self,
        app: ASGIApp,
        state: ServiceState,
        prepared: Prepared | None,
        position_timeout_s: float,
        verifier: Verifier | None = None,
        recorder: Recorder | None = None,
    ) -> None:
        """
        Args:
            app: what answers requests.
            state: of the service.
            prepared: gives a prepared answer or None; asked first, for hot paths.
            position_timeout_s: how long a request may wait for its `min_position`.
            verifier: checks that the gateway sends requests, and for whom; when None, anybody may.
            recorder: of spans; None when nothing is recorded.
        """
        self._recorder = recorder
        self._app = app
        self._state = state
        self._prepared = prepared
        self._verifier = verifier
        self._position_timeout_s = position_timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """
        Answer one request.
        """
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, state = time.perf_counter(), self._state
        headers = dict(scope["headers"])
        given = headers.get(b"traceparent")
        trace = scope["trace_id"] = next(_made_up) if given is None else _trace(given)
        asked = _asked(scope, headers) if scope["query_string"] or ASKED_HEADER in headers else None
        stranger = None if self._verifier is None else _stranger(self._verifier, scope, headers)
        if asked is None and self._prepared is not None and stranger is None:
            answer = self._prepared(scope, headers)
            if answer is not None:
                begin, end = answer.messages(state.position_header(), head=scope["method"] == "HEAD")
                await send(begin)
                await send(end)
                state.metrics.prepared_answers += 1
                self._note(scope, trace, answer.status, time.perf_counter() - started, prepared=True)
                return
        method = scope["method"]
        exchange = _Exchange(state, send, head=method == "HEAD")
        scope["head"] = exchange.head
        if exchange.head:
            scope["method"] = "GET"  # routes need not know of HEAD: it is GET without the body
        try:
            await self._answer(asked, exchange, scope, receive, stranger=stranger)
        finally:
            scope["method"] = method
            seconds = time.perf_counter() - started
            self._note(scope, trace, exchange.status, seconds)
            state.metrics.answered(method, route_of(scope), exchange.status, seconds)

    async def _answer(
        self, asked: str | None, exchange: "_Exchange", scope: Scope, receive: Receive, *, stranger: Problem | None
    ) -> None:
        trace_id.set(scope["trace_id"])
        try:
            if stranger is not None:
                _refuse(stranger)
            answer = None
            if asked is not None:
                await self._reach(asked)
                answer = self._prepared(scope, dict(scope["headers"])) if self._prepared else None
            exchange.position = self._state.position_header()
            if answer is None:
                await self._app(scope, receive, exchange.send)
            else:
                await exchange.send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
                await exchange.send({"type": "http.response.body", "body": answer.body})
        except Problem as problem:
            await render(problem, scope["path"], scope["trace_id"])(scope, receive, exchange.send)
        except Exception:
            _logger.exception("request failed: %s %s", scope["method"], route_of(scope))
            if not exchange.ended:
                raise  # the answer has begun: only closing the connection can say that it is incomplete

    async def _reach(self, asked: str) -> None:
        try:
            positions = parse_positions(asked)
        except ValueError as error:
            raise InvalidRequest(errors=[FieldError("min_position", "query", str(error))]) from error
        followed = [(reader, _part(positions, reader.positions)) for reader in self._state.readers]
        try:
            await asyncio.gather(
                *(reader.wait_for(part, self._position_timeout_s) for reader, part in followed if part)
            )
        except TimeoutError as error:
            raise PositionNotReached from error

    def _note(self, scope: Scope, trace: str, status: int, seconds: float, *, prepared: bool = False) -> None:
        if self._recorder is not None and scope["path"] not in _OPEN_PATHS:
            # It is the gateway that says what is recorded; whoever calls a service past it may not.
            heard = self._verifier is None or "identity" in scope
            self._recorder.answered(scope, status, seconds, heard=heard, prepared=prepared)
        log = self._state.access_log
        if log is None:
            return
        milliseconds = int(seconds * 1_000_000) / 1000
        # The template, since ids in a path may be those of people; what lies ready is about events alone.
        path = scope["path"] if prepared else route_of(scope)
        line = AccessLine(time.time(), self._state.name, scope["method"], path, status, milliseconds, trace)
        if log.add(line):
            asyncio.get_running_loop().call_later(FLUSH_S, log.flush)


class _Exchange:
    """
    Sends one answer with its position, and remembers its status.
    """

    __slots__ = ("_send", "ended", "head", "position", "status")

    def __init__(self, state: ServiceState, send: Send, *, head: bool) -> None:
        self._send = send
        self.head = head
        self.position = state.position_header()
        self.status = 0
        self.ended = False

    async def send(self, message: Message) -> None:
        """Pass a message on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = message.setdefault("headers", [])
            if not any(name == POSITION_HEADER for name, _ in headers):
                message["headers"] = [*headers, (POSITION_HEADER, self.position)]
        elif message["type"] == "http.response.body":
            self.ended = not message.get("more_body", False)
            if self.head:
                message["body"] = b""
        await self._send(message)


def _stranger(verifier: Verifier, scope: Scope, headers: Headers) -> Problem | None:
    """Note who asks in the scope's `identity`; return why that cannot be believed, where it matters."""
    try:
        scope["identity"] = verifier.identity(headers.get(HEADER, b""))
    except NotIdentified as error:
        if scope["path"] in _OPEN_PATHS:
            return None
        if isinstance(error, OutOfTime):
            return ClocksDiffer(
                f"by the clock here, what the gateway says about who asks is {error}; it is good for {LIFETIME_S} s, "
                f"and clocks may differ by {LEEWAY_S} s"
            )
        return Unauthenticated("this service answers the gateway alone: send the request there")
    return None


def _refuse(problem: Problem) -> NoReturn:
    raise problem


def _trace(given: bytes) -> str:
    match = _TRACEPARENT.fullmatch(given)
    return match[1].decode() if match else next(_made_up)


def _trace_ids() -> Iterator[str]:
    """Yield random trace ids, a thousand from one look at the system's randomness."""
    while True:
        pool = os.urandom(16_000).hex()
        for at in range(0, len(pool), 32):
            yield pool[at : at + 32]


_made_up = _trace_ids()


def _asked(scope: Scope, headers: Headers) -> str | None:
    """Return the positions that a request asks for; in the query they count before those of the header."""
    query: bytes = scope["query_string"]
    if query and b"min_position" in query:
        found = parse_qs(query.decode("latin-1"), keep_blank_values=True).get("min_position")
        if found:
            return found[-1]
    asked = headers.get(ASKED_HEADER)
    return None if asked is None else asked.decode("latin-1")


def _part(positions: dict[Partition, int], followed: dict[Partition, int]) -> dict[Partition, int]:
    """A position of a topic that the projection does not read says nothing about it; before it is known, all count."""
    topics = {partition.topic for partition in followed}
    return {p: offset for p, offset in positions.items() if not topics or p.topic in topics}
