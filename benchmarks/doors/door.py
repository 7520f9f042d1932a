"""
`python -m benchmarks.doors.door PORT SERVICE_PORT`: the gateway as it is, but for a table of its own with one row of each kind.
"""

import sys

from gateway.__main__ import serve
from gateway.routes import FRESH_S, Route
from gateway.settings import GatewaySettings

ROUTES = (
    Route("GET", "/kept/{event_id}", "inventory_api", "fans", 5, cache_s=FRESH_S),
    Route("GET", "/passed/{event_id}", "inventory_api", "fans", 5),
    Route("GET", "/v1/events/{event_id}/best-seats", "inventory_api", "fans", 5),
    Route("GET", "/bought/{event_id}/best-seats", "inventory_api", "fans", 5, priority="purchase"),
    Route("GET", "/v1/events/{event_id}/seats/changes", "inventory_api", "fans", 60, rate="stream", stream=True),
)

if __name__ == "__main__":
    serve(
        GatewaySettings(
            port=int(sys.argv[1]),
            inventory_api_url=f"http://127.0.0.1:{sys.argv[2]}",
            rate_factor=1_000_000,  # all requests are counted, and none is too many
        ),
        routes=ROUTES,
    )
