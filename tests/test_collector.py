"""
Spans on their way to a real collector, which may be away, slow or frozen.
"""

import logging
import time

import pytest
from collectors import TIMEOUT_S, collecting
from upstreams import closed_url

from inventory_stream.collector import FLUSH_S, Collector
from inventory_stream.telemetry import Span

TRACE = "0af7651916cd43dd8448eb211c80319c"
SPAN = Span(TRACE, "b7ad6b7169203331", "00f067aa0ba902b7", "server", "GET /v1/things", 1_800_000_000.5, 0.25, {"a": 1})


@pytest.fixture
def collector():
    """A collector that is well."""
    with collecting() as collector:
        yield collector


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "20")


@pytest.fixture
def outlet():
    """Make outlets: `outlet(url)`."""
    made = []

    def make(url: str, queue: int = 100, batch: int = 10) -> Collector:
        made.append(Collector(url, "sample", "1.2.3", queue, batch))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_a_span_arrives_as_it_was(collector, outlet):
    """Ids, parent, kind, name, times and attributes are those that were given."""
    outlet(collector.url).put(SPAN)
    (seen,) = collector.spans(1)

    assert seen == ("sample", "GET /v1/things", 2, TRACE, SPAN.id, SPAN.parent, {"a": 1}, False, 0.25)


def test_a_failure_says_so(collector, outlet):
    """What went wrong is the status of the span and an attribute; the first span of a trace has no parent."""
    outlet(collector.url).put(SPAN._replace(parent="", error="timeout", kind="client"))
    (seen,) = collector.spans(1)

    assert (seen.trace, seen.parent, seen.kind) == (TRACE, "", 3)
    assert (seen.failed, seen.attributes) == (True, {"a": 1, "error.type": "timeout"})


def test_standard_variables_count(collector, outlet, monkeypatch):
    """Headers, compression and attributes of the resource come from OpenTelemetry's variables; the name is our own."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=tickets")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "everything")
    outlet(collector.url).put(SPAN)
    collector.spans(1)

    assert (collector.headers["x-tenant"], collector.headers["content-encoding"]) == ("tickets", "gzip")
    assert collector.resource["deployment.environment.name"] == "test"
    assert (collector.resource["service.name"], collector.resource["service.version"]) == ("sample", "1.2.3")


def test_the_end_sends_what_is_there(collector, outlet, monkeypatch):
    """What has not been sent when a process ends is sent then."""
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "60000")
    leaving = outlet(collector.url)
    for _ in range(25):
        leaving.put(SPAN)
    leaving.close()

    assert (len(collector.came), leaving.taken) == (25, 25)


def test_a_collector_that_is_away_is_told_of_once(outlet, monkeypatch, caplog):
    """Without a collector spans are lost and counted, and the log has one line about it, which says why."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.2")
    lost = outlet(closed_url())
    for count in (1, 2, 3):
        lost.put(SPAN)
        _until(lambda count=count: lost.taken == count)

    (line,) = _said(caplog)
    assert lost.failed == 3
    assert "does not take spans" in line
    assert "reason" in line or "due to" in line


def test_a_collector_that_comes_back_is_told_of(collector, outlet, caplog):
    """Once spans are taken again one line says so, and how many were lost."""
    collector.status = 400
    back = outlet(collector.url)
    back.put(SPAN)
    _until(lambda: back.taken == 1)
    collector.status = 200
    back.put(SPAN)
    collector.spans(1)
    _until(lambda: back.taken == 2)

    assert "code: 400" in _said(caplog)[0]
    assert _said(caplog)[1:] == ["traces: the collector takes spans again; 1 were lost"]


def test_a_frozen_collector_holds_nobody_up(collector, outlet):
    """While a collector does not answer, spans are put at once."""
    collector.thawed.clear()
    frozen = outlet(collector.url)
    frozen.put(SPAN)
    assert collector.asked.wait(TIMEOUT_S)
    for _ in range(90):
        frozen.put(SPAN)

    assert frozen.taken == 0
    collector.thawed.set()
    assert len(collector.spans(91)) == 91


def test_a_frozen_collector_does_not_keep_a_process_alive(collector, outlet, caplog):
    """The end waits for a moment and no longer, and says what it left behind."""
    collector.thawed.clear()
    leaving = outlet(collector.url)
    leaving.put(SPAN)
    leaving.close()

    assert leaving.taken == 0
    assert _said(caplog) == [f"traces: the last spans did not reach the collector in {FLUSH_S} s"]


def _until(reached) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not reached():
        assert time.monotonic() < deadline


def _said(caplog) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
