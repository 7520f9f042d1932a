"""
The door of every service, as one ASGI application around the others: position in, position out, trace id, access log,
metrics, and no error that escapes.
"""

import asyncio
import logging
import os
import re
import time
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from inventory_stream.log.base import Partition
from inventory_stream.web.logs import AccessLine, trace_id
from inventory_stream.web.positions import parse_positions
from inventory_stream.web.problems import FieldError, InvalidRequest, PositionNotReached, Problem, render
from inventory_stream.web.state import ServiceState

POSITION_HEADER = b"stream-position"
ASKED_HEADER = b"min-position"
FLUSH_S = 0.1
_TRACEPARENT = re.compile(rb"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_logger = logging.getLogger(__name__)


class Answer(NamedTuple):
    """
    A whole answer made before it was asked for.
    """

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


Prepared = Callable[[Scope], Answer | None]


class Door:
    """
    Wraps the application of a service.
    """

    def __init__(self, app: ASGIApp, state: ServiceState, prepared: Prepared | None, position_timeout_s: float) -> None:
        """
        Args:
            app: what answers requests.
            state: of the service.
            prepared: gives a prepared answer or None; asked first, for hot paths.
            position_timeout_s: how long a request may wait for its `min_position`.
        """
        self._app = app
        self._state = state
        self._prepared = prepared
        self._position_timeout_s = position_timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """
        Answer one request.
        """
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        asked = _read_headers(scope)
        if asked is None and self._prepared is not None:
            answer = self._prepared(scope)
            if answer is not None:
                await self._send_prepared(answer, scope, send)
                self._log(scope, answer.status, time.perf_counter() - started)
                return
        method = scope["method"]
        exchange = _Exchange(self._state, send, head=method == "HEAD")
        if exchange.head:
            scope["method"] = "GET"  # routes need not know of HEAD: it is GET without the body
        try:
            await self._answer(asked, exchange, scope, receive)
        finally:
            scope["method"] = method
            seconds = time.perf_counter() - started
            self._log(scope, exchange.status, seconds)
            self._state.metrics.answered(method, _route(scope), exchange.status, seconds)

    async def _send_prepared(self, answer: Answer, scope: Scope, send: Send) -> None:
        headers = [*answer.headers, (POSITION_HEADER, self._state.position_header())]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        body = b"" if scope["method"] == "HEAD" else answer.body
        await send({"type": "http.response.body", "body": body})
        self._state.metrics.prepared_answers += 1

    async def _answer(self, asked: str | None, exchange: "_Exchange", scope: Scope, receive: Receive) -> None:
        trace_id.set(scope["trace_id"])
        try:
            if asked is not None:
                await self._reach(asked)
            exchange.position = self._state.position_header()
            await self._app(scope, receive, exchange.send)
        except Problem as problem:
            await render(problem, scope["path"], scope["trace_id"])(scope, receive, exchange.send)
        except Exception:
            _logger.exception("request failed: %s %s", scope["method"], scope["path"])
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

    def _log(self, scope: Scope, status: int, seconds: float) -> None:
        log = self._state.access_log
        if log is None:
            return
        line = AccessLine(
            time.time(),
            self._state.name,
            scope["method"],
            scope["path"],
            status,
            round(seconds * 1000, 3),
            scope["trace_id"],
        )
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


def _read_headers(scope: Scope) -> str | None:
    asked: str | None = None
    trace = ""
    for name, value in scope["headers"]:
        if name == ASKED_HEADER:
            asked = value.decode("latin-1")
        elif name == b"traceparent" and (match := _TRACEPARENT.fullmatch(value)):
            trace = match[1].decode()
    scope["trace_id"] = trace or os.urandom(16).hex()
    if b"min_position" in scope["query_string"]:
        found = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True).get("min_position")
        return found[-1] if found else asked
    return asked


def _part(positions: dict[Partition, int], followed: dict[Partition, int]) -> dict[Partition, int]:
    """A position of a topic that the projection does not read says nothing about it; before it is known, all count."""
    topics = {partition.topic for partition in followed}
    return {p: offset for p, offset in positions.items() if not topics or p.topic in topics}


def _route(scope: Scope) -> str:
    return getattr(scope.get("route"), "path", "") or "(none)"
