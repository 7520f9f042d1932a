"""
The gateway as an ASGI application: raw, because every layer between costs more than passing a request on.
"""

import logging
import time

from starlette.types import Message, Receive, Scope, Send

from gateway.bodies import CallerGone
from gateway.forwarder import Forwarder
from gateway.glance import Glance
from gateway.headers import Trace, trace_of
from gateway.identity.callers import Callers
from gateway.journal import Journal
from gateway.kept import Kept
from gateway.pages import Pages
from gateway.problems import MethodNotAllowed
from gateway.reads import Reads, Whole, key_of
from gateway.router import Router, check_path
from gateway.routes import Route
from gateway.upstreams import Upstreams
from inventory_stream.web import FieldError, InvalidRequest, Problem
from inventory_stream.web.logs import trace_id
from inventory_stream.web.problems import render
from inventory_stream.web.state import ServiceState

# Not in any RFC, but what access logs say of a request whose caller left before it was answered.
CALLER_GONE = 499
_logger = logging.getLogger(__name__)


class Gateway:
    """
    The application. Its own pages come first, then the table of routes, then nothing.
    """

    def __init__(
        self,
        state: ServiceState,
        upstreams: Upstreams,
        pages: Pages,
        router: Router,
        forwarder: Forwarder,
        reads: Reads,
        callers: Callers,
    ) -> None:
        """
        Args:
            state: what runners, metrics and the access log need.
            upstreams: asks services about themselves; opened and closed with the gateway.
            pages: what it answers itself.
            router: finds routes.
            forwarder: passes requests on.
            reads: answers from what is kept.
            callers: finds out who asks, and whether they may.
        """
        self._callers = callers
        self.service_state = state
        self._upstreams = upstreams
        self._pages = pages
        self._router = router
        self._forwarder = forwarder
        self._reads = reads
        self._journal = Journal(state)
        self.glance = Glance(reads, self._journal.glanced)
        state.on_leave.append(forwarder.leave)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """
        Answer one request.
        """
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)
        else:
            await send({"type": "websocket.close"})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        exchange = _Exchange(send, trace_of(scope["headers"]))
        trace_id.set(exchange.trace.id)
        try:
            await self._dispatch(exchange, scope, receive)
        except Problem as problem:
            await self._refuse(problem, exchange, scope, receive)
        except CallerGone:
            exchange.status = CALLER_GONE
        except Exception:
            _logger.exception("request failed: %s %s", scope["method"], exchange.route)
            if exchange.status:
                raise  # the answer has begun: only closing the connection can say that it is incomplete
            await self._refuse(Problem(), exchange, scope, receive)
        finally:
            seconds = time.perf_counter() - started
            self._journal.answered(scope["method"], exchange.route, exchange.status, seconds, exchange.trace.id)

    async def _dispatch(self, exchange: "_Exchange", scope: Scope, receive: Receive) -> None:
        raw_path: bytes = scope["raw_path"]
        check_path(raw_path)
        page = self._pages.find(raw_path)
        if page is not None:
            exchange.route = raw_path.decode("ascii")
            if scope["method"] not in ("GET", "HEAD"):
                raise MethodNotAllowed("GET, HEAD")
            response = await page(scope)
            response.headers["traceparent"] = exchange.trace.parent.decode()
            await response(scope, receive, exchange.send)
            return
        route = self._router.find(scope["method"], raw_path)
        exchange.route = route.path
        identity, exchange.cookie = await self._callers.admit(route, scope)
        if not await self._answer_kept(route, exchange, scope):
            await self._forwarder.forward(route, identity, exchange.trace, scope, receive, exchange.send)

    async def _answer_kept(self, route: Route, exchange: "_Exchange", scope: Scope) -> bool:
        """Answer from what is kept, or what is asked for all; return whether that could be."""
        key = key_of(route, scope)
        if key is None:
            return False
        headers = dict(scope["headers"])
        asked = headers.get(b"min-position")
        kept = await self._reads.read(key, route, exchange.trace) if asked is None else self._reads.look(key)
        if kept is None or (asked is not None and not _reaches(kept, asked)):
            return False
        await _send_whole(kept, headers.get(b"if-none-match", b""), exchange, scope)
        return True

    async def _refuse(self, problem: Problem, exchange: "_Exchange", scope: Scope, receive: Receive) -> None:
        response = render(problem, scope["path"], exchange.trace.id)
        response.headers["traceparent"] = exchange.trace.parent.decode()
        if isinstance(problem, MethodNotAllowed):
            response.headers["allow"] = problem.allow
        self._journal.failed(problem.kind, exchange.route)
        await response(scope, receive, exchange.send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await self._upstreams.open()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.service_state.draining = True
        await self._upstreams.close()
        await self._callers.close()
        self._forwarder.close()
        self._journal.close()
        await send({"type": "lifespan.shutdown.complete"})


class _Exchange:
    """
    One request: its trace, its route, the session that comes with its answer, and its status (0 before it has begun).
    """

    __slots__ = ("_send", "cookie", "route", "status", "trace")

    def __init__(self, send: Send, trace: Trace) -> None:
        self._send = send
        self.trace = trace
        self.route = "(none)"
        self.cookie = b""
        self.status = 0

    async def send(self, message: Message) -> None:
        """Pass a message on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if self.cookie:
                message["headers"] = [*message["headers"], (b"set-cookie", self.cookie)]
        await self._send(message)


def _reaches(kept: Kept | Whole, asked: bytes) -> bool:
    try:
        return isinstance(kept, Kept) and kept.reaches(asked.decode("latin-1"))
    except ValueError as error:
        raise InvalidRequest(errors=[FieldError("min-position", "header", str(error))]) from error


async def _send_whole(kept: Kept | Whole, condition: bytes, exchange: _Exchange, scope: Scope) -> None:
    status, body = (200, kept.body) if isinstance(kept, Kept) else (kept.status, kept.body)
    if isinstance(kept, Kept) and condition and kept.matches(condition):
        status, body = 304, b""
    headers = [pair for pair in kept.headers if pair[0] != b"content-length"]
    if status != 304:
        headers.append((b"content-length", b"%d" % len(body)))
    headers += ((b"age", b"0"), (b"traceparent", exchange.trace.parent))
    await exchange.send({"type": "http.response.start", "status": status, "headers": headers})
    await exchange.send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
