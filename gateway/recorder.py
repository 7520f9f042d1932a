"""
Spans of the gateway: of each request, and of each attempt to have it answered by a service. They name the route and the
service, and never a path, a query or a person.
"""

import time
from random import getrandbits
from types import TracebackType
from typing import Self

from gateway.exchange import Exchange
from gateway.headers import Trace
from gateway.routes import Route
from inventory_stream.telemetry import Span, Traces


class Recorder:
    """
    Makes spans of what has ended, and records those that are to be.
    """

    def __init__(self, traces: Traces) -> None:
        """
        Args:
            traces: decides, and takes spans.
        """
        self._traces = traces
        self.drawn = traces.drawn

    def attempt(self, route: Route, trace: Trace, *, resent: bool) -> "Attempt":
        """
        Return an attempt, to be used in a `with` around it.

        Args:
            resent: there was one before.
        """
        return Attempt(route, trace, resent=resent)

    def answered(self, method: str, exchange: Exchange, seconds: float) -> None:
        """
        Record a request, with its attempts; failures even when its trace is not recorded.

        Args:
            method: one of a bounded set.
        """
        trace = exchange.trace
        status = exchange.status
        broken = exchange.error if status < 400 else ""  # problems of callers are no errors of ours
        error = (exchange.error or str(status)) if status >= 500 else broken
        if exchange.page or not self._traces.wants(sampled=trace.sampled, failed=bool(error)):
            return
        known = {"http.route": exchange.route} if exchange.upstream else {}
        known |= {"seatstream.upstream": exchange.upstream} if exchange.upstream else {}
        known |= {"seatstream.answer": exchange.source} if exchange.source else {}
        self._add_request(method, known, status, seconds, trace, error)
        self._add_attempts(trace)

    def glanced(self, route: Route, status: int, seconds: float, trace: Trace) -> None:
        """
        Record a request whose answer lay ready.
        """
        if trace.sampled:
            known = {"http.route": route.path, "seatstream.upstream": route.upstream, "seatstream.answer": "kept"}
            self._add_request("GET", known, status, seconds, trace, "")

    def landed(self, trace: Trace) -> None:
        """
        Record the attempts for an answer that many may wait for: whoever asked first may have left meanwhile.
        """
        failed = bool(trace.attempts and trace.attempts[-1].error)
        if self._traces.wants(sampled=trace.sampled, failed=failed):
            self._add_attempts(trace)

    def close(self) -> None:
        """
        Send what is there.
        """
        self._traces.close()

    def _add_request(
        self, method: str, known: dict[str, str], status: int, seconds: float, trace: Trace, error: str
    ) -> None:
        verb = "HTTP" if method == "_OTHER" else method
        name = f"{verb} {known['http.route']}" if "http.route" in known else verb
        attributes: dict[str, str | int] = {"http.request.method": method, "http.response.status_code": status, **known}
        ended = time.time()
        span = Span(trace.id, trace.span, trace.caller, "server", name, ended, seconds, attributes, error)
        self._traces.add(span)

    def _add_attempts(self, trace: Trace) -> None:
        for span in trace.attempts:
            self._traces.add(span)
        trace.attempts.clear()


class Attempt:
    """
    One request to a service. `parent` is the header that makes the service's span its child; status: 0 without an answer.
    """

    __slots__ = ("_id", "_resent", "_route", "_started", "_trace", "parent", "status")

    def __init__(self, route: Route, trace: Trace, *, resent: bool) -> None:
        """
        Args:
            route: that leads to the service.
            trace: that the request belongs to.
            resent: there was an attempt before.
        """
        self._resent = resent
        self._route = route
        self._trace = trace
        self._id = f"{getrandbits(64) or 1:016x}"
        self.parent = b"%b%b%b" % (trace.parent[:36], self._id.encode(), trace.parent[52:])
        self.status = 0

    def __enter__(self) -> Self:
        """Begin."""
        self._started = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End."""
        route = self._route
        attributes: dict[str, str | int] = {
            "http.request.method": route.method,
            "url.template": route.path,
            "service.peer.name": route.upstream,
        }
        if self.status:
            attributes["http.response.status_code"] = self.status
        if self._resent:
            attributes["http.request.resend_count"] = 1
        wrong = kind.__name__ if kind is not None else str(self.status) if self.status >= 500 else ""
        self._trace.attempts.append(
            Span(
                self._trace.id,
                self._id,
                self._trace.span if self._trace.asked else "",
                "client",
                f"{route.method} {route.path}",
                time.time(),
                time.perf_counter() - self._started,
                attributes,
                wrong,
            )
        )
