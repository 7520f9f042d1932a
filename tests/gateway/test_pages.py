"""
What the gateway answers itself.
"""

import json

import pytest
from upstreams import projection, socket_server

from gateway.pages import prefers_html
from gateway.routes import ROUTES


def test_all_up_to_date_is_green(client):
    """Services that are reachable, ready and fresh: green, 200, a row a projection."""
    answer = client.get("/status")
    row = answer.json()["services"][0]

    assert (answer.status_code, answer.json()["status"], len(answer.json()["services"])) == (200, "green", 3)
    assert (row["service"], row["health"], row["version"]) == ("inventory_api", "ok", "1.2.3")
    assert (row["projection_version"], row["position"], row["lag"]) == (3, {"inventory/0": 12}, 0)
    assert (row["freshness_s"], row["last_change"]) == (0.01, "2026-01-01T12:00:00.000Z")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"lag": 10_001}, "10,001 records behind"),
        ({"lag": 1, "freshness_s": 11.0}, "11 s behind"),
        ({"last_change": "2026-01-01T11:58:01Z"}, "nothing applied for 120 s"),
        ({"health": "catching up"}, "catching up"),
    ],
)
def test_a_late_projection_is_yellow(client, services, change, reason):
    """A projection that is behind, silent or catching up is yellow with the reason, and the answer is 200."""
    services["venue_api"].status["projections"] = [projection("venue", **change)]

    answer = client.get("/status")
    row = answer.json()["services"][1]

    assert (answer.status_code, answer.json()["status"]) == (200, "yellow")
    assert (row["status"], row["reason"]) == ("yellow", reason)


def test_a_service_that_is_starting_is_yellow(client, services):
    """A service's own health counts, even where it has no projection."""
    services["fraud_api"].status |= {"health": "starting", "projections": []}

    assert client.get("/status").json()["services"][2]["reason"] == "starting"


def test_a_dead_service_is_a_red_row(gateway, services):
    """A service that is down is a row of its own; the others are asked all the same; the answer is 503."""
    answer = gateway(inventory_api_url=services["inventory_api"].url).get("/status")

    assert (answer.status_code, answer.json()["status"]) == (503, "red")
    assert [row["health"] for row in answer.json()["services"]] == ["ok", "down", "down"]
    assert answer.json()["services"][1]["reason"] == "cannot be reached"


@pytest.mark.parametrize("said", [b"nonsense", b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]"])
def test_a_service_that_talks_nonsense_is_red(gateway, said):
    """An answer that is not a status counts as none."""
    with socket_server(lambda connection: connection.sendall(said)) as url:
        row = gateway(venue_api_url=url).get("/status").json()["services"][1]

    assert (row["status"], row["reason"]) == ("red", "gave no usable answer")


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_nobody_learns_where_services_are(gateway, accept):
    """Addresses inside, and what a URL says to log in, are not for those who look from outside; dead or alive."""
    with socket_server(lambda connection: connection.sendall(b"nonsense")) as url:
        inside = url.replace("http://", "http://reader:word-within@")
        text = gateway(venue_api_url=inside).get("/status", headers={"Accept": accept}).text

    assert "venue_api" in text
    assert not [part for part in ("word-within", "127.0.0.1", "://") if part in text]


def test_each_service_is_asked_once(client, services):
    """The work of `/status` grows by one request a service."""
    client.get("/status")

    assert [service.seen for service in services.values()] == [1, 1, 1]


def test_a_browser_gets_a_page(client, services):
    """HTML for whoever prefers it: every row in words, what services say is escaped, nothing foreign is loaded."""
    services["venue_api"].status["projections"] = [projection("<b>", lag=20_000)]

    answer = client.get("/status", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})

    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "Needs a look" in answer.text
    assert "20,000 records behind" in answer.text
    assert "<b>" not in answer.text
    assert "http" not in answer.text


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", False),
        ("*/*", False),
        ("text/html", True),
        ("text/html;q=0.5, application/json", False),
        ("text/html;q=x", False),
        ("TEXT/HTML;level=1;q=0.9,application/json;q=0.8", True),
    ],
)
def test_html_only_when_preferred(accept, expected):
    """JSON unless HTML is named with a higher quality."""
    assert prefers_html(accept) is expected


def test_alive_and_ready(gateway):
    """The gateway is alive and ready by itself: services that are down do not take it out of service."""
    client = gateway()

    assert client.get("/healthz").json() == {"alive": True}
    assert client.get("/readyz").json() == {"ready": True}


def test_the_index_lists_every_route(client):
    """`/` names the pages and all routes."""
    answer = client.get("/").json()

    assert answer["links"]["status"] == "/status"
    assert [route["path"] for route in answer["routes"]] == [route.path for route in ROUTES]


def test_the_documents_are_merged(client, services):
    """`/openapi.json` has the routes of the table that the services describe, and nothing else of them."""
    services["inventory_api"].openapi = _document("/v1/events/{id}", "Event")
    services["venue_api"].openapi = _document("/internal", "Venue")

    document = client.get("/openapi.json").json()

    assert list(document["paths"]) == ["/status", "/v1/events/{id}"]
    assert document["paths"]["/v1/events/{id}"]["get"]["tags"] == ["inventory_api"]


def test_components_of_one_name_do_not_mix(client, services):
    """Where two services call different things by one name, the second's gets its service in front."""
    services["inventory_api"].openapi = _document("/v1/events", "Item")
    services["fraud_api"].openapi = _document("/v1/models", "Item", kind="integer")

    document = client.get("/openapi.json").json()

    assert {"Item", "fraud_api.Item"} <= set(document["components"]["schemas"])
    assert "fraud_api.Item" in json.dumps(document["paths"]["/v1/models"])


def test_a_complete_document_is_kept(gateway, services):
    """The services are not asked again at once."""
    client = gateway(**{f"{name}_url": service.url for name, service in services.items()})
    first = client.get("/openapi.json").json()
    services["inventory_api"].openapi = _document("/v1/events", "Item")

    assert client.get("/openapi.json").json() == first


def test_a_missing_document_is_named(gateway, services):
    """A service that does not answer is named; the document is asked for again next time."""
    client = gateway(inventory_api_url=services["inventory_api"].url)
    missing = client.get("/openapi.json").json()["x-unavailable"]
    services["inventory_api"].openapi = _document("/v1/events", "Item")

    assert missing == ["venue_api", "fraud_api"]
    assert list(client.get("/openapi.json").json()["paths"]) == ["/status", "/v1/events"]


def test_requests_are_logged(gateway, log_lines):
    """Each request is one line of the access log with its trace id."""
    client = gateway()
    answer = client.get("/healthz")
    while not log_lines:
        client.get("/healthz")
    line = json.loads(log_lines[0].splitlines()[0])

    assert (line["service"], line["path"], line["status"]) == ("gateway", "/healthz", 200)
    assert line["trace_id"] == answer.headers["traceparent"].split("-")[1]


def _document(path: str, name: str, kind: str = "string") -> dict:
    """A small OpenAPI document with one route and one schema."""
    reference = {"$ref": f"#/components/schemas/{name}"}
    content = {"application/json": {"schema": reference}}
    return {
        "openapi": "3.1.0",
        "paths": {path: {"get": {"responses": {"200": {"description": "ok", "content": content}}}}},
        "components": {"schemas": {name: {"type": kind}}},
    }


def test_metrics_are_written_down_once_within_a_moment(gateway):
    """However often they are asked for: each time would hold up everybody else for milliseconds."""
    client = gateway(metrics_cache_s=60)
    first = client.get("/metrics").text
    client.get("/nowhere")

    assert client.get("/metrics").text == first
