"""
A collector of traces: a small server that speaks OTLP over HTTP, and does what a test wants of it.
"""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from inventory_stream.telemetry import TraceSettings

TIMEOUT_S = 20


class Seen(NamedTuple):
    """A span as it arrived. parent: empty for the first of a trace."""

    service: str
    name: str
    kind: int
    trace: str
    id: str
    parent: str
    attributes: dict
    failed: bool
    seconds: float


class Collector:
    """What came, and how the next request is answered: `status`, once `thawed` is set."""

    url = ""

    def __init__(self):
        self.status = 200
        self.thawed = threading.Event()
        self.thawed.set()
        self.asked = threading.Event()
        self.headers: dict[str, str] = {}
        self.resource: dict[str, str] = {}
        self._spans: list[Seen] = []
        self._come = threading.Condition()

    @property
    def settings(self) -> TraceSettings:
        """Settings that lead here."""
        return TraceSettings(traces_endpoint=self.url)

    def spans(self, count: int) -> list[Seen]:
        """Wait for so many spans; the one that began first comes first."""
        with self._come:
            assert self._come.wait_for(lambda: len(self._spans) >= count, TIMEOUT_S), self._spans
            return list(self._spans)

    @property
    def came(self) -> list[Seen]:
        """What has come so far."""
        return list(self._spans)

    def take(self, handler: BaseHTTPRequestHandler) -> int:
        """Read a request; return the status of the answer."""
        body = handler.rfile.read(int(handler.headers["content-length"]))
        self.asked.set()
        self.thawed.wait(TIMEOUT_S)
        if self.status == 200:
            plain = gzip.decompress(body) if handler.headers["content-encoding"] == "gzip" else body
            with self._come:
                self.headers = {name.lower(): value for name, value in handler.headers.items()}
                self._keep(ExportTraceServiceRequest.FromString(plain))
                self._come.notify_all()
        return self.status

    def _keep(self, request: ExportTraceServiceRequest) -> None:
        for group in request.resource_spans:
            self.resource = attributes(group.resource)
            for span in (span for scope in group.scope_spans for span in scope.spans):
                ids = (span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex())
                seconds = (span.end_time_unix_nano - span.start_time_unix_nano) / 1e9
                failed = span.status.code == span.status.STATUS_CODE_ERROR
                service = self.resource["service.name"]
                self._spans.append(Seen(service, span.name, span.kind, *ids, attributes(span), failed, seconds))


def attributes(holder) -> dict:
    """The attributes of a span or a resource."""
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in holder.attributes}


@contextmanager
def collecting() -> Iterator[Collector]:
    """Give a collector on a port of its own."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        """Hands requests on."""

        def do_POST(self):
            """Take spans."""
            try:
                self.send_response(collector.take(self))
                self.send_header("content-length", "0")
                self.end_headers()
            except OSError:
                pass  # whoever sent them has left

        def log_message(self, *_):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        collector.url = f"http://127.0.0.1:{server.server_port}/v1/traces"
        try:
            yield collector
        finally:
            collector.thawed.set()
            server.shutdown()
            thread.join()
