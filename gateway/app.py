"""
The gateway, put together: raw ASGI, because every layer between costs more than passing a request on.
"""

import asyncio
import logging
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from importlib.metadata import version as package_version

from starlette.types import Message, Receive, Scope, Send

from gateway.document import Documents
from gateway.forwarder import Forwarder
from gateway.headers import Trace, trace_of
from gateway.pages import Pages
from gateway.problems import MethodNotAllowed
from gateway.router import Router, check_path
from gateway.routes import ROUTES, Route
from gateway.settings import GatewaySettings
from gateway.status import utc_now
from gateway.upstreams import Upstreams
from inventory_stream.web import Problem
from inventory_stream.web.logs import AccessLine, AccessLog, trace_id
from inventory_stream.web.metrics import ServiceMetrics
from inventory_stream.web.problems import render
from inventory_stream.web.state import ServiceState

NAME = "gateway"
FLUSH_S = 0.1
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_logger = logging.getLogger(__name__)


class Gateway:
    """
    The application. Its own pages come first, then the table of routes, then nothing.
    """

    def __init__(
        self, state: ServiceState, upstreams: Upstreams, pages: Pages, router: Router, forwarder: Forwarder
    ) -> None:
        """
        Args:
            state: what runners, metrics and the access log need.
            upstreams: the pool, opened and closed with the gateway.
            pages: what it answers itself.
            router: finds routes.
            forwarder: passes requests on.
        """
        self.service_state = state
        self._upstreams = upstreams
        self._pages = pages
        self._router = router
        self._forwarder = forwarder
        self._failures = state.metrics.meter.create_counter(
            "seatstream.gateway.refused_or_failed", description="Requests answered by a problem of the gateway's own"
        )

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
        except Exception:
            _logger.exception("request failed: %s %s", scope["method"], scope["path"])
            if exchange.status:
                raise  # the answer has begun: only closing the connection can say that it is incomplete
            await self._refuse(Problem(), exchange, scope, receive)
        finally:
            self._record(exchange, scope, time.perf_counter() - started)

    async def _dispatch(self, exchange: "_Exchange", scope: Scope, receive: Receive) -> None:
        raw_path: bytes = scope["raw_path"]
        check_path(raw_path)
        page = self._pages.find(raw_path)
        if page is not None:
            exchange.route = raw_path.decode("ascii")
            if scope["method"] not in ("GET", "HEAD"):
                raise MethodNotAllowed("GET, HEAD")
            response = await page(scope)
            response.headers["traceparent"] = exchange.trace.parent
            await response(scope, receive, exchange.send)
            return
        route = self._router.find(scope["method"], raw_path)
        exchange.route = route.path
        await self._forwarder.forward(route, exchange.trace, scope, receive, exchange.send)

    async def _refuse(self, problem: Problem, exchange: "_Exchange", scope: Scope, receive: Receive) -> None:
        response = render(problem, scope["path"], exchange.trace.id)
        response.headers["traceparent"] = exchange.trace.parent
        if isinstance(problem, MethodNotAllowed):
            response.headers["allow"] = problem.allow
        self._failures.add(1, {"kind": problem.kind, "http.route": exchange.route})
        await response(scope, receive, exchange.send)

    def _record(self, exchange: "_Exchange", scope: Scope, seconds: float) -> None:
        # The caller chooses the method: without a bound it could make labels without end.
        method = scope["method"] if scope["method"] in _METHODS else "_OTHER"
        self.service_state.metrics.answered(method, exchange.route, exchange.status, seconds)
        log = self.service_state.access_log
        if log is None:
            return
        milliseconds = round(seconds * 1000, 3)
        line = AccessLine(time.time(), NAME, method, scope["path"], exchange.status, milliseconds, exchange.trace.id)
        if log.add(line):
            asyncio.get_running_loop().call_later(FLUSH_S, log.flush)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await self._upstreams.open()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.service_state.draining = True
        await self._upstreams.close()
        self.service_state.metrics.close()
        if self.service_state.access_log is not None:
            self.service_state.access_log.flush()
        await send({"type": "lifespan.shutdown.complete"})


class _Exchange:
    """
    One request: its trace, its route and the status of its answer (0 before it has begun).
    """

    __slots__ = ("_send", "route", "status", "trace")

    def __init__(self, send: Send, trace: Trace) -> None:
        self._send = send
        self.trace = trace
        self.route = "(none)"
        self.status = 0

    async def send(self, message: Message) -> None:
        """Pass a message on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)


def create_app(
    settings: GatewaySettings,
    *,
    routes: Sequence[Route] = ROUTES,
    write_log: Callable[[str], object] | None = None,
    clock: Callable[[], float] = time.monotonic,
    now: Callable[[], datetime] = utc_now,
) -> Gateway:
    """
    Put the gateway together.

    Args:
        settings: addresses and limits.
        routes: the table.
        write_log: takes lines of the access log; standard output when None.
        clock: seconds, rising.
        now: the time.
    """
    version = package_version("seatstream")
    log = AccessLog(write_log or sys.stdout.write) if settings.access_log else None
    state = ServiceState(NAME, version, (), ServiceMetrics(NAME, version), log)
    upstreams = Upstreams(settings)
    documents = Documents(upstreams, routes, settings.openapi_cache_s, clock)
    pages = Pages(state, settings, upstreams, documents, routes, now)
    return Gateway(state, upstreams, pages, Router(routes), Forwarder(upstreams, settings.body_limit_bytes))
