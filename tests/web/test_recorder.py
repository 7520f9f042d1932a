"""
The spans of a service, as a collector sees them.
"""

import asyncio

import httpx
import pytest
from collectors import collecting
from fastapi import APIRouter

from inventory_stream.telemetry import TraceSettings
from inventory_stream.web import Answer, ServiceSettings, create_service
from inventory_stream.web.identity import ANONYMOUS, HEADER, Signer, read_private, write_pair

TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SAMPLED = {"traceparent": f"00-{TRACE}-{CALLER}-01"}
UNSAMPLED = {"traceparent": f"00-{TRACE}-{CALLER}-00"}
READY_MADE = Answer(200, [(b"content-length", b"2")], b"{}")
router = APIRouter(prefix="/v1")


@router.get("/things/{thing_id}")
async def read_thing(thing_id: int) -> int:
    """Read a thing, or fail."""
    if thing_id == 500:
        raise RuntimeError("secret of the inside")
    return thing_id


@pytest.fixture
def collector():
    """A collector that is well."""
    with collecting() as collector:
        yield collector


@pytest.fixture
def public(tmp_path):
    """The gateway's public keys."""
    write_pair(tmp_path / "gateway.jwk", tmp_path / "gateway.jwks")
    return tmp_path / "gateway.jwks"


def ask(collector, *requests, public=None, settings=None, lines=None):
    """
    Return the answers of a service to requests (method, path, headers), and the spans that came when it had ended.
    """
    service = create_service(
        "sample",
        settings=ServiceSettings(identity_keys=public, traces=settings or collector.settings),
        routers=[router],
        prepared=lambda scope, _: READY_MADE if scope["path"] == "/v1/hot/7" else None,
        prepared_route=lambda _: "/v1/hot/{id}",
        write_log=(lines if lines is not None else []).append,
    )

    async def run():
        transport = httpx.ASGITransport(service)
        async with (
            service.router.lifespan_context(service),
            httpx.AsyncClient(transport=transport, base_url="http://sample") as client,
        ):
            return [await client.request(method, path, headers=headers) for method, path, headers in requests]

    return asyncio.run(run()), collector.came


def test_a_request_is_a_span(collector):
    """It is a child of the caller's span, and names the route, never the path or the query."""
    _, (span,) = ask(collector, ("GET", "/v1/things/7?who=me", SAMPLED))

    assert (span.service, span.name, span.kind) == ("sample", "GET /v1/things/{thing_id}", 2)
    assert (span.trace, span.parent, span.failed) == (TRACE, CALLER, False)
    assert span.attributes == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "http.route": "/v1/things/{thing_id}",
    }


def test_a_prepared_answer_is_a_span(collector):
    """It says that it was ready, and has a route although nobody looked for one."""
    _, (span,) = ask(collector, ("HEAD", "/v1/hot/7", SAMPLED))

    assert (span.name, span.attributes["seatstream.answer"]) == ("HEAD /v1/hot/{id}", "prepared")
    assert (span.trace, span.parent) == (TRACE, CALLER)


@pytest.mark.parametrize("headers", [{}, UNSAMPLED, {"traceparent": "nonsense"}])
def test_what_is_not_sampled_is_no_span(collector, headers):
    """The gateway's flag decides, also for what is ready; without it nothing is recorded."""
    _, spans = ask(collector, ("GET", "/v1/things/7", headers), ("GET", "/v1/hot/7", headers))

    assert spans == []


def test_a_failure_is_a_span_anyway(collector):
    """What fails is recorded, sampled or not, under the trace id that its problem says."""
    (answer,), (span,) = ask(collector, ("GET", "/v1/things/500", UNSAMPLED))

    assert (answer.status_code, answer.json()["trace_id"]) == (500, span.trace)
    assert (span.trace, span.parent, span.failed) == (TRACE, CALLER, True)
    assert span.attributes["error.type"] == "500"
    assert "secret" not in str(span)


def test_a_trace_that_begins_here_has_no_parent(collector):
    """A failure whose caller has no trace, or none that is valid, begins one."""
    broken = {"traceparent": f"00-{TRACE}-xyz-01"}
    _, spans = ask(collector, *(("GET", "/v1/things/500", headers) for headers in ({}, broken)))

    assert [span.parent for span in spans] == ["", ""]
    assert TRACE not in {span.trace for span in spans}


def test_callers_mistakes_are_no_failures(collector):
    """A 4xx is recorded when it is sampled, as no failure of ours; an unknown path has no route."""
    _, spans = ask(collector, ("GET", "/no/where", SAMPLED), ("GET", "/v1/things/x", UNSAMPLED))
    (span,) = spans

    assert (span.name, span.failed, span.attributes["http.response.status_code"]) == ("GET", False, 404)
    assert "http.route" not in span.attributes


def test_a_made_up_method_is_not_recorded_as_said(collector):
    """Callers cannot make names of spans without end."""
    _, (span,) = ask(collector, ("BREW", "/v1/things/7", SAMPLED))

    assert (span.name.split()[0], span.attributes["http.request.method"]) == ("HTTP", "_OTHER")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_probes_are_no_spans(collector, path):
    """What kubelets and Prometheus ask is nobody's request."""
    _, spans = ask(collector, ("GET", path, SAMPLED))

    assert spans == []


def test_a_stranger_does_not_decide(collector, public):
    """Whoever calls a service past the gateway is refused, and is not recorded however they flag it."""
    (answer,), spans = ask(collector, ("GET", "/v1/things/7", SAMPLED), public=public)

    assert (answer.status_code, spans) == (401, [])


def test_the_gateway_decides(collector, public):
    """What the gateway sends is recorded as it says."""
    signer = Signer(read_private(public.with_name("gateway.jwk")))
    introduced = {HEADER.decode(): signer.statement(ANONYMOUS, "sample").decode()}
    requests = [("GET", path, introduced | SAMPLED) for path in ("/v1/things/7", "/v1/hot/7")]
    _, spans = ask(collector, *requests, ("GET", "/v1/things/7", introduced | UNSAMPLED), public=public)

    assert [span.name for span in spans] == ["GET /v1/things/{thing_id}", "GET /v1/hot/{id}"]


def test_off_unless_configured(collector):
    """Without an endpoint nothing is sent, and answers and their trace ids are the same."""
    lines: list[str] = []
    (answer,), spans = ask(collector, ("GET", "/v1/things/500", SAMPLED), settings=TraceSettings(), lines=lines)

    assert (answer.json()["trace_id"], spans) == (TRACE, [])
    assert f'"trace_id":"{TRACE}"' in "".join(lines)
