"""
What the gateway answers itself.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial

import msgspec
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from gateway.document import Documents
from gateway.recent import Recent
from gateway.reference import Reference
from gateway.routes import Route
from gateway.settings import GatewaySettings
from gateway.status import overview
from gateway.status_page import page
from gateway.upstreams import Upstreams
from inventory_stream.web import Unavailable
from inventory_stream.web.health import JSON, NO_STORE
from inventory_stream.web.state import ServiceState

Page = Callable[[Scope], Awaitable[Response]]
# Whoever runs the system asks these, often, and waits for no limit.
PROBES = frozenset({"/healthz", "/readyz"})
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"
_PAGE_HEADERS = NO_STORE | {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Vary": "Accept",
}


class Pages:
    """
    The gateway's own answers by path.
    """

    def __init__(
        self,
        state: ServiceState,
        settings: GatewaySettings,
        upstreams: Upstreams,
        documents: Documents,
        routes: Sequence[Route],
        now: Callable[[], datetime],
        clock: Callable[[], float],
    ) -> None:
        """
        Args:
            state: of this process.
            settings: limits of `/status`.
            upstreams: the pool.
            documents: for `/openapi.json`.
            routes: the table, shown at `/`.
            now: the time.
            clock: seconds, rising.
        """
        self._state = state
        # Everybody may ask how the system is; the services are not asked as often as somebody reloads a page.
        self._overview = Recent(partial(overview, upstreams, settings, now), settings.status_cache_s, clock)
        # Writing all metrics down takes milliseconds in which nothing else is answered.
        self._exposition = Recent(self._expose, settings.metrics_cache_s, clock)
        self._documents = documents
        self._routes = routes
        self._now = now
        self._pages: dict[bytes, Page] = {
            b"/": self.show_index,
            b"/status": self.show_status,
            b"/healthz": self.say_alive,
            b"/readyz": self.say_ready,
            b"/metrics": self.show_metrics,
            b"/openapi.json": self.show_openapi,
            **Reference().pages(),
        }

    def find(self, raw_path: bytes) -> Page | None:
        """
        Return what answers this path, if the gateway does itself.
        """
        return self._pages.get(raw_path)

    async def show_index(self, _: Scope) -> Response:
        """
        List what there is.
        """
        routes = [{"method": r.method, "path": r.path, "audience": r.audience} for r in self._routes]
        links = {
            "status": "/status",
            "openapi": "/openapi.json",
            "docs": "/docs",
            "metrics": "/metrics",
            "events": "/v1/events",
        }
        return _json({"name": "Seatstream", "version": self._state.version, "links": links, "routes": routes})

    async def show_status(self, scope: Scope) -> Response:
        """
        Show every service and projection: a page for browsers, JSON for everyone else.
        """
        table = await self._overview.get()
        status = 503 if table.status == "red" else 200
        if prefers_html(Headers(scope=scope).get("accept", "")):
            time = self._now().isoformat(timespec="seconds").replace("+00:00", "Z")
            return Response(page(table, time), status, _PAGE_HEADERS, "text/html; charset=utf-8")
        return Response(msgspec.json.encode(table), status, NO_STORE | {"Vary": "Accept"}, JSON)

    async def say_alive(self, _: Scope) -> Response:
        """
        Say that the process answers.
        """
        return _json({"alive": True})

    async def say_ready(self, _: Scope) -> Response:
        """
        Say whether requests should be sent here. The services' state is not the gateway's: it says theirs by itself.
        """
        if reasons := self._state.unready():
            raise Unavailable("; ".join(reasons))
        return _json({"ready": True})

    async def show_metrics(self, _: Scope) -> Response:
        """
        Give the metrics in Prometheus' text format.
        """
        return Response(await self._exposition.get(), headers=NO_STORE, media_type=PROMETHEUS)

    async def _expose(self) -> bytes:
        return self._state.metrics.exposition()

    async def show_openapi(self, _: Scope) -> Response:
        """
        Give one OpenAPI document for all services.
        """
        return _json(await self._documents.merged())


def prefers_html(accept: str) -> bool:
    """
    Say whether a header `Accept` names HTML with a higher quality than JSON.
    """
    qualities = {"text/html": 0.0, "application/json": 0.0}
    for part in accept.split(","):
        kind, *parameters = [piece.strip() for piece in part.split(";")]
        if kind.lower() in qualities:
            qualities[kind.lower()] = _quality(parameters)
    return qualities["text/html"] > qualities["application/json"]


def _quality(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0


def _json(body: object) -> Response:
    return Response(msgspec.json.encode(body), headers=NO_STORE, media_type=JSON)
