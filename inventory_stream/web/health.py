"""
What every service says about itself: alive, ready, metrics, status.
"""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from inventory_stream.web.problems import Unavailable
from inventory_stream.web.state import ServiceState

JSON = "application/json"
NO_STORE = {"Cache-Control": "no-store"}


class ServiceStatus(msgspec.Struct, frozen=True):
    """
    The answer of a service's `/status`: itself, and a row for each projection it answers from.
    """

    service: str
    version: str
    health: str
    projections: list[Any]


def health_routes(state: ServiceState) -> list[Route]:
    """
    Return the routes that every service has.
    """

    async def alive(_: Request) -> Response:
        """Say that the process answers."""
        return _json({"alive": True})

    async def ready(_: Request) -> Response:
        """Say whether requests should be sent here."""
        if reasons := state.unready():
            raise Unavailable("; ".join(reasons))
        return _json({"ready": True})

    async def metrics(_: Request) -> Response:
        """Give the metrics in Prometheus' text format."""
        return Response(
            state.metrics.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8", headers=NO_STORE
        )

    async def status(_: Request) -> Response:
        """Say how far each projection is."""
        rows = [await reader.status() for reader in state.readers]
        return _json(ServiceStatus(state.name, state.version, state.health(), rows))

    paths = {"/healthz": alive, "/readyz": ready, "/metrics": metrics, "/status": status}
    return [Route(path, endpoint) for path, endpoint in paths.items()]


def _json(body: Any) -> Response:
    return Response(msgspec.json.encode(body), media_type=JSON, headers=NO_STORE)
