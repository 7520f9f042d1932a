"""
Metrics of a service: OpenTelemetry instruments, read by Prometheus at `/metrics`.
"""

from collections.abc import Iterable

from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.metrics import CallbackOptions, Meter, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.resources import Resource
from prometheus_client import CollectorRegistry, generate_latest

from inventory_stream.web.durations import Durations


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
        reader = PrometheusMetricReader(registry=self._registry)
        self._provider = MeterProvider([reader], resource, shutdown_on_exit=False)
        self.meter: Meter = self._provider.get_meter(service, version)
        self.prepared_answers = 0
        self._durations = Durations()
        self._registry.register(self._durations)
        self.meter.create_observable_counter(
            "seatstream.http.prepared_answers", [self._observe], description="Requests answered from prepared bytes"
        )

    def _observe(self, _: CallbackOptions) -> Iterable[Observation]:
        yield Observation(self.prepared_answers)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """
        Record one answer. `route` is the template, so that ids do not become labels.
        """
        self._durations.add(method, route, status, seconds)

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
