"""
A gateway, a service that records what the gateway says, and a collector of their traces.
"""

import httpx
from clocks import Clock
from collectors import Seen, collecting
from fastapi import APIRouter
from upstreams import closed_url, served

from gateway.app import create_app
from gateway.routes import ROUTES
from gateway.server import DoorProtocol
from gateway.settings import GatewaySettings
from inventory_stream.web import ServiceSettings, Unavailable, create_service

TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SAMPLED = {"traceparent": f"00-{TRACE}-{CALLER}-01"}
PATH, ROUTE = "/v1/events/e-1", "/v1/events/{event_id}"
SERVER, CLIENT = 2, 3
router = APIRouter()


@router.get(ROUTE)
async def read_event(event_id: str) -> str:
    """Read an event, or say that it cannot be had."""
    if event_id == "none":
        raise Unavailable("not now")
    return event_id


class Place:
    """A gateway, its collector, and what it wrote into its access log."""

    def __init__(self, stack):
        self._stack = stack
        self.collector = stack.enter_context(collecting())
        self.lines: list[str] = []
        self.clock = Clock()

    def client(self, inventory_api_url, **settings) -> httpx.Client:
        """Start the gateway in front of a service."""
        door = self._stack.enter_context(served(self.app(inventory_api_url, **settings), protocol=DoorProtocol))
        return self._stack.enter_context(httpx.Client(base_url=door, trust_env=False))

    def app(self, inventory_api_url, *, ratio="1", cache_s=0):
        """Make the gateway."""
        traces = self.collector.settings.model_copy(update={"sampler": "traceidratio", "sampler_arg": ratio})
        urls = {"inventory_api_url": inventory_api_url, "venue_api_url": closed_url(), "fraud_api_url": closed_url()}
        routes = [route._replace(audience="fans", cache_s=route.cache_s and cache_s) for route in ROUTES]
        settings = GatewaySettings(traces=traces, **urls)
        return create_app(settings, routes=routes, write_log=self.lines.append, clock=self.clock)

    def service(self, lines=None) -> str:
        """Start a service that records what the gateway says; return its URL."""
        made = create_service(
            "inventory_api",
            settings=ServiceSettings(traces=self.collector.settings),
            routers=[router],
            write_log=(lines if lines is not None else []).append,
        )
        return self._stack.enter_context(served(made))


def ended(collector, count) -> list[Seen]:
    """Wait for so many spans; return the gateway's own, then those of attempts, then those of the service."""
    spans = collector.spans(count)
    return sorted(spans, key=lambda span: (span.service != "gateway", span.kind))


def nothing_came(place: Place, client: httpx.Client) -> bool:
    """Whether a failure, asked for last, is the first thing that came."""
    client.get("/v1/models")
    return place.collector.spans(1)[0].attributes.get("http.route") == "/v1/models"
