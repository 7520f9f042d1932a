"""
Traced records in a projector: a span in their own trace, once they have taken effect.
"""

from datetime import timedelta
from threading import Thread

import pytest
from msgspec import structs
from outlets import FakeOutlet
from processes import TIMEOUT_S, Watch
from takings import NOON, Takings, order

from inventory_stream.projection.projector import Projector
from inventory_stream.projection.tracing import MOST, RECENT, BatchTraces
from inventory_stream.records import Delivered, Encoded, decode, encode
from inventory_stream.records.activity import EventViewed
from inventory_stream.telemetry import Traces
from inventory_stream.testing import MemoryLog

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SAMPLED = f"00-{TRACE}-{PARENT}-01"


def viewed(traceparent: str, number: int = 0) -> Encoded:
    """A record of a request."""
    record = EventViewed(session_id="s", event_id="e")
    return encode(record, id=str(number), source="/t", time=NOON, traceparent=traceparent)


def read(made: Encoded) -> Delivered:
    """A record as it comes from the log."""
    return decode("activity", 0, 0, made.key, made.value, made.headers)


@pytest.fixture
def outlet() -> FakeOutlet:
    """Where spans go."""
    return FakeOutlet()


@pytest.fixture
def batch(outlet: FakeOutlet) -> BatchTraces:
    """What finds traced records, right after they were written."""
    return BatchTraces(Traces(outlet), "venue", lambda: NOON + timedelta(seconds=1))


def test_records_of_a_request_are_one_span(batch: BatchTraces, outlet: FakeOutlet) -> None:
    """All records of a traced request are one span below the request's, which says how many and where."""
    batch.see([read(viewed(SAMPLED, number)) for number in range(3)])
    batch.committed(batch.take(), 0.25)
    (span,) = outlet.put_in

    assert (span.trace, span.parent, span.kind, span.name) == (TRACE, PARENT, "consumer", "process activity")
    assert (span.seconds, span.error) == (0.25, "")
    assert span.attributes == {
        "messaging.system": "kafka",
        "messaging.operation.type": "process",
        "messaging.destination.name": "activity",
        "messaging.batch.message_count": 3,
        "seatstream.projection": "venue",
    }


@pytest.mark.parametrize("traceparent", ["", SAMPLED[:-1] + "0", "nonsense", SAMPLED + "-more"])
def test_what_is_not_recorded_is_not_seen(batch: BatchTraces, traceparent: str) -> None:
    """Records without a trace, of one that is not recorded, or of none that is valid, are no spans."""
    batch.see([read(viewed(traceparent))])

    assert not batch.take()


def test_records_that_are_read_again_are_not_seen(outlet: FakeOutlet) -> None:
    """A new version reads years of records: they are not part of what happens now."""
    batch = BatchTraces(Traces(outlet), "venue", lambda: NOON + RECENT)
    batch.see([read(viewed(SAMPLED))])

    assert not batch.take()


def test_a_batch_has_a_bound(batch: BatchTraces) -> None:
    """Of more traces than may be in a batch the first are taken, with all of their records."""
    made = [viewed(f"00-{number:032x}-{PARENT}-01") for number in range(1, MOST + 2)]
    batch.see(map(read, [*made, made[0]]))
    seen = batch.take()

    assert (len(seen), sum(seen.values())) == (MOST, MOST + 1)
    assert not batch.take()


def test_a_projector_records_what_it_has_committed(database_url: str, outlet: FakeOutlet) -> None:
    """The commit of a traced record is a span in its trace."""
    log, made = MemoryLog({"inventory": 1}), order(1)
    log.append([order(0), structs.replace(made, headers=[*made.headers, ("traceparent", SAMPLED.encode())])])
    projector = Projector(Takings, log, database_url)
    projector.traces = BatchTraces(Traces(outlet), "takings", lambda: NOON)
    thread, watch = Thread(target=projector.run), Watch(database_url)
    thread.start()
    watch.wait_for(log.end_positions(["inventory"]))
    watch.close()
    projector.stop()
    thread.join(TIMEOUT_S)
    (span,) = outlet.put_in

    assert (span.trace, span.parent, span.name) == (TRACE, PARENT, "process inventory")
    assert span.attributes["messaging.batch.message_count"] == 1
