"""
One trace from the caller to the collector: who decides about it, and what happens to it when the collector is in trouble.
"""

import json
from contextlib import ExitStack

import httpx
import pytest
from traced import CALLER, PATH, SAMPLED, TRACE, Place, ended, nothing_came
from upstreams import served

from gateway.app import create_app
from gateway.server import DoorProtocol
from gateway.settings import GatewaySettings
from inventory_stream.telemetry import TraceSettings


def logged(lines) -> set[str]:
    """Trace ids in an access log, once there are any."""
    while not lines:
        pass
    return {json.loads(line)["trace_id"] for line in "".join(lines).splitlines()}


def test_one_trace_from_the_caller_to_the_service(place):
    """One id is in the answer, both access logs and all spans, each a child of the one before it."""
    lines: list[str] = []
    client = place.client(place.service(lines))
    answer = client.get(f"{PATH}?who=me", headers=SAMPLED)
    request, attempt, service = ended(place.collector, 3)

    assert (request.trace, attempt.trace, service.trace) == (TRACE, TRACE, TRACE)
    assert (request.parent, attempt.parent, service.parent) == (CALLER, request.id, attempt.id)
    assert answer.headers["traceparent"] == f"00-{TRACE}-{request.id}-01"
    assert logged(lines) == logged(place.lines) == {TRACE}


def test_a_trace_may_begin_at_the_gateway(place):
    """Without a trace of the caller's the gateway's span is the first."""
    client = place.client(place.service())
    answer = client.get(PATH)
    request, *_ = ended(place.collector, 3)

    assert (request.parent, request.trace) == ("", answer.headers["traceparent"].split("-")[1])


def test_a_stranger_does_not_decide(place, echo):
    """The caller's flag records nothing where the lot says no, and the service is told so."""
    client = place.client(echo.url, ratio="0")
    answer = client.get(PATH, headers=SAMPLED)

    assert answer.headers["traceparent"].endswith("-00")
    assert answer.json()["headers"]["traceparent"].endswith("-00")
    assert nothing_came(place, client)


def test_the_gateway_decides(place, echo):
    """The caller's word that it is not recorded is not heard either."""
    client = place.client(echo.url)
    answer = client.get(PATH, headers={"traceparent": f"00-{TRACE}-{CALLER}-00"})
    ended(place.collector, 2)

    assert answer.json()["headers"]["traceparent"].startswith(f"00-{TRACE}-")
    assert answer.json()["headers"]["traceparent"].endswith("-01")


def test_a_failure_is_recorded_by_both(place):
    """A request that fails is recorded at the gateway and in the service, under the id that the problem says."""
    client = place.client(place.service(), ratio="0")
    answer = client.get("/v1/events/none")
    request, attempt, service = ended(place.collector, 3)

    assert answer.status_code == 503
    assert {span.trace for span in (request, attempt, service)} == {answer.json()["trace_id"]}
    assert (attempt.parent, service.parent) == (request.id, attempt.id)
    assert [span.failed for span in (request, attempt, service)] == [True, True, True]


def test_the_end_sends_the_last_spans(monkeypatch, echo):
    """A gateway that leaves sends what it has."""
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "60000")
    with ExitStack() as stack:
        place = Place(stack)
        with ExitStack() as gateways:
            place._stack = gateways
            place.client(echo.url).get(PATH)

        assert len(place.collector.came) == 2


@pytest.mark.parametrize("state", ["away", "frozen"])
def test_a_collector_in_trouble_harms_nobody(place, echo, state):
    """Without a collector, or with one that does not answer, requests are answered as ever."""
    if state == "frozen":
        place.collector.thawed.clear()
    else:
        place.collector.status = 503
    client = place.client(echo.url)
    answers = [client.get(PATH) for _ in range(30)]
    assert place.collector.asked.wait(10)
    answers += [client.get(PATH) for _ in range(30)]

    assert {answer.status_code for answer in answers} == {200}
    assert place.collector.came == []


def test_off_costs_no_attempt(echo):
    """Without traces the service sees the span that the answer names, and nothing is counted."""
    settings = GatewaySettings(traces=TraceSettings(), inventory_api_url=echo.url)
    with (
        served(create_app(settings, write_log=lambda _: None), protocol=DoorProtocol) as url,
        httpx.Client(base_url=url, trust_env=False) as client,
    ):
        answer = client.get(f"{PATH}?min_position=", headers=SAMPLED)
        metrics = client.get("/metrics").text

    assert answer.json()["headers"]["traceparent"] == answer.headers["traceparent"]
    assert "seatstream_spans" not in metrics
