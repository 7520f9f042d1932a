"""
The way of spans to a collector: OTLP over HTTP by OpenTelemetry's exporter, from a thread of its own.
"""

import logging
from collections.abc import Sequence
from threading import Thread

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, StatusCode, TraceFlags, set_span_in_context

from inventory_stream.telemetry import Kind, Span

# At the end of a process what is still there may go out, but a collector that does not answer must not hold it up.
FLUSH_S = 2.0
_KINDS: dict[Kind, SpanKind] = {
    "server": SpanKind.SERVER,
    "client": SpanKind.CLIENT,
    "consumer": SpanKind.CONSUMER,
}
_FLAGS = TraceFlags(TraceFlags.SAMPLED)
_NANO = 1_000_000_000
_logger = logging.getLogger(__name__)


class Collector:
    """
    Sends the spans of one process. Headers, timeout, compression, certificates, the delay between two batches, limits of
    spans and the resource's attributes are those of OpenTelemetry's standard variables.
    """

    def __init__(self, url: str, service: str, version: str, queue: int, batch: int) -> None:
        """
        Args:
            url: where it takes spans.
            service: name of the process.
            version: of its package.
            queue: spans that may wait.
            batch: spans that are sent at once.
        """
        self._exporter = _Exporter(OTLPSpanExporter(url))
        self._processor = BatchSpanProcessor(self._exporter, queue, max_export_batch_size=batch)
        self._ids = _GivenIds()
        provider = TracerProvider(
            sampler=ALWAYS_ON,  # what comes here was decided upon
            resource=Resource.create({"service.name": service, "service.version": version}),
            id_generator=self._ids,
            shutdown_on_exit=False,
        )
        provider.add_span_processor(self._processor)
        self._tracer = provider.get_tracer("seatstream", version)

    @property
    def taken(self) -> int:
        """Spans that have left the queue."""
        return self._exporter.taken

    @property
    def failed(self) -> int:
        """Spans that the collector did not get."""
        return self._exporter.failed

    def put(self, span: Span) -> None:
        """
        Put a span into the queue; never waits.
        """
        self._ids.trace, self._ids.span = int(span.trace, 16), int(span.id, 16)
        parent = None
        if span.parent:
            context = SpanContext(self._ids.trace, int(span.parent, 16), span.kind != "client", _FLAGS)
            parent = set_span_in_context(NonRecordingSpan(context))
        ended = int(span.ended * _NANO)
        made = self._tracer.start_span(
            span.name,
            parent,
            _KINDS[span.kind],
            {**span.attributes, "error.type": span.error} if span.error else span.attributes,
            start_time=ended - int(span.seconds * _NANO),
        )
        if span.error:
            made.set_status(StatusCode.ERROR)
        made.end(ended)

    def close(self) -> None:
        """
        Send what is there, but wait for only so long.
        """
        # The SDK would wait for half a minute; a thread that is a daemon is left behind.
        last = Thread(target=self._processor.shutdown, name="traces-end", daemon=True)
        last.start()
        last.join(FLUSH_S)
        if last.is_alive():
            self._exporter.shutdown()
            _logger.warning("traces: the last spans did not reach the collector in %s s", FLUSH_S)


class _GivenIds(IdGenerator):
    """Ids that were made before: the traceparent header had to have them."""

    trace = span = 0

    def generate_trace_id(self) -> int:
        """That of the span that is being put."""
        return self.trace

    def generate_span_id(self) -> int:
        """That of the span that is being put."""
        return self.span


class _Exporter(SpanExporter):
    """Counts what the exporter gets away with, and says once that it does not, and once that it does again."""

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner
        self._away = self._closed = False
        self.taken = self.failed = 0
        logging.getLogger("opentelemetry.exporter.otlp.proto.http.trace_exporter").addFilter(_said)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send, and note how it went."""
        result = self._inner.export(spans)
        arrived = result is SpanExportResult.SUCCESS
        if not arrived:
            self.failed += len(spans)
        if arrived is self._away:
            self._away = not arrived
            self._tell()
        self.taken += len(spans)
        return result

    def shutdown(self) -> None:
        """End, once."""
        if not self._closed:
            self._closed = True
            self._inner.shutdown()

    def _tell(self) -> None:
        if self._away:
            _logger.warning("traces: the collector does not take spans (%s); they are lost until it does", _said.last)
        else:
            _logger.warning("traces: the collector takes spans again; %d were lost", self.failed)


class _Said(logging.Filter):
    """Keeps to itself what the exporter says about its tries: it would say so for each batch, for as long as it takes."""

    last = ""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep it, and let nothing through."""
        self.last = record.getMessage()
        return False


_said = _Said()
