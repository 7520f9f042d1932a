"""
The server in front of the application: uvicorn's, with differences. Whatever can be answered from bytes that lie ready is
answered before there is a task or a scope. What two programs could read in two ways is refused. And nobody holds a
connection by saying nothing, or too little, or by not reading what was answered.
"""

import asyncio
import re
from collections.abc import Callable
from typing import Any

import httptools
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.cycle import DoorCycle, refusal, scope_of
from gateway.headers import Headers, new_trace
from gateway.limits.connections import Connections
from gateway.problems import HeadersTooLarge, HeadersTooSlow, NotHttp
from gateway.upgrade import Rest, head_of_rest
from gateway.watch import Watch
from inventory_stream.web import Problem, TooManyRequests
from inventory_stream.web.state import ServiceState

# Method, target, headers and address of the caller → the bytes of an answer but for its date, or None.
Glance = Callable[[bytes, bytes, Headers, tuple[str, int] | None], tuple[bytes, bytes] | None]
HEAD_LIMIT = 49_152  # a thousand ids of events in the target, and what browsers send beside it
# Each header counts for more than its bytes, as in HTTP/2 (RFC 9113, section 6.5.2): many small ones cost most.
HEADER_COST = 32
HEAD_TIMEOUT_S = 10.0
LINGER_S = 1.0
MOST_WAITING = 32  # requests of one connection that are read before their turn
_HOST = re.compile(rb"(?:[\w.~!$&'()*+,;=%-]*|\[[0-9A-Fa-f:.]+\])(?::\d*)?", re.ASCII)


class DoorProtocol(HttpToolsProtocol):
    """
    One connection of a caller.
    """

    cycle: DoorCycle

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        app: Any = self.config.app
        self._glance: Glance = app.glance
        self._state: ServiceState = app.service_state
        self._connections: Connections = app.connections
        self._note_refusal: Callable[[str, int, str], None] = app.note_refusal
        self._glanced = self._in_head = False
        self._head_size = self._hosts = self._codings = 0
        self._unheard = 0  # bytes that came since something could be made of them
        self._timer: asyncio.TimerHandle | None = None
        self._running: DoorCycle | None = None
        self._wrong: type[Problem] = NotHttp
        self._refusal: type[Problem] | None = None
        self._host = self._rest = self._default_lines = b""
        self._defaults: Headers = []

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin; whoever connects has something to say, unless there are too many."""
        super().connection_made(transport)
        self._watch = Watch(transport, self.loop)
        if self._connections.opened(self._peer):
            self._timer = self.loop.call_later(HEAD_TIMEOUT_S, self._tire)
        else:
            self._refuse(TooManyRequests)

    def data_received(self, data: bytes) -> None:
        """Read; what does not end is waited for only so long, and kept only so far."""
        if self._refusal is not None:
            return
        self._unset_keepalive_if_required()
        self._unheard += len(data)
        self._feed(data)
        if self._unheard > HEAD_LIMIT and self._refusal is None:
            self._refuse(HeadersTooLarge)
        if self._timer is None and self.timeout_keep_alive_task is None and (self._in_head or self._idle):
            self._timer = self.loop.call_later(HEAD_TIMEOUT_S, self._tire)

    def connection_lost(self, exc: Exception | None) -> None:
        """End, also for those whose turn had not come or who are not the last."""
        self._stop_timer()
        self._watch.end()
        self._connections.closed(self._peer)
        for cycle in (self._running, *(cycle for cycle, _ in self.pipeline)):
            if cycle is not None and not cycle.response_complete:
                cycle.disconnected = True
                cycle.message_event.set()
        self.pipeline.clear()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The caller does not take what was sent: wait, but not for ever."""
        super().pause_writing()
        self._watch.begin()

    def resume_writing(self) -> None:
        """The caller has taken all."""
        super().resume_writing()
        self._watch.end()

    def on_message_begin(self) -> None:
        """A request begins."""
        self.url, self.headers = b"", []
        self.expect_100_continue = self._glanced = False
        self._in_head, self._head_size, self._hosts, self._codings = True, 0, 0, 0
        self._stop_timer()

    def on_url(self, url: bytes) -> None:
        """A piece of the target."""
        self._count(len(url))
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """
        A header. What comes after the body is none (RFC 9110, section 6.5): nobody may say there who they are.

        Raises:
            ValueError: two programs could take it for different things.
        """
        self._count(len(name) + len(value) + HEADER_COST)
        if not self._in_head:
            return
        name = name.lower()
        if name == b"host":
            self._hosts += 1
            if value != self._host and not _HOST.fullmatch(value):
                raise ValueError("this is no host")
            self._host = value
        elif name == b"transfer-encoding":
            self._codings += 1
            if value.lower() != b"chunked":
                raise ValueError("this coding is not known here")
        elif name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """The head is here: answer, or make a task that does."""
        self._in_head = False
        self._stop_timer()
        version = self.parser.get_http_version()
        self._check_head(version)
        if self.parser.should_upgrade():
            self._rest = head_of_rest(self.headers)
        # Whoever comes while we leave should come back elsewhere, not meet a closed connection next time.
        method, keep_alive = self.parser.get_method(), self.parser.should_keep_alive() and not self._state.draining
        idle = self._idle
        if idle and keep_alive and not self.flow.write_paused:
            answer = self._glance(method, self.url, self.headers, self.client)
            if answer is not None:
                self._answer(*answer)
                return
        self.cycle = self._cycle(method, version, keep_alive=keep_alive)
        if idle:
            self._start_asgi_task(self.cycle, self.app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._unheard = 0
        if self._glanced or self.cycle.response_complete:
            return
        self.cycle.body += body
        if len(self.cycle.body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()
        self.cycle.message_event.set()

    def on_message_complete(self) -> None:
        """The request is here."""
        self._unheard = 0
        if self._rest:
            self.parser = httptools.HttpRequestParser(Rest(self))
        elif not (self._glanced or self.cycle.response_complete):
            self.cycle.more_body = False
            self.cycle.message_event.set()

    def on_response_complete(self) -> None:
        """A request is answered: the next one, or what is wrong with it."""
        super().on_response_complete()
        if self._refusal is not None and self._idle:
            self._say(self._refusal)

    @property
    def _peer(self) -> str:
        """The address at the other end."""
        return self.client[0] if self.client else ""

    @property
    def _idle(self) -> bool:
        """Whether there is nothing to answer."""
        return self.cycle is None or self.cycle.response_complete

    def _feed(self, data: bytes) -> None:
        while data:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                # Nothing else is spoken here: what follows is the rest of the request, or the next one.
                data, self._rest = self._rest + data[upgrade.args[0] :], b""
            except httptools.HttpParserError:
                self._refuse(self._wrong)
                return
            else:
                return

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def _count(self, size: int) -> None:
        self._unheard = 0
        self._head_size += size
        if self._head_size > HEAD_LIMIT:
            self._wrong = HeadersTooLarge
            raise ValueError("the head is too large")

    def _check_head(self, version: str) -> None:
        """RFC 9112, sections 3.2 and 6.1: one host, and a body that is framed in one way."""
        if self._hosts > 1 or (version == "1.1" and not self._hosts):
            raise ValueError("a request names one host")
        if version not in ("1.0", "1.1") or self._codings > (version == "1.1"):
            raise ValueError("the body could be read in two ways")
        if len(self.pipeline) >= MOST_WAITING:
            self._wrong = TooManyRequests
            raise ValueError("too many requests wait on this connection")

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tire(self) -> None:
        """Whoever has begun is told; whoever says nothing, or not the end of what nobody waits for, is left."""
        self._timer = None
        if self._in_head:
            self._refuse(HeadersTooSlow)
        else:
            self.transport.close()

    def _answer(self, head: bytes, body: bytes) -> None:
        self._glanced = True
        defaults = self.server_state.default_headers
        if defaults is not self._defaults:  # the server makes a new list each second, with the new date
            self._defaults = defaults
            self._default_lines = b"".join([b"%b: %b\r\n" % pair for pair in defaults]) + b"\r\n"
        self.transport.write(b"".join((head, self._default_lines, body)))
        self.on_response_complete()

    def _cycle(self, method: bytes, version: str, *, keep_alive: bool) -> DoorCycle:
        self.scope = scope_of(self, method, version)
        return DoorCycle(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue and version != "1.0",
            keep_alive=keep_alive and version != "1.0",
            on_response=self.on_response_complete,
        )

    def _refuse(self, problem: type[Problem]) -> None:
        """Hear no more; those before it are answered first."""
        self._refusal = problem
        self._stop_timer()
        cycle = self.cycle
        if cycle is not None and cycle.more_body and not cycle.response_complete:
            self._drop(cycle)
        if self._running is None or self._running.response_complete or self._running.disconnected:
            self._say(problem)

    def _drop(self, cycle: DoorCycle) -> None:
        """Give a request up whose body is wrong."""
        if self.pipeline and self.pipeline[0][0] is cycle:
            self.pipeline.popleft()
            cycle.response_complete = True
        cycle.disconnected = True
        cycle.message_event.set()

    def _say(self, problem: type[Problem]) -> None:
        """Say what is wrong, and hear the rest for a moment: closing at once would take the words from the caller."""
        if self.transport.is_closing():
            return
        self._unset_keepalive_if_required()
        if self._running is None or self._running.response_complete or not self._running.response_started:
            trace = new_trace()
            self._note_refusal(problem.kind, problem.status, trace.id)
            self.transport.write(refusal(problem(), trace, self.server_state.default_headers))
            self.transport.write_eof()
        self._timer = self.loop.call_later(LINGER_S, self.transport.close)
