"""
What the spans of a gateway say.
"""

import asyncio

import httpx
import pytest
from traced import CALLER, CLIENT, PATH, ROUTE, SAMPLED, SERVER, TRACE, ended, nothing_came
from upstreams import closed_url, socket_server


def test_spans_name_what_and_never_who(place):
    """Spans have the route, the service and the status, and no path, query, address or identity."""
    client = place.client(place.service())
    client.get(f"{PATH}?who=me", headers={"user-agent": "mine", "cookie": "a=b"})
    request, attempt, service = ended(place.collector, 3)

    answered = {"http.request.method": "GET", "http.response.status_code": 200}
    assert {span.name for span in (request, attempt, service)} == {f"GET {ROUTE}"}
    assert request.attributes == answered | {"http.route": ROUTE, "seatstream.upstream": "inventory_api"}
    assert attempt.attributes == answered | {"url.template": ROUTE, "service.peer.name": "inventory_api"}
    assert service.attributes == answered | {"http.route": ROUTE}


def test_retries_are_seen(place):
    """A service that breaks off is asked twice: two attempts under one request, the second marked."""
    with socket_server(lambda connection: None) as url:
        answer = place.client(url, ratio="0").get(PATH)
        request, first, second = ended(place.collector, 3)

    assert (answer.status_code, request.attributes["error.type"]) == (502, "bad-gateway")
    assert (first.parent, second.parent) == (request.id, request.id)
    assert {first.attributes["error.type"], second.attributes["error.type"]} == {"Broken"}
    resends = [span.attributes.get("http.request.resend_count") for span in (first, second)]
    assert sorted(resends, key=str) == [1, None]


def test_what_the_gateway_refuses_is_a_span_alone(place):
    """A service that is left alone is not asked: the request has no attempt, but says which service it was for."""
    client = place.client(closed_url(), ratio="0")
    for _ in range(5):
        client.get(PATH)
    spans = place.collector.spans(15)
    client.get(PATH)
    (refused,) = place.collector.spans(16)[len(spans) :]

    assert (refused.kind, refused.attributes["error.type"]) == (SERVER, "unavailable")
    assert refused.attributes["seatstream.upstream"] == "inventory_api"


def test_callers_mistakes_are_no_failures(place, echo):
    """A 404 of the gateway's is recorded when drawn, has no route, and is no failure."""
    client = place.client(echo.url)
    client.get("/no/where")
    (span,) = place.collector.spans(1)

    assert (span.name, span.failed, span.attributes["http.response.status_code"]) == ("GET", False, 404)
    assert "http.route" not in span.attributes


def test_pages_are_no_spans(place, echo):
    """What the gateway says about itself is asked by probes, each few seconds."""
    client = place.client(echo.url)
    for path in ("/healthz", "/readyz", "/metrics", "/status"):
        client.get(path)

    assert nothing_came(place, client)


def test_kept_answers_say_so(place, echo):
    """A second read is answered at a glance: a span of its own trace, without an attempt."""
    client = place.client(echo.url, cache_s=10)
    client.get(PATH)
    place.collector.spans(2)
    client.get(PATH, headers=SAMPLED)
    glanced = place.collector.spans(3)[-1]

    assert (glanced.trace, glanced.parent, glanced.kind) == (TRACE, CALLER, SERVER)
    assert glanced.attributes["seatstream.answer"] == "kept"
    assert (glanced.name, glanced.attributes["http.route"]) == (f"GET {ROUTE}", ROUTE)


def test_kept_answers_that_need_a_closer_look_say_so_too(place, echo):
    """A kept answer that is not given at a glance is marked as well."""
    client = place.client(echo.url, cache_s=10)
    client.get(PATH)
    client.head(PATH)
    spans = place.collector.spans(3)

    assert [span.attributes.get("seatstream.answer") for span in spans if span.name.startswith("HEAD")] == ["kept"]


def test_those_who_share_an_answer_say_so(place, echo):
    """Many who ask at once are one attempt, in the trace of the first; the others are marked."""
    app = place.app(echo.url, cache_s=10)

    async def ask():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            await asyncio.gather(*(client.get(PATH) for _ in range(3)))
        app._forwarder.close()
        app._journal.close()

    asyncio.run(ask())
    *requests, attempt = ended(place.collector, 4)

    asked = [span.id for span in requests if "seatstream.answer" not in span.attributes]
    assert (asked, echo.seen) == ([attempt.parent], 1)
    assert [span.attributes.get("seatstream.answer", "") for span in requests].count("shared") == 2


def test_renewals_have_no_parent(place, echo):
    """A kept answer that is due is renewed by the gateway itself: an attempt that begins a trace."""
    client = place.client(echo.url, cache_s=10)
    client.get(PATH)
    place.collector.spans(2)
    place.clock.now += 15
    client.get(PATH)
    renewed = next(span for span in place.collector.spans(4)[2:] if span.kind == CLIENT)

    assert (renewed.parent, renewed.name) == ("", f"GET {ROUTE}")


def test_repeated_answers_say_so(place, echo):
    """A POST with a key that was answered before is a span without an attempt, and says why."""
    client = place.client(echo.url)
    for _ in range(2):
        client.post("/v1/activity", content=b"{}", headers={"idempotency-key": "k-1"})
    first, second, attempt = ended(place.collector, 3)

    assert {span.attributes.get("seatstream.answer") for span in (first, second)} == {None, "repeated"}
    assert attempt.name == "POST /v1/activity"


def test_an_answer_that_breaks_off_is_a_failure(place):
    """The status was good, and yet the request has failed: it is recorded, and says what happened."""

    def break_off(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\nhalf")

    with socket_server(break_off) as url:
        client = place.client(url, ratio="0")
        with pytest.raises(httpx.RemoteProtocolError):
            client.get(PATH)
        request, _ = ended(place.collector, 2)

    assert (request.failed, request.attributes["error.type"]) == (True, "broken-off")
