"""
What the gateway lets through, as a table. A request that no row allows does not reach any service.
"""

from typing import Literal, NamedTuple

Upstream = Literal["inventory_api", "venue_api", "fraud_api"]
Audience = Literal["fans", "venues", "internal", "operators"]


class Route(NamedTuple):
    """
    One row: who may be asked for what, and how long the answer may take to begin (seconds).
    """

    method: str
    path: str
    upstream: Upstream
    audience: Audience
    timeout_s: float


ROUTES: tuple[Route, ...] = (
    Route("GET", "/v1/events", "inventory_api", "fans", 5),
    Route("GET", "/v1/events/{event_id}", "inventory_api", "fans", 5),
    Route("GET", "/v1/events/{event_id}/availability", "inventory_api", "fans", 5),
    Route("GET", "/v1/events/{event_id}/chart", "inventory_api", "fans", 5),
    Route("GET", "/v1/events/{event_id}/seats", "inventory_api", "fans", 5),
    Route("GET", "/v1/events/{event_id}/offers", "inventory_api", "fans", 5),
    Route("GET", "/v1/events/{event_id}/best-seats", "inventory_api", "fans", 5),
    Route("GET", "/v1/availability", "inventory_api", "fans", 5),
    Route("POST", "/v1/activity", "inventory_api", "fans", 10),
    Route("GET", "/v1/operations/conflicts", "inventory_api", "operators", 10),
    Route("GET", "/v1/venues/{venue_id}", "venue_api", "venues", 10),
    Route("GET", "/v1/venues/{venue_id}/events", "venue_api", "venues", 10),
    Route("GET", "/v1/venues/{venue_id}/events/{event_id}/sales", "venue_api", "venues", 10),
    Route("POST", "/v1/scores", "fraud_api", "internal", 5),
    Route("GET", "/v1/customers/{customer_id}", "fraud_api", "internal", 5),
    Route("GET", "/v1/models", "fraud_api", "internal", 5),
)
