"""
The server in front of the application: uvicorn's with two differences. Whatever can be answered from bytes that lie ready
is answered before there is a task or a scope; and an answer's head goes out with the first piece of its body, unexamined:
where it came from it was parsed already.
"""

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import httptools
from starlette.types import Message
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from gateway.headers import Headers
from gateway.problems import HeadersTooLarge, HeadersTooSlow, NotHttp
from inventory_stream.web import Problem
from inventory_stream.web.problems import render

# Method, target, headers and address of the caller → the bytes of an answer but for its date, or None.
Glance = Callable[[bytes, bytes, Headers, tuple[str, int] | None], tuple[bytes, bytes] | None]
HEAD_LIMIT = 49_152  # a thousand ids of events in the target, and what browsers send beside it
HEAD_TIMEOUT_S = 10.0
LINGER_S = 1.0


class DoorProtocol(HttpToolsProtocol):
    """
    One connection of a caller.
    """

    cycle: "DoorCycle"

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._glance: Glance = self.config.app.glance  # type: ignore[union-attr]
        self._glanced = False
        self._head_size = 0
        self._in_head = False
        self._head_timer: asyncio.TimerHandle | None = None
        self._refusal: type[Problem] = NotHttp
        self._refused = False
        self._defaults: Headers = []
        self._default_lines = b""

    def data_received(self, data: bytes) -> None:
        """Read; a head that does not end is waited for only so long."""
        if self._refused:
            return
        super().data_received(data)
        if self._in_head and self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_TIMEOUT_S, self._refuse, HeadersTooSlow)

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._stop_timer()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A request begins."""
        self.url, self.headers = b"", []
        self.expect_100_continue = self._glanced = False
        self._in_head, self._head_size = True, 0

    def on_url(self, url: bytes) -> None:
        """A piece of the target."""
        self._count(len(url))
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header."""
        self._count(len(name) + len(value))
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """The head is here: answer, or make a task that does."""
        self._in_head = False
        self._stop_timer()
        method, keep_alive = self.parser.get_method(), self.parser.should_keep_alive()
        idle = self.cycle is None or self.cycle.response_complete
        if idle and keep_alive and not self.flow.write_paused:
            answer = self._glance(method, self.url, self.headers, self.client)
            if answer is not None:
                self._answer(*answer)
                return
        self.cycle = self._cycle(method, keep_alive=keep_alive)
        if idle:
            self._start_asgi_task(self.cycle, self.app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        if self._glanced or self.cycle.response_complete:
            return
        self.cycle.body += body
        if len(self.cycle.body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()
        self.cycle.message_event.set()

    def on_message_complete(self) -> None:
        """The request is here."""
        if not (self._glanced or self.cycle.response_complete):
            self.cycle.more_body = False
            self.cycle.message_event.set()

    def send_400_response(self, msg: str) -> None:
        """Say what is wrong with the head, in the shape of all problems."""
        self._refuse(self._refusal)

    def _count(self, size: int) -> None:
        self._head_size += size
        if self._head_size > HEAD_LIMIT:
            self._refusal = HeadersTooLarge
            raise ValueError("the head is too large")

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _answer(self, head: bytes, body: bytes) -> None:
        self._glanced = True
        defaults = self.server_state.default_headers
        if defaults is not self._defaults:  # the server makes a new list each second, with the new date
            self._defaults = defaults
            self._default_lines = b"".join([b"%b: %b\r\n" % pair for pair in defaults]) + b"\r\n"
        self.transport.write(b"".join((head, self._default_lines, body)))
        self.on_response_complete()

    def _cycle(self, method: bytes, *, keep_alive: bool) -> "DoorCycle":
        version = self.parser.get_http_version()
        url = httptools.parse_url(self.url)
        path = url.path.decode("ascii")
        self.scope = {
            "type": "http",
            "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "http_version": version,
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme or "http",
            "root_path": "",
            "headers": self.headers,
            "state": self.app_state,
            "method": method.decode("ascii"),
            "path": unquote(path) if "%" in path else path,
            "raw_path": url.path,
            "query_string": url.query or b"",
        }
        return DoorCycle(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=keep_alive and version != "1.0",
            on_response=self.on_response_complete,
        )

    def _refuse(self, problem: type[Problem]) -> None:
        """Say what is wrong, and hear the rest for a moment: closing at once would take the words from the caller."""
        self._refused = True
        if self.cycle is None or self.cycle.response_complete:
            response = render(problem(), "", "")
            lines = b"".join([b"%b: %b\r\n" % pair for pair in response.raw_headers])
            head = STATUS_LINE[problem.status] + lines + b"connection: close\r\n\r\n"
            self.transport.write(head + bytes(response.body))
            self.transport.write_eof()
        self._stop_timer()
        self._head_timer = self.loop.call_later(LINGER_S, self.transport.close)


class DoorCycle(RequestResponseCycle):
    """
    One request and its answer.
    """

    _begun: Message | None = None

    async def send(self, message: Any) -> None:
        """
        Send a piece of the answer; its head waits for the first piece of the body.

        Raises:
            RuntimeError: the body is not as long as the head says, or a header is more than a line.
        """
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        if message["type"] == "http.response.start":
            self.response_started, self.waiting_for_100_continue = True, False
            self._begun = message
            return
        begun, self._begun = self._begun, None
        data = self._head(begun) if begun is not None else b""
        more: bool = message.get("more_body", False)
        data += self._framed(message.get("body", b""), more=more)
        if data:
            self.transport.write(data)
        if not more:
            self._end()

    def _head(self, message: Message) -> bytes:
        status: int = message["status"]
        headers: Headers = message["headers"]
        length = None
        lines = [STATUS_LINE[status]]
        for name, value in self.default_headers:
            lines += (name, b": ", value, b"\r\n")
        for name, value in headers:
            lines += (name, b": ", value, b"\r\n")
            if name == b"content-length":
                length = int(value)
        self.expected_content_length = length or 0
        self.chunked_encoding = False
        if length is None and self.scope["method"] != "HEAD" and status not in (204, 304):
            self.chunked_encoding = self.scope["http_version"] != "1.0"
            lines.append(b"transfer-encoding: chunked\r\n" if self.chunked_encoding else b"")
        if not self.keep_alive:
            lines.append(b"connection: close\r\n")
        lines.append(b"\r\n")
        return b"".join(lines)

    def _framed(self, body: bytes, *, more: bool) -> bytes:
        if self.scope["method"] == "HEAD":
            self.expected_content_length = 0
            return b""
        if self.chunked_encoding:
            framed = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
            return framed if more else framed + b"0\r\n\r\n"
        self.expected_content_length -= len(body)
        return body

    def _end(self) -> None:
        self.response_complete = True
        self.message_event.set()
        if self.expected_content_length and self.scope["http_version"] != "1.0":
            raise RuntimeError("the body is not as long as the head says")
        if not self.keep_alive:
            self.transport.close()
        self.on_response()
