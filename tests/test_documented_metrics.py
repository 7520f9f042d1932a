"""
The metrics that the operations guide names are those that there are.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from processes import TIMEOUT_S, Watch
from prometheus_client import CollectorRegistry, generate_latest
from takings import Takings, order

from inventory_stream.projection.metrics import ProjectorMetrics
from inventory_stream.projection.projector import Projector
from inventory_stream.records import encode
from inventory_stream.records.operations import TracerSent
from inventory_stream.testing import MemoryLog
from inventory_stream.web.metrics import ServiceMetrics

LISTENERS = {"seatstream_listeners", "seatstream_listeners_dropped_total"}  # shown by tests of the inventory API
TRACES = {"seatstream_spans_total"}  # shown by tests of telemetry, where there is something to record
GUIDE = Path(__file__).parents[1] / "docs" / "operations.md"


def documented(start: str) -> set[str]:
    """
    Return the names in the guide's section on metrics that begin like this.
    """
    section = GUIDE.read_text("utf-8").partition("\n## Metrics\n")[2].partition("\n## ")[0]
    return {name for name in re.findall(r"`([a-z_]+)`", section) if name.startswith(start)}


@pytest.fixture
def exposition(database_url: str) -> Iterator[str]:
    """
    What a projector shows after a few orders, an order twice, one it refuses, and a tracer.
    """
    registry, log = CollectorRegistry(), MemoryLog({"inventory": 1})
    provider = MeterProvider([PrometheusMetricReader(registry=registry)], shutdown_on_exit=False)
    projector = Projector(Takings, log, database_url)
    projector.metrics = ProjectorMetrics("takings", provider.get_meter("test"))
    tracer = encode(TracerSent(to_topic="inventory", to_partition=0), id="1", source="/tracer", time=projector._now())
    log.append([order(1), order(1), order(2, section="invalid"), tracer])
    thread = Thread(target=projector.run)
    thread.start()
    watch = Watch(database_url)
    watch.wait_for(log.end_positions(["inventory"]))
    watch.close()
    projector.stop()
    thread.join(TIMEOUT_S)
    projector.metrics.count("seatstream.projector.restarts", 1, cause="retry")
    yield generate_latest(registry).decode()
    provider.shutdown()


def test_projectors_show_the_metrics_of_the_guide(exposition: str) -> None:
    """
    Every metric of projectors that is documented is there, and none is there that is not.
    """
    shown = {name for name in re.findall(r"^# TYPE (\w+)", exposition, re.MULTILINE) if name.startswith("seatstream")}

    of_services = {"seatstream_http_prepared_answers_total", *TRACES, *LISTENERS, *documented("seatstream_gateway")}
    assert shown == documented("seatstream_") - of_services


def test_freshness_is_measured_by_tracers(exposition: str) -> None:
    """
    A tracer that was applied is one measurement of freshness.
    """
    assert re.search(r"^seatstream_freshness_seconds_count{.*} 1.0$", exposition, re.MULTILINE)


def test_services_show_the_metrics_of_the_guide() -> None:
    """
    The metrics of services are in their exposition.
    """
    metrics = ServiceMetrics("sample", "1")
    metrics.answered("GET", "/", 200, 0.1)
    shown = metrics.exposition().decode()
    metrics.close()

    assert all(f"# TYPE {name} " in shown for name in documented("http_") | {"seatstream_http_prepared_answers_total"})
