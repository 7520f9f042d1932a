"""
Which spans are recorded, without anything that takes them away.
"""

import pytest
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from outlets import FakeOutlet
from prometheus_client import CollectorRegistry, generate_latest

from inventory_stream.telemetry import (
    DRAWN_A_SECOND,
    FAILURES_A_SECOND,
    Span,
    Traces,
    TraceSettings,
    open_traces,
    parent_of,
)

SPAN = Span("a" * 32, "b" * 16, "", "server", "GET /v1/things", 1.5, 0.5, {})
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
OWN_ENDPOINT = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"


@pytest.fixture
def meter():
    """A meter that `exposition` belongs to."""
    registry = CollectorRegistry()
    provider = MeterProvider([PrometheusMetricReader(registry=registry)], shutdown_on_exit=False)
    meter = provider.get_meter("test")
    meter.exposition = lambda: generate_latest(registry).decode()
    yield meter
    provider.shutdown()


@pytest.mark.parametrize(
    ("variables", "url"),
    [
        ({}, ""),
        ({ENDPOINT: "http://collector:4318"}, "http://collector:4318/v1/traces"),
        ({ENDPOINT: "http://collector:4318/"}, "http://collector:4318/v1/traces"),
        ({ENDPOINT: "http://one", OWN_ENDPOINT: "http://two/in"}, "http://two/in"),
        ({ENDPOINT: "http://one", "OTEL_SDK_DISABLED": "TRUE"}, ""),
        ({ENDPOINT: "http://one", "OTEL_TRACES_EXPORTER": "none"}, ""),
        ({ENDPOINT: ""}, ""),
    ],
)
def test_where_spans_go(monkeypatch, variables, url):
    """Spans go where OpenTelemetry's variables say, and nowhere without an endpoint."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert TraceSettings().url == url


@pytest.mark.parametrize(
    ("sampler", "argument", "ratio"),
    [
        ("", "", 1.0),
        ("", "0.5", 1.0),
        ("always_on", "", 1.0),
        ("parentbased_always_off", "", 0.0),
        ("traceidratio", "0.25", 0.25),
        ("parentbased_traceidratio", "0", 0.0),
        ("traceidratio", "2", 1.0),
        ("traceidratio", "nan", 1.0),
        ("traceidratio", "some", 1.0),
        ("jaeger_remote", "0.25", 1.0),
    ],
)
def test_how_many_are_recorded(monkeypatch, sampler, argument, ratio):
    """The share is what the sampler says of a request without a parent."""
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", sampler)
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", argument)

    assert TraceSettings().ratio == ratio


@pytest.mark.parametrize(
    ("queue", "batch", "sizes"),
    [("", "", (2048, 512)), ("100", "", (100, 100)), ("9", "3", (9, 3)), ("x", "-1", (2048, 512))],
)
def test_sizes_fit_each_other(queue, batch, sizes):
    """A batch is never larger than the queue, and what is no number is the default."""
    assert TraceSettings(queue=queue, batch=batch).sizes == sizes


def test_nothing_is_opened_when_off(meter):
    """Without an endpoint there are no traces, and no metric of them."""
    assert open_traces(TraceSettings(), "sample", "1", meter) is None
    assert "seatstream_spans" not in meter.exposition()


@pytest.mark.parametrize(("ratio", "expected"), [(0.0, {False}), (1.0, {True}), (0.5, {False, True})])
def test_requests_are_drawn_by_lot(ratio, expected):
    """None, all, or some are recorded."""
    traces = Traces(FakeOutlet(), ratio)

    assert {traces.drawn() for _ in range(200)} == expected


def test_draws_are_bounded():
    """However large the share, no more than so many requests a second are drawn."""
    now = [1.0]
    traces = Traces(FakeOutlet(), clock=lambda: now[0])
    drawn = [traces.drawn() for _ in range(DRAWN_A_SECOND + 1)]
    now[0] = 1.0 + 2 / DRAWN_A_SECOND

    assert drawn == [True] * DRAWN_A_SECOND + [False]
    assert [traces.drawn() for _ in range(3)] == [True, True, False]


def test_failures_are_recorded_within_reason():
    """A failure is recorded without being sampled, as long as there are not too many in a second."""
    now = [1.0]
    traces = Traces(FakeOutlet(), clock=lambda: now[0])
    wanted = [traces.wants(sampled=False, failed=True) for _ in range(FAILURES_A_SECOND + 1)]
    now[0] = 2.0

    assert wanted == [True] * FAILURES_A_SECOND + [False]
    assert traces.wants(sampled=False, failed=True)


def test_sampled_failures_are_not_counted():
    """What is sampled is recorded however much fails, and the rest is not."""
    traces = Traces(FakeOutlet())
    wanted = {traces.wants(sampled=True, failed=True) for _ in range(2 * FAILURES_A_SECOND)}

    assert (wanted, traces.wants(sampled=False, failed=False)) == ({True}, False)


def test_too_many_are_dropped():
    """What finds the queue full is dropped, until something has left it."""
    outlet = FakeOutlet()
    traces = Traces(outlet, queue=2)
    for _ in range(3):
        traces.add(SPAN)
    before = len(outlet.put_in)
    outlet.taken = 1
    traces.add(SPAN)

    assert (before, len(outlet.put_in)) == (2, 3)


def test_what_is_lost_is_shown(meter):
    """The metrics tell spans that went out from those that the collector did not take or that found no room."""
    outlet = FakeOutlet()
    traces = Traces(outlet, queue=5)
    traces.show(meter)
    for _ in range(6):
        traces.add(SPAN)
    outlet.taken, outlet.failed = 5, 2
    shown = meter.exposition()

    assert _outcomes(shown) == {"exported": 3, "lost": 3}


def test_closing_closes_the_outlet():
    """The end of a process reaches what takes spans away."""
    outlet = FakeOutlet()
    Traces(outlet).close()

    assert outlet.closed


@pytest.mark.parametrize(("flags", "sampled"), [("00", False), ("01", True), ("02", False), ("03", True), ("ff", True)])
def test_the_parent_and_its_decision_are_read(flags, sampled):
    """The caller's span, and whether the lowest bit of the flags is set."""
    header = f"00-{'a' * 32}-{'b' * 16}-{flags}".encode()

    assert parent_of(header) == ("b" * 16, sampled)


def _outcomes(shown: str) -> dict[str, float]:
    lines = [line for line in shown.splitlines() if line.startswith("seatstream_spans_total{")]
    return {line.partition('outcome="')[2].partition('"')[0]: float(line.rpartition(" ")[2]) for line in lines}
