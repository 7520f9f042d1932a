"""
The gateway as an ASGI application: raw, because every layer between costs more than passing a request on.
"""

import logging
import time
from contextlib import nullcontext

from starlette.types import Receive, Scope, Send

from gateway.bodies import CallerGone
from gateway.exchange import Exchange
from gateway.forwarder import Forwarder, target_of
from gateway.glance import Glance
from gateway.guard.pulse import Pulse
from gateway.headers import Headers, trace_of
from gateway.identity.callers import Callers
from gateway.journal import Journal
from gateway.kept import Kept, Whole
from gateway.limits.limiter import Caller
from gateway.limits.limits import Limits
from gateway.pages import PROBES, Page, Pages
from gateway.policies import Origins
from gateway.problems import MethodNotAllowed, TooMany
from gateway.reads import Reads, key_of
from gateway.recorder import Recorder
from gateway.repeats.repeats import HEADER, REPLAYED, Repeats
from gateway.router import Router, allowed, check_path
from gateway.routes import Route
from gateway.upstreams import Upstreams
from inventory_stream.web import FieldError, InvalidRequest, Problem
from inventory_stream.web.identity import Identity
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
        pulse: Pulse,
        repeats: Repeats,
        limits: Limits,
        origins: Origins,
        recorder: Recorder | None = None,
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
            pulse: of the event loop.
            repeats: answers requests that come twice.
            limits: of what one caller may ask.
            origins: the sites whose pages may read answers.
            recorder: of spans; None when nothing is recorded.
        """
        self.service_state = state
        self._upstreams = upstreams
        self._pages = pages
        self._router = router
        self._forwarder = forwarder
        self._reads = reads
        self._callers = callers
        self._pulse = pulse
        self._repeats = repeats
        self._limits = limits
        self._origins = origins
        self._journal = Journal(state, recorder)
        self._draw = None if recorder is None else recorder.drawn
        self.glance = Glance(reads, limits, callers.subject, self._journal.glanced, self._draw, origins.always)
        self.connections = limits.connections
        self.note_refusal = self._journal.refused
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
        exchange = Exchange(send, trace_of(scope["headers"], self._draw))
        trace_id.set(exchange.trace.id)
        try:
            await self._dispatch(exchange, scope, receive)
        except Problem as problem:
            await self._refuse(problem, exchange, scope)
        except CallerGone:
            exchange.status = CALLER_GONE
        except Exception as error:
            exchange.error = type(error).__name__
            _logger.exception("request failed: %s %s", scope["method"], exchange.route)
            if exchange.status:
                raise  # the answer has begun: only closing the connection can say that it is incomplete
            await self._refuse(Problem(), exchange, scope)
        finally:
            self._journal.answered(scope["method"], exchange, time.perf_counter() - started)

    async def _dispatch(self, exchange: Exchange, scope: Scope, receive: Receive) -> None:
        raw_path: bytes = scope["raw_path"]
        headers = _caller_headers(scope)
        exchange.extra += self._origins.headers(headers.get(b"origin", b""))
        check_path(raw_path)
        page = self._pages.find(raw_path)
        if scope["method"] == "OPTIONS" and b"access-control-request-method" in headers:
            await self._preflight(exchange, self._router.methods(raw_path) if page is None else ["GET"], headers)
            return
        if page is not None:
            await self._show(page, exchange, scope, receive, headers)
            return
        route = self._router.find(scope["method"], raw_path)
        exchange.route, exchange.upstream = route.path, route.upstream
        identity, caller = await self._admit(exchange, route, scope, headers)
        if route.keyed and HEADER in headers:
            answer = await self._answer_once(route, identity, caller, exchange, scope, receive, headers)
            exchange.source = "repeated" if REPLAYED in answer.headers else ""
            await exchange.send_whole(answer, b"", scope)
        elif not await self._answer_kept(route, exchange, scope, headers):
            with self._limits.streams.one_more(caller) if route.stream else nullcontext():
                asked = route, identity, caller.network, exchange.trace
                whole = await self._forwarder.forward(*asked, scope, receive, exchange.send)
            exchange.error = "" if whole else "broken-off"

    async def _show(
        self, page: Page, exchange: Exchange, scope: Scope, receive: Receive, headers: dict[bytes, bytes]
    ) -> None:
        """Show one of the gateway's own pages: to everybody, but no more often than what fans read."""
        exchange.route, exchange.page = scope["raw_path"].decode("ascii"), True
        if scope["method"] not in ("GET", "HEAD"):
            raise MethodNotAllowed("GET, HEAD")
        if exchange.route not in PROBES:
            exchange.extra += await self._limits.check(Caller("", self._limits.network(scope, headers)), "browse")
        await (await page(scope))(scope, receive, exchange.send)

    async def _admit(
        self, exchange: Exchange, route: Route, scope: Scope, headers: dict[bytes, bytes]
    ) -> tuple[Identity, Caller]:
        """Find out who asks, whether they may, and whether they have not asked too much: also of those who may not."""
        network = self._limits.network(scope, headers)
        try:
            identity, cookie = await self._callers.admit(route, scope)
        except Problem:
            exchange.extra += await self._limits.check(Caller("", network), route.rate)
            raise
        # Whoever has just got a session is as unknown as before: they could ask for another each time.
        caller = Caller("" if cookie else identity.subject, network)
        exchange.extra += await self._limits.check(caller, route.rate)
        if cookie:
            exchange.extra.append((b"set-cookie", cookie))
        return identity, caller

    async def _answer_once(
        self,
        route: Route,
        identity: Identity,
        caller: Caller,
        exchange: Exchange,
        scope: Scope,
        receive: Receive,
        headers: dict[bytes, bytes],
    ) -> Whole:
        """Answer a request with a key: the first is passed on, its repetitions get the same answer."""
        body = await self._forwarder.bodies.gather(scope, receive)
        request = (target_of(scope), headers.get(b"content-type", b""), body)
        return await self._repeats.answer(
            headers[HEADER],
            # A fan who has just got a session comes again with it, or without when the answer was lost.
            [f"{route.path}\n{owner}" for owner in dict.fromkeys((caller.subject or caller.network, identity.subject))],
            request,
            lambda: self._forwarder.ask_whole(route, identity, caller.network, exchange.trace, scope, body),
        )

    async def _preflight(self, exchange: Exchange, methods: list[str], headers: dict[bytes, bytes]) -> None:
        answer = self._origins.preflight(headers.get(b"origin", b""), methods)
        if not answer:
            raise MethodNotAllowed(allowed(methods))
        exchange.extra = answer
        await exchange.send({"type": "http.response.start", "status": 204, "headers": []})
        await exchange.send({"type": "http.response.body", "body": b""})

    async def _answer_kept(self, route: Route, exchange: Exchange, scope: Scope, headers: dict[bytes, bytes]) -> bool:
        """Answer from what is kept, or what is asked for all; return whether that could be."""
        key = key_of(route, scope)
        if key is None:
            return False
        asked = headers.get(b"min-position")
        kept: Kept | Whole | None = self._reads.look(key)
        exchange.source = "kept"
        if kept is None and asked is None:
            exchange.source = "shared" if self._reads.flies(key) else ""
            kept = await self._reads.read(key, route, exchange.trace)
        if kept is None or (asked is not None and not _reaches(kept, asked)):
            exchange.source = ""
            return False
        await exchange.send_whole(kept, headers.get(b"if-none-match", b""), scope)
        return True

    async def _refuse(self, problem: Problem, exchange: Exchange, scope: Scope) -> None:
        response = render(problem, scope["path"], exchange.trace.id)
        found = _problem_headers(problem)
        names = {name for name, _ in found}
        headers = [pair for pair in response.raw_headers if pair[0] not in names] + found
        exchange.error = exchange.error or problem.kind
        self._journal.failed(problem.kind, exchange.route)
        await exchange.send({"type": "http.response.start", "status": problem.status, "headers": headers})
        await exchange.send({"type": "http.response.body", "body": response.body})

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await self._upstreams.open()
        self._pulse.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.service_state.draining = True
        await self._upstreams.close()
        await self._callers.close()
        self._forwarder.close()
        await self._repeats.close()
        self._pulse.stop()
        await self._limits.close()
        self._journal.close()
        await send({"type": "lifespan.shutdown.complete"})


def _caller_headers(scope: Scope) -> dict[bytes, bytes]:
    """The headers by name, those that came several times joined (RFC 9110, section 5.3)."""
    found: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        found[name] = found[name] + b"," + value if name in found else value
    return found


def _problem_headers(problem: Problem) -> Headers:
    if isinstance(problem, MethodNotAllowed):
        return [(b"allow", problem.allow.encode())]
    if isinstance(problem, TooMany):
        return [*problem.limits, (b"retry-after", problem.retry_after)]
    return []


def _reaches(kept: Kept | Whole, asked: bytes) -> bool:
    try:
        return isinstance(kept, Kept) and kept.reaches(asked.decode("latin-1"))
    except ValueError as error:
        raise InvalidRequest(errors=[FieldError("min-position", "header", str(error))]) from error
