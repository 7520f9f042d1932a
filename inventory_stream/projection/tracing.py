"""
Records of traced requests on their way into a projection: a span in the request's own trace, when they are committed.
"""

import re
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from inventory_stream.records import Delivered
from inventory_stream.telemetry import Span, Traces, parent_of

MOST = 100
"""Traces in a batch: those beyond are left out, since a batch must not wait for its spans."""

RECENT = timedelta(minutes=10)
"""Older records are read again, after a long pause or into a new version: nobody looks for them in a trace."""

_PLAIN = 6  # headers that every record has; a trace comes after them
_TRACEPARENT = re.compile(rb"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")

Seen = Counter[tuple[str, bytes]]
"""Topic and `traceparent` → records. Only of traces that are recorded."""


class BatchTraces:
    """
    Finds traced records in what a projector reads, and makes their spans.
    """

    def __init__(
        self, traces: Traces, projection: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """
        Args:
            traces: takes spans.
            projection: whose name they say.
            now: the time.
        """
        self._now = now
        self._traces = traces
        self._projection = projection
        self._seen: Seen = Counter()

    def see(self, records: Iterable[Delivered]) -> None:
        """
        Note the traced ones among records that were read.
        """
        for delivered in records:
            headers = delivered.headers
            if len(headers) > _PLAIN and headers[_PLAIN][0] == "traceparent":
                self._note(delivered, headers[_PLAIN][1])

    def take(self) -> Seen:
        """
        Return what was seen, and forget it.
        """
        seen, self._seen = self._seen, Counter()
        return seen

    def committed(self, seen: Seen, seconds: float) -> None:
        """
        Record that what was seen in a batch has taken effect.

        Args:
            seconds: that the commit took.
        """
        ended = time.time()
        for (topic, traceparent), count in seen.items():
            attributes: dict[str, str | int] = {
                "messaging.system": "kafka",
                "messaging.operation.type": "process",
                "messaging.destination.name": topic,
                "messaging.batch.message_count": count,
                "seatstream.projection": self._projection,
            }
            trace, (parent, _) = traceparent[3:35].decode(), parent_of(traceparent)
            own = secrets.token_hex(8)
            self._traces.add(Span(trace, own, parent, "consumer", f"process {topic}", ended, seconds, attributes))

    def _note(self, delivered: Delivered, traceparent: bytes) -> None:
        if not _TRACEPARENT.fullmatch(traceparent) or not parent_of(traceparent)[1]:
            return
        key = delivered.topic, traceparent
        if key in self._seen or (len(self._seen) < MOST and not delivered.failure and self._recent(delivered)):
            self._seen[key] += 1

    def _recent(self, delivered: Delivered) -> bool:
        return self._now() - delivered.at < RECENT
