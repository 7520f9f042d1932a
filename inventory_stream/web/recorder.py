"""
Spans of a service: one for each request that is recorded. They name the route, and never a path, a query or a person.
"""

import os
import time
from collections.abc import Callable

from starlette.types import Scope

from inventory_stream.telemetry import Span, Traces, parent_of

NO_ROUTE = "(none)"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Recorder:
    """
    Makes spans of answered requests, if their traces are recorded or they have failed.
    """

    def __init__(self, traces: Traces, prepared_route: Callable[[Scope], str]) -> None:
        """
        Args:
            traces: decides, and takes spans.
            prepared_route: the template of a path that was answered from prepared bytes.
        """
        self._traces = traces
        self._prepared_route = prepared_route

    def answered(self, scope: Scope, status: int, seconds: float, *, heard: bool, prepared: bool = False) -> None:
        """
        Record a request.

        Args:
            scope: has `trace_id`, and `route` unless it was answered from prepared bytes.
            heard: what it says about being recorded counts: it comes from the gateway, which has decided.
        """
        parent, sampled = _parent(scope)
        if not self._traces.wants(sampled=sampled and heard, failed=status >= 500):
            return
        method = scope["method"] if scope["method"] in _METHODS else "_OTHER"
        route = self._prepared_route(scope) if prepared else route_of(scope)
        name = "HTTP" if method == "_OTHER" else method
        attributes = {"http.request.method": method, "http.response.status_code": status}
        if route != NO_ROUTE:
            name = f"{name} {route}"
            attributes["http.route"] = route
        if prepared:
            attributes["seatstream.answer"] = "prepared"
        error = str(status) if status >= 500 else ""
        own = scope.get("span_id") or os.urandom(8).hex()
        self._traces.add(
            Span(scope["trace_id"], own, parent, "server", name, time.time(), seconds, attributes, error),
        )


def traceparent_below(scope: Scope) -> str:
    """
    Return the header for what is written while a request is answered: the request's own span is its parent.
    """
    own = scope.setdefault("span_id", os.urandom(8).hex())
    flags = "01" if _parent(scope)[1] else "00"
    return f"00-{scope['trace_id']}-{own}-{flags}"


def route_of(scope: Scope) -> str:
    """
    Return the template of a request's path.
    """
    return getattr(scope.get("route"), "path", "") or NO_ROUTE


def no_route(_: Scope) -> str:
    """
    Return that there is none, for a service without prepared answers.
    """
    return NO_ROUTE


def _parent(scope: Scope) -> tuple[str, bool]:
    """The caller's span, unless its header was no good, so that a new trace began."""
    given = dict(scope["headers"]).get(b"traceparent", b"")
    return parent_of(given) if given[3:35].decode("latin-1") == scope["trace_id"] else ("", False)
