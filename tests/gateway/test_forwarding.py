"""
Requests that the table lets through, on real connections.
"""

import http.client
import json
from urllib.parse import urlsplit

import pytest

from gateway.routes import ROUTES

TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_every_route_reaches_its_service(client, route):
    """A request reaches the service of its row, with path and query as sent."""
    path = route.path.replace("{event_id}", "e-1").replace("{venue_id}", "v%20-1").replace("{customer_id}", "c")
    path = path.replace("{version}", "0a").replace("{file}", "main.js")

    said = client.request(route.method, f"{path}?q=a%2Fb&city=").json()

    assert (said["service"], said["method"]) == (route.upstream, route.method)
    assert (said["path"], said["query"]) == (path, "q=a%2Fb&city=")


def test_a_body_arrives(client):
    """The body of a request reaches the service, with its length and type."""
    said = client.post("/v1/scores", json={"customer_id": "c-1"}).json()

    assert json.loads(said["body"]) == {"customer_id": "c-1"}
    assert said["headers"]["content-type"] == "application/json"
    assert "transfer-encoding" not in said["headers"]


def test_a_body_of_unknown_length_arrives(client):
    """A body sent in pieces reaches the service whole."""
    said = client.post("/v1/scores", content=iter([b"one ", b"two"])).json()

    assert said["body"] == "one two"


@pytest.mark.parametrize("content", [b"x" * 11, iter([b"x" * 6, b"x" * 5])], ids=["declared", "streamed"])
def test_a_large_body_is_refused(gateway, services, content):
    """A body over the limit is 413, whether it says its length or not."""
    client = gateway(fraud_api_url=services["fraud_api"].url, body_limit_bytes=10)

    answer = client.post("/v1/scores", content=content)

    assert (answer.status_code, answer.json()["type"]) == (413, "urn:seatstream:problem:body-too-large")


def test_headers_of_the_connection_end_at_the_gateway(client):
    """Hop-by-hop headers, and those that `Connection` names, do not reach the service; the others do."""
    sent = {"Connection": "X-Mine", "X-Mine": "1", "TE": "trailers", "Proxy-Authorization": "x", "Upgrade": "x"}

    arrived = client.get("/v1/events", headers=sent | {"X-End": "1", "Min-Position": "inventory:0=1"}).json()["headers"]

    assert not {"x-mine", "te", "proxy-authorization", "upgrade", "content-length"} & set(arrived)
    assert (arrived["x-end"], arrived["min-position"]) == ("1", "inventory:0=1")


def test_claims_about_the_caller_do_not_pass(client):
    """What a caller says about who forwarded it is dropped; the gateway names itself."""
    sent = {"X-Forwarded-For": "10.0.0.1", "Forwarded": "for=10.0.0.1", "Via": "1.1 other"}

    arrived = client.get("/v1/events", headers=sent).json()["headers"]

    assert not {"x-forwarded-for", "forwarded"} & set(arrived)
    assert arrived["via"] == "1.1 seatstream-gateway"


def test_headers_of_the_upstream_connection_end_too(client):
    """Hop-by-hop headers of an answer do not reach the caller; the others do, and there is one date."""
    answer = client.get("/v1/events")

    assert not {"x-hop", "keep-alive"} & set(answer.headers)
    assert answer.headers["x-end"] == "1"
    assert len(answer.headers.get_list("date")) == 1


def test_an_answer_streams(client, services):
    """A part of an answer arrives before the service has sent the next one, and is not unpacked on the way."""
    with client.stream("GET", "/v1/events?stream=1") as answer:
        parts = answer.iter_raw()
        first = next(parts)
        services["inventory_api"].go_on.set()

        assert (first, answer.headers["content-encoding"]) == (b"first", "gzip")
        assert b"".join(parts) == b"second"


def test_head_is_answered_where_get_is(client):
    """HEAD gives the headers of GET and no body; the connection stays usable."""
    head = client.head("/v1/events")

    assert (head.status_code, head.content, head.headers["content-type"]) == (200, b"", "application/json")
    assert client.get("/v1/events").status_code == 200


def test_a_trace_goes_through(client):
    """The caller's trace reaches the service and the answer; the span is the gateway's own."""
    sent = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01", "tracestate": "a=1"}

    answer = client.get("/v1/events", headers=sent)
    arrived = answer.json()["headers"]

    assert arrived["traceparent"].split("-")[1] == TRACE
    assert "b7ad6b7169203331" not in arrived["traceparent"]
    assert (arrived["tracestate"], answer.headers["traceparent"]) == ("a=1", arrived["traceparent"])


@pytest.mark.parametrize(
    "broken", ["", "nonsense", f"00-{'0' * 32}-b7ad6b7169203331-01", f"ff-{TRACE}-b7ad6b7169203331-01"]
)
def test_a_broken_trace_is_replaced(client, broken):
    """A trace that is not valid is not passed on: a new one begins."""
    arrived = client.get("/v1/events", headers={"traceparent": broken, "tracestate": "a=1"}).json()["headers"]

    assert TRACE not in arrived["traceparent"]
    assert len(arrived["traceparent"]) == 55
    assert "tracestate" not in arrived


def test_one_trace_id_per_problem(client):
    """A problem says the trace id that its header says."""
    answer = client.get("/nothing")

    assert answer.json()["trace_id"] == answer.headers["traceparent"].split("-")[1]


@pytest.mark.parametrize("path", ["/nothing", "/v1", "/v1/events/", "/v1/events/a/sold", "/v1/venues", "/V1/events"])
def test_what_is_not_in_the_table_is_not_there(client, services, path):
    """A path that no row has is a 404 problem, and no service hears of it."""
    answer = client.get(path)

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert not any(service.seen for service in services.values())


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("DELETE", "/v1/events", "GET, HEAD"),
        ("GET", "/v1/scores", "POST"),
        ("PROPFIND", "/v1/models", "GET, HEAD"),
        ("POST", "/status", "GET, HEAD"),
    ],
)
def test_another_method_is_refused(client, method, path, allow):
    """A path that exists for other methods is 405 and names them."""
    answer = client.request(method, path)

    assert (answer.status_code, answer.headers["allow"]) == (405, allow)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/events/../scores",
        "/v1/events/%2e%2e/scores",
        "/v1/events/.%2E",
        "/v1//events",
        "//v1/events",
        "/v1/events/a%2fb",
        "/v1/events/a%5Cb",
        "/v1/events/%252e%252e",
        "/v1/events/a%00",
        "/v1/events/%zz",
        "/v1/events/./availability",
    ],
)
def test_an_ambiguous_path_is_refused(client, services, path):
    """A path that could be read in two ways is a 400 problem that names it, and no service hears of it."""
    address = urlsplit(str(client.base_url))
    connection = http.client.HTTPConnection(address.hostname, address.port)
    connection.request("GET", path)
    answer = connection.getresponse()
    problem = json.loads(answer.read())
    connection.close()

    assert (answer.status, problem["errors"][0]["field"]) == (400, "path")
    assert not any(service.seen for service in services.values())
