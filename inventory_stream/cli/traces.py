"""
`seatstream traces`: spans as processes send them, a line a span.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Annotated, Any

import typer
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from rich.markup import escape

from inventory_stream.cli.stream import console

PATH = "/v1/traces"
_LARGEST = 64_000_000
_NANO = 1_000_000_000
# What tells most about a span, beside its name.
_TOLD = ("error.type", "seatstream.answer", "http.request.resend_count", "seatstream.projection")


def register(app: typer.Typer) -> None:
    """
    Add this file's commands.
    """
    app.command(name="traces")(traces)


def traces(
    trace: Annotated[str, typer.Argument(help="Only of trace ids that begin like this.")] = "",
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Where spans are taken, on this machine alone.")] = 4318,
    limit: Annotated[int, typer.Option(min=0, help="End after so many spans; 0 for no end.")] = 0,
) -> None:
    """
    Show spans as they come: a collector for a machine of one's own, which keeps nothing.

    Processes send here when OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 is set where they start.
    """
    shown = 0
    for request in _requests(port):
        for line in lines(request, trace):
            console().print(line)
            shown += 1
            if shown == limit:
                return


def lines(request: ExportTraceServiceRequest, trace: str = "") -> list[str]:
    """
    Return the spans of a request for a person to read, with markup; those that began first come first.

    Args:
        trace: how their trace ids begin.
    """
    found = [
        (span.start_time_unix_nano, _line(_words(group.resource).get("service.name", "?"), span))
        for group in request.resource_spans
        for scope in group.scope_spans
        for span in scope.spans
        if span.trace_id.hex().startswith(trace)
    ]
    return [line for _, line in sorted(found)]


def _line(service: str, span: Any) -> str:
    began = datetime.fromtimestamp(span.start_time_unix_nano / _NANO, UTC)
    milliseconds = (span.end_time_unix_nano - span.start_time_unix_nano) / 1e6
    words = _words(span)
    kind = span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower()
    told = [f"{name}={words[name]}" for name in _TOLD if name in words]
    failed = span.status.code == span.status.STATUS_CODE_ERROR
    status = words.get("http.response.status_code", "")
    name = f"[red]{escape(span.name)}[/]" if failed else escape(span.name)
    begin = f"[dim]{began:%H:%M:%S}.{began.microsecond // 1000:03}[/] {span.trace_id.hex()}"
    rest = " ".join(word for word in (status, *told) if word)
    return (
        f"{begin} [bold cyan]{escape(service):<17}[/] {kind:<8} {milliseconds:>8.2f} ms {name} {escape(rest)}".rstrip()
    )


def _words(holder: Any) -> dict[str, str]:
    return {
        pair.key: str(getattr(pair.value, pair.value.WhichOneof("value") or "string_value"))
        for pair in holder.attributes
    }


def _requests(port: int) -> Iterator[ExportTraceServiceRequest]:
    """Take one request after another."""
    taken: list[ExportTraceServiceRequest] = []
    try:
        made = HTTPServer(("127.0.0.1", port), _handler(taken.append))
    except OSError as error:
        raise typer.BadParameter(f"port {port} cannot be used: {error.strerror}") from error
    with made as server:
        while True:
            server.handle_request()
            yield from _drained(taken)


def _drained(taken: list[ExportTraceServiceRequest]) -> Iterable[ExportTraceServiceRequest]:
    found, taken[:] = list(taken), []
    return found


def _handler(take: Callable[[ExportTraceServiceRequest], None]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Takes OTLP over HTTP."""

        timeout = 5  # for whoever connects and says nothing

        def do_POST(self) -> None:
            """Take spans."""
            size = self.headers.get("content-length", "")
            if self.path != PATH or not size.isdecimal() or int(size) > _LARGEST:
                self.send_error(404)
                return
            body = self.rfile.read(int(size))
            try:
                plain = gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body
                take(ExportTraceServiceRequest.FromString(plain))
            except (DecodeError, OSError, EOFError, zlib.error):
                self.send_error(400)
                return
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing: standard output is for spans."""

    return Handler
