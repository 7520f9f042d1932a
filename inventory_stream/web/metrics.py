"""
Metrics of a service: OpenTelemetry instruments, read by Prometheus at `/metrics`.
"""

from collections.abc import Iterable

from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.metrics import CallbackOptions, Meter, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.view import ExplicitBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from prometheus_client import CollectorRegistry, generate_latest

DURATION = "http.server.request.duration"
_BUCKETS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class ServiceMetrics:
    """
    The meter of one service and the instruments that every service has.

    Answers from prepared bytes are only counted: timing them would cost as much as they do.
    """

    def __init__(self, service: str, version: str) -> None:
        """
        Args:
            service: name of the service.
            version: its package version.
        """
        self._registry = CollectorRegistry()
        resource = Resource.create({"service.name": service, "service.version": version})
        view = View(instrument_name=DURATION, aggregation=ExplicitBucketHistogramAggregation(_BUCKETS_S))
        reader = PrometheusMetricReader(registry=self._registry)
        self._provider = MeterProvider([reader], resource, shutdown_on_exit=False, views=[view])
        self.meter: Meter = self._provider.get_meter(service, version)
        self.prepared_answers = 0
        self._duration = self.meter.create_histogram(DURATION, unit="s", description="Time to answer requests")
        self.meter.create_observable_counter(
            "seatstream.http.prepared_answers", [self._observe], description="Requests answered from prepared bytes"
        )

    def _observe(self, _: CallbackOptions) -> Iterable[Observation]:
        yield Observation(self.prepared_answers)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """
        Record one answer. `route` is the template, so that ids do not become labels.
        """
        self._duration.record(
            seconds, {"http.request.method": method, "http.route": route, "http.response.status_code": status}
        )

    def exposition(self) -> bytes:
        """
        Return all metrics in Prometheus' text format.
        """
        return generate_latest(self._registry)

    def close(self) -> None:
        """
        Stop the provider.
        """
        self._provider.shutdown()
