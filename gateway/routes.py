"""
What the gateway lets through, as a table. A request that no row allows does not reach any service.
"""

from typing import Literal, NamedTuple

Upstream = Literal["inventory_api", "venue_api", "fraud_api"]
Audience = Literal["fans", "venues", "internal", "operators"]
# How many requests one caller may make: `gateway/limits/classes.py` has the numbers.
RateClass = Literal["browse", "search", "stream", "write", "partner"]
# Who goes first when a service cannot answer all: what leads to a purchase, then looking around, then the rest.
Priority = Literal["purchase", "browse", "background"]


class Route(NamedTuple):
    """
    One row: who may ask what of whom, and how.

    timeout_s: until the answer begins, and between two parts of it.
    rate: which of a caller's budgets it is taken from.
    priority: what is refused first when the service is overloaded.
    cache_s: how long an answer is given to others, too; 0 for never. Twice as long at most, while it is being renewed.
    varies: headers of the request, in lower case, that the answer depends on; `accept-encoding` always counts.
    idempotent: asking twice is as good as once, so a request that met no answer is sent again.
    keyed: a POST that appends: `Idempotency-Key` makes its repetitions one.
    stream: the answer goes on until somebody leaves.
    """

    method: str
    path: str
    upstream: Upstream
    audience: Audience
    timeout_s: float
    rate: RateClass = "browse"
    priority: Priority = "browse"
    cache_s: float = 0
    varies: tuple[str, ...] = ()
    idempotent: bool = False
    keyed: bool = False
    stream: bool = False

    @property
    def repeatable(self) -> bool:
        """Whether the request may be sent a second time (RFC 9110, section 9.2.2, and what the row says)."""
        return self.idempotent or self.method in {"GET", "PUT", "DELETE"}


# From a record to its effect in an answer 100 ms may pass: the projection takes most, a kept answer no more than this.
FRESH_S = 0.02

_EVENT = "/v1/events/{event_id}"

ROUTES: tuple[Route, ...] = (
    Route("GET", "/v1/events", "inventory_api", "fans", 5, rate="search", cache_s=FRESH_S),
    Route("GET", _EVENT, "inventory_api", "fans", 5, cache_s=FRESH_S),
    Route("GET", f"{_EVENT}/availability", "inventory_api", "fans", 5, priority="purchase", cache_s=FRESH_S),
    Route("GET", f"{_EVENT}/chart", "inventory_api", "fans", 5, cache_s=FRESH_S),
    Route("GET", f"{_EVENT}/seats", "inventory_api", "fans", 5, priority="purchase", cache_s=FRESH_S),
    Route("GET", f"{_EVENT}/seats/changes", "inventory_api", "fans", 5, rate="stream", stream=True),
    Route("GET", f"{_EVENT}/offers", "inventory_api", "fans", 5, priority="purchase", cache_s=FRESH_S),
    Route("GET", f"{_EVENT}/best-seats", "inventory_api", "fans", 5, priority="purchase", cache_s=FRESH_S),
    Route("GET", "/v1/availability", "inventory_api", "fans", 5, rate="search", cache_s=FRESH_S),
    Route("GET", "/events/{event_id}", "inventory_api", "fans", 5, cache_s=FRESH_S),
    Route("GET", "/assets/inventory/{version}/{file}", "inventory_api", "fans", 5, cache_s=FRESH_S),
    Route("POST", "/v1/activity", "inventory_api", "fans", 10, "write", "background", idempotent=True, keyed=True),
    Route("GET", "/v1/operations/conflicts", "inventory_api", "operators", 10, rate="partner", priority="background"),
    Route("GET", "/v1/venues/{venue_id}", "venue_api", "venues", 10, rate="partner"),
    Route("GET", "/v1/venues/{venue_id}/events", "venue_api", "venues", 10, rate="partner"),
    Route("GET", "/v1/venues/{venue_id}/events/{event_id}/sales", "venue_api", "venues", 10, rate="partner"),
    Route("POST", "/v1/scores", "fraud_api", "internal", 5, rate="partner", priority="purchase", idempotent=True),
    Route("GET", "/v1/customers/{customer_id}", "fraud_api", "internal", 5, rate="partner"),
    Route("GET", "/v1/models", "fraud_api", "internal", 5, rate="partner", priority="background"),
)
