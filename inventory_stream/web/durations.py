"""
How long answers took, counted where each request can afford it: finding a row and adding one.
"""

from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate

from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector

NAME = "http_server_request_duration_seconds"
BOUNDS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_LABELS = ("http_request_method", "http_route", "http_response_status_code")


class Durations(Collector):
    """
    A histogram for each method, route and status, by the name that OpenTelemetry gives it.
    """

    def __init__(self) -> None:
        # Counts of the buckets, the last without a bound.
        self._rows: dict[tuple[str, str, int], list[int]] = {}
        self._sums: dict[tuple[str, str, int], float] = {}

    def add(self, method: str, route: str, status: int, seconds: float) -> None:
        """
        Count one answer.
        """
        key = method, route, status
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = [0] * (len(BOUNDS_S) + 1)
            self._sums[key] = 0.0
        row[bisect_left(BOUNDS_S, seconds)] += 1
        self._sums[key] += seconds

    def collect(self) -> Iterable[HistogramMetricFamily]:
        """
        Give all rows to Prometheus.
        """
        family = HistogramMetricFamily(NAME, "Time to answer requests", labels=_LABELS)
        bounds = [*map(str, map(float, BOUNDS_S)), "+Inf"]
        for (method, route, status), row in list(self._rows.items()):
            buckets = list(zip(bounds, accumulate(row), strict=True))
            family.add_metric((method, route, str(status)), buckets, self._sums[method, route, status])
        yield family
