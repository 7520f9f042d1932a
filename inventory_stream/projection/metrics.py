"""
The projector's metrics: every name in one place.
"""

from typing import Literal

from opentelemetry.metrics import Meter, get_meter

Name = Literal[
    # Counter: records applied. Tags: projection
    "seatstream.records.applied",
    # Counter: records dropped because their id was seen before. Tags: projection
    "seatstream.records.duplicate",
    # Counter: records set aside as dead letters. Tags: projection
    "seatstream.records.dead_lettered",
    # Counter: sessions that ended early, by cause. Tags: projection, cause
    "seatstream.projector.restarts",
    # Histogram, records: size of a batch. Tags: projection
    "seatstream.batch.size",
    # Histogram, seconds: from a batch handed over to its commit. Tags: projection
    "seatstream.batch.commit",
    # Histogram, seconds: from a tracer's time to its commit. Tags: projection
    "seatstream.freshness",
]


class ProjectorMetrics:
    """
    Counters and histograms of one projector.
    """

    def __init__(self, projection: str, meter: Meter | None = None) -> None:
        """
        Args:
            meter: where to report; the process's global meter when None.
        """
        self._meter = meter or get_meter("inventory_stream.projection")
        self._tags = {"projection": projection}
        self._counters = {
            name: self._meter.create_counter(name)
            for name in (
                "seatstream.records.applied",
                "seatstream.records.duplicate",
                "seatstream.records.dead_lettered",
                "seatstream.projector.restarts",
            )
        }
        self._histograms = {
            "seatstream.batch.size": self._meter.create_histogram("seatstream.batch.size", "{record}"),
            "seatstream.batch.commit": self._meter.create_histogram("seatstream.batch.commit", "s"),
            "seatstream.freshness": self._meter.create_histogram("seatstream.freshness", "s"),
        }

    def count(self, name: Name, amount: int, **tags: str) -> None:
        """
        Add to a counter; nothing for an amount of 0.
        """
        if amount:
            self._counters[name].add(amount, {**self._tags, **tags})

    def record(self, name: Name, value: float) -> None:
        """
        Record a value of a histogram.
        """
        self._histograms[name].record(value, self._tags)
