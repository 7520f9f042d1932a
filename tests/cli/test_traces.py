"""
`seatstream traces`: what processes send is shown.
"""

import socket
from concurrent.futures import Future, ThreadPoolExecutor

import httpx
import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from inventory_stream.cli import traces
from inventory_stream.collector import Collector
from inventory_stream.local.ports import accepts, free_port
from inventory_stream.telemetry import Span

TRACE = "0af7651916cd43dd8448eb211c80319c"
SPAN = Span(TRACE, "b7ad6b7169203331", "", "server", "GET /v1/events/{event_id}", 1_800_000_000.5, 0.25, {})

HALF = b"\x1f\x8b\x08"
BAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xff\xff\xff\xff"  # a head of gzip, and nothing that could be unpacked


@pytest.fixture
def shown(monkeypatch):
    """Run the command: `shown(port, *arguments)` gives what it will have printed."""
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "20")
    with ThreadPoolExecutor(1) as pool:

        def start(port: int, *arguments: str) -> Future[Result]:
            app = typer.Typer()
            traces.register(app)
            wide = {"COLUMNS": "300", "NO_COLOR": "1"}
            running = pool.submit(CliRunner().invoke, app, ["--port", str(port), *arguments], env=wide)
            while not accepts(port):
                assert not running.done(), running.result().output
            return running

        yield start


def send(port: int, *spans: Span) -> None:
    """Send spans as a process does."""
    outlet = Collector(f"http://127.0.0.1:{port}{traces.PATH}", "gateway", "1", 100, 100)
    for span in spans:
        outlet.put(span)
    outlet.close()


def test_a_span_is_a_line(shown):
    """A line says when, in which trace, who, what, how long and how it ended."""
    port = free_port()
    running = shown(port, "--limit", "1")
    send(port, SPAN._replace(attributes={"http.response.status_code": 503}, error="unavailable"))
    (line,) = running.result().output.splitlines()

    assert line.split() == [
        *("08:00:00.250", TRACE, "gateway", "server", "250.00", "ms"),
        *("GET", "/v1/events/{event_id}", "503", "error.type=unavailable"),
    ]


def test_spans_come_in_their_order(shown):
    """What began first is shown first, and what is not of interest is told of in a word."""
    port = free_port()
    running = shown(port, "--limit", "2")
    send(
        port,
        SPAN,
        SPAN._replace(seconds=1.0, kind="client", attributes={"url.template": "/", "seatstream.answer": "kept"}),
    )
    first, second = running.result().output.splitlines()

    assert (first.split()[3], second.split()[3]) == ("client", "server")
    assert first.endswith("seatstream.answer=kept")


def test_what_has_no_status_has_no_gap(shown):
    """A span of a projector has words and no status."""
    port = free_port()
    running = shown(port, "--limit", "1")
    send(port, SPAN._replace(name="process activity", attributes={"seatstream.projection": "venue"}))

    assert running.result().output.strip().endswith("ms process activity seatstream.projection=venue")


def test_one_trace_alone_can_be_watched(shown):
    """With the beginning of a trace id others are left out."""
    port = free_port()
    running = shown(port, "0af7", "--limit", "1")
    send(port, SPAN._replace(trace="1" * 32, seconds=2.0), SPAN)

    assert running.result().output.split()[1] == TRACE


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [("/v1/logs", b"", 404), (traces.PATH, b"nonsense", 400), (traces.PATH, HALF, 400), (traces.PATH, BAD, 400)],
    ids=["path", "protobuf", "half", "corrupt"],
)
def test_what_is_no_trace_is_refused(shown, path, body, status):
    """Other paths and broken bodies are answered, and what comes then is shown."""
    port = free_port()
    running = shown(port, "--limit", "1")
    packed = {"content-encoding": "gzip"} if body[:1] == b"\x1f" else {}
    answer = httpx.post(f"http://127.0.0.1:{port}{path}", content=body, headers=packed, trust_env=False)
    send(port, SPAN)

    assert (answer.status_code, TRACE in running.result().output) == (status, True)


def test_compressed_spans_are_read(shown, monkeypatch):
    """Processes may compress what they send."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")
    port = free_port()
    running = shown(port, "--limit", "1")
    send(port, SPAN)

    assert TRACE in running.result().output


def test_a_port_that_is_taken_is_a_sentence():
    """Who runs it twice, or beside a real collector, is told so."""
    app = typer.Typer()
    traces.register(app)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = CliRunner().invoke(app, ["--port", str(taken.getsockname()[1])], env={"COLUMNS": "300"})

    assert (result.exit_code, "cannot be used: Address already in use" in result.output) == (2, True)
