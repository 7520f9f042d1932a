"""
How long answers took, as Prometheus reads it.
"""

from prometheus_client import CollectorRegistry, generate_latest

from inventory_stream.web.durations import BOUNDS_S, NAME, Durations
from inventory_stream.web.metrics import ServiceMetrics


def exposed(*seconds):
    """What is shown after answers that took this long."""
    registry, durations = CollectorRegistry(), Durations()
    registry.register(durations)
    for each in seconds:
        durations.add("GET", "/v1/a/{id}", 200, each)
    return generate_latest(registry).decode()


def rows(text, name):
    """The numbers of one series by its last label."""
    found = [line for line in text.splitlines() if line.startswith(f"{NAME}_{name}")]
    return {line.partition('le="')[2].partition('"')[0]: float(line.rpartition(" ")[2]) for line in found}


def test_answers_are_counted_by_how_long_they_took():
    """A bucket has all that took no longer than its bound; the last one has all."""
    buckets = rows(exposed(0.0004, 0.0005, 0.003, 60), "bucket")

    assert [buckets[bound] for bound in ("0.0005", "0.001", "0.005", "10.0", "+Inf")] == [2, 2, 3, 3, 4]
    assert len(buckets) == len(BOUNDS_S) + 1


def test_their_number_and_sum_are_shown():
    """Enough for a mean."""
    text = exposed(1, 2)

    assert (rows(text, "count"), rows(text, "sum")) == ({"": 2}, {"": 3})


def test_rows_have_method_route_and_status():
    """Each combination has rows of its own."""
    metrics = ServiceMetrics("test", "1")
    metrics.answered("GET", "/a", 200, 0.1)
    metrics.answered("GET", "/a", 404, 0.1)
    text = metrics.exposition().decode()
    metrics.close()

    found = [line for line in text.splitlines() if line.startswith(f"{NAME}_count")]
    assert len(found) == 2
    assert any('http_response_status_code="404"' in line and 'http_route="/a"' in line for line in found)
