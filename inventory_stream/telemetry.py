"""
Traces: which requests are recorded as spans, and the way of spans to a collector. Gateway and services share it.

A span is made by hand once its work has ended: only then is it known whether it failed, and failures are recorded even when
their trace is not.
"""

import time
from collections.abc import Callable, Mapping
from random import random
from typing import Annotated, Literal, NamedTuple, Protocol

from opentelemetry.metrics import CallbackOptions, Meter, Observation
from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

# Whatever the share: a record costs more than many an answer, and one in a thousand shows as much.
DRAWN_A_SECOND = 500
# What fails is recorded anyway, but no more than that: when everything fails, there is better to do.
FAILURES_A_SECOND = 100
_QUEUE, _BATCH = 2048, 512  # what OpenTelemetry's specification says
_SAMPLED = frozenset(b"13579bdf")

Kind = Literal["server", "client", "consumer"]


class TraceSettings(BaseSettings):
    """
    What OpenTelemetry's standard variables say, as far as it is not its SDK that reads them. Without an endpoint nothing is
    recorded.

    traces_endpoint: the whole URL (`OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`). endpoint: the one of all signals, to which
        `/v1/traces` is added (`OTEL_EXPORTER_OTLP_ENDPOINT`).
    exporter: `none` for off (`OTEL_TRACES_EXPORTER`). disabled: `OTEL_SDK_DISABLED`.
    sampler, sampler_arg: `OTEL_TRACES_SAMPLER`, `OTEL_TRACES_SAMPLER_ARG`; see `ratio`.
    queue, batch: spans, `OTEL_BSP_MAX_QUEUE_SIZE` and `OTEL_BSP_MAX_EXPORT_BATCH_SIZE`.
    """

    model_config = SettingsConfigDict(frozen=True, populate_by_name=True)

    traces_endpoint: Annotated[str, Field(validation_alias=AliasChoices("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"))] = ""
    endpoint: Annotated[str, Field(validation_alias=AliasChoices("OTEL_EXPORTER_OTLP_ENDPOINT"))] = ""
    exporter: Annotated[str, Field(validation_alias=AliasChoices("OTEL_TRACES_EXPORTER"))] = "otlp"
    disabled: Annotated[str, Field(validation_alias=AliasChoices("OTEL_SDK_DISABLED"))] = ""
    sampler: Annotated[str, Field(validation_alias=AliasChoices("OTEL_TRACES_SAMPLER"))] = ""
    sampler_arg: Annotated[str, Field(validation_alias=AliasChoices("OTEL_TRACES_SAMPLER_ARG"))] = ""
    queue: Annotated[str, Field(validation_alias=AliasChoices("OTEL_BSP_MAX_QUEUE_SIZE"))] = ""
    batch: Annotated[str, Field(validation_alias=AliasChoices("OTEL_BSP_MAX_EXPORT_BATCH_SIZE"))] = ""

    @property
    def url(self) -> str:
        """
        Where spans go; empty when nothing is recorded.
        """
        if self.exporter.strip().lower() == "none" or self.disabled.strip().lower() == "true":
            return ""
        if self.traces_endpoint or not self.endpoint:
            return self.traces_endpoint
        return f"{self.endpoint.removesuffix('/')}/v1/traces"

    @property
    def ratio(self) -> float:
        """
        The share of requests that is recorded: what the sampler says of a request without a parent. What cannot be
        understood is all, as for the SDK.
        """
        sampler = self.sampler.strip().lower().removeprefix("parentbased_")
        if sampler == "always_off":
            return 0.0
        try:
            ratio = float(self.sampler_arg) if sampler == "traceidratio" else 1.0
        except ValueError:
            return 1.0
        return ratio if 0 <= ratio <= 1 else 1.0

    @property
    def sizes(self) -> tuple[int, int]:
        """
        Spans that may wait, and those that are sent at once.
        """
        queue = _positive(self.queue, _QUEUE)
        return queue, min(_positive(self.batch, _BATCH), queue)


class Span(NamedTuple):
    """
    One piece of work that has ended. trace, id, parent: hexadecimal; parent is empty for the first of a trace.

    ended: seconds since 1970. error: what went wrong in a word, empty when nothing did.
    """

    trace: str
    id: str
    parent: str
    kind: Kind
    name: str
    ended: float
    seconds: float
    attributes: Mapping[str, str | int]
    error: str = ""


class Outlet(Protocol):
    """
    Takes spans to a collector, in its own time.
    """

    @property
    def taken(self) -> int:
        """Spans that have left the queue."""
        ...

    @property
    def failed(self) -> int:
        """Of these, those that the collector did not get."""
        ...

    def put(self, span: Span) -> None:
        """Put a span into the queue; never waits."""
        ...

    def close(self) -> None:
        """Send what is there, but wait for only so long."""
        ...


class Traces:
    """
    Records spans of one process. For one thread.
    """

    def __init__(
        self, outlet: Outlet, ratio: float = 1.0, queue: int = _QUEUE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """
        Args:
            outlet: takes them away.
            ratio: the share of requests that is recorded where a trace begins for us.
            queue: spans that may wait; what comes then is lost.
            clock: seconds, rising.
        """
        self._outlet = outlet
        self._ratio = ratio
        self._queue = queue
        self._draws = _Allowance(DRAWN_A_SECOND, clock)
        self._failures = _Allowance(FAILURES_A_SECOND, clock)
        self._added = self._dropped = 0

    def drawn(self) -> bool:
        """
        Say whether a request is recorded, by lot and within reason: its trace id may be a stranger's choice, so it does not
        decide.
        """
        return random() < self._ratio and self._draws.spend()  # noqa: S311 - no secret

    def wants(self, *, sampled: bool, failed: bool) -> bool:
        """
        Say whether something that has ended is recorded: what its trace says, and failures anyway, within reason.
        """
        return sampled or (failed and self._failures.spend())

    def add(self, span: Span) -> None:
        """
        Record a span, unless too many wait.
        """
        if self._added - self._outlet.taken >= self._queue:
            self._dropped += 1
            return
        self._added += 1
        self._outlet.put(span)

    def close(self) -> None:
        """
        Send what is there, but wait for only so long.
        """
        self._outlet.close()

    def show(self, meter: Meter) -> None:
        """
        Show how many spans went out, and how many did not.
        """
        meter.create_observable_counter("seatstream.spans", [self._observe], description="Spans of traces, by outcome")

    def _observe(self, _: CallbackOptions) -> list[Observation]:
        failed = self._outlet.failed
        outcomes = {"exported": self._outlet.taken - failed, "lost": failed + self._dropped}
        return [Observation(count, {"outcome": outcome}) for outcome, count in outcomes.items()]


class _Allowance:
    """So many a second, and after a pause as many at once."""

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self._most = self._left = float(most)
        self._clock = clock
        self._at = clock()

    def spend(self) -> bool:
        """Take one; say whether there was one."""
        now = self._clock()
        self._left = min(self._most, self._left + (now - self._at) * self._most)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


def open_traces(settings: TraceSettings, service: str, version: str, meter: Meter) -> Traces | None:
    """
    Return what records the spans of a process; None when nothing is to be recorded.

    Args:
        service: name of the process, as traces show it.
        version: of its package.
        meter: shows how many spans went out.
    """
    if not settings.url:
        return None
    from inventory_stream.collector import Collector

    queue, batch = settings.sizes
    traces = Traces(Collector(settings.url, service, version, queue, batch), settings.ratio, queue)
    traces.show(meter)
    return traces


def parent_of(traceparent: bytes) -> tuple[str, bool]:
    """
    Return whose child a request is, and whether it says that its trace is recorded.

    Args:
        traceparent: the header, known to be well formed.
    """
    return traceparent[36:52].decode(), traceparent[54] in _SAMPLED


def _positive(text: str, otherwise: int) -> int:
    return int(text) if text.strip().isdecimal() and int(text) > 0 else otherwise
