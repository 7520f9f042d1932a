"""
What is noted of each request: a line of the access log and a measurement, of the route and never of the person.
"""

import asyncio
import time
from collections import Counter

from opentelemetry.metrics import CallbackOptions, Observation

from gateway.exchange import Exchange
from gateway.headers import Trace
from gateway.recorder import Recorder
from gateway.routes import Route
from inventory_stream.web.logs import AccessLine
from inventory_stream.web.state import ServiceState

# Often: many lines at once would be a pause that requests notice.
FLUSH_S = 0.02
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Journal:
    """
    Notes answered requests.
    """

    def __init__(self, state: ServiceState, recorder: Recorder | None) -> None:
        """
        Args:
            state: has the metrics and the access log.
            recorder: of spans; None when nothing is recorded.
        """
        self._recorder = recorder
        self._state = state
        # Counted here and shown when asked for: in an overload most answers are refusals, and each has to be cheap.
        self._failures: Counter[tuple[str, str]] = Counter()
        state.metrics.meter.create_observable_counter(
            "seatstream.gateway.refused_or_failed",
            [self._show_failures],
            description="Requests answered by a problem of the gateway's own",
        )

    def answered(self, method: str, exchange: Exchange, seconds: float) -> None:
        """
        Note an answer.
        """
        # The caller chooses the method: without a bound it could make labels without end.
        method = method if method in _METHODS else "_OTHER"
        self._state.metrics.answered(method, exchange.route, exchange.status, seconds)
        self._log(method, exchange.route, exchange.status, seconds, exchange.trace.id)
        if self._recorder is not None:
            self._recorder.answered(method, exchange, seconds)

    def glanced(self, route: Route, status: int, seconds: float, trace: Trace) -> None:
        """
        Note an answer that lay ready: it is counted, since timing it would cost as much as it did.
        """
        self._state.metrics.prepared_answers += 1
        self._log("GET", route.path, status, seconds, trace.id)
        if self._recorder is not None:
            self._recorder.glanced(route, status, seconds, trace)

    def refused(self, kind: str, status: int, trace_id: str) -> None:
        """
        Note what was no request, and so has no method and no route.
        """
        self.failed(kind, "(none)")
        self._state.metrics.answered("_OTHER", "(none)", status, 0.0)
        self._log("_OTHER", "(none)", status, 0.0, trace_id)

    def failed(self, kind: str, route: str) -> None:
        """
        Note a problem of the gateway's own.
        """
        self._failures[kind, route] += 1

    def _show_failures(self, _: CallbackOptions) -> list[Observation]:
        return [Observation(n, {"kind": kind, "http.route": route}) for (kind, route), n in self._failures.items()]

    def close(self) -> None:
        """
        Write what is not written yet, send the last spans, and end the metrics.
        """
        if self._recorder is not None:
            self._recorder.close()
        self._state.metrics.close()
        if self._state.access_log is not None:
            self._state.access_log.flush()

    def _log(self, method: str, route: str, status: int, seconds: float, trace_id: str) -> None:
        # The template, since ids in a path may be those of people; who asked and with what query is not noted at all.
        log = self._state.access_log
        if log is None:
            return
        line = AccessLine(
            time.time(), self._state.name, method, route, status, int(seconds * 1_000_000) / 1000, trace_id
        )
        if log.add(line):
            asyncio.get_running_loop().call_later(FLUSH_S, log.flush)
