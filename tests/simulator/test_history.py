"""
The demo's past is written once, whatever happens in between.
"""

from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

from inventory_stream.records import decode
from inventory_stream.testing import MemoryLog
from simulator.history import find_history, load_history
from simulator.settings import SimulatorSettings

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
TOPICS = ["inventory", "activity", "feedback"]


@pytest.fixture
def settings() -> SimulatorSettings:
    """
    A small past.
    """
    return SimulatorSettings(events=3, days=10.0, visits=30)


def test_an_empty_stream_holds_no_past():
    """
    Nothing is found where nothing is.
    """
    assert find_history(MemoryLog()) == (None, False)


def test_the_first_start_writes_the_past(settings):
    """
    Afterwards the stream holds it, from ten days ago on.
    """
    log = MemoryLog()
    load_history(log, settings, NOW, Event())

    assert find_history(log).loaded


def test_the_second_start_writes_nothing(settings):
    """
    What is there is not written again, at whatever time.
    """
    log = MemoryLog()
    load_history(log, settings, NOW, Event())
    before = log.end_positions(TOPICS)
    load_history(log, settings, NOW + timedelta(days=1), Event())

    assert log.end_positions(TOPICS) == before


def test_the_past_ends_now(settings):
    """
    No record is from the future.
    """
    log = MemoryLog()
    load_history(log, settings, NOW, Event())

    assert max(record.at for record in _records(log)) <= NOW


def test_an_interrupted_load_is_written_again_with_the_same_bytes(settings):
    """
    A second try after a stop has the ids, times and bytes of the first: readers drop what they have had.
    """
    log, stop = MemoryLog(), Event()
    load_history(log, settings, NOW, stop, lambda sent: stop.set())
    first = {record.id: (record.time, record.value) for record in _records(log)}
    load_history(log, settings, NOW + timedelta(hours=3), Event())

    records = _records(log)

    assert 0 < len(first) < len({record.id for record in records})
    assert all(first[record.id] == (record.time, record.value) for record in records if record.id in first)
    assert find_history(log).loaded


def test_the_past_is_legal(settings, audit):
    """
    What the stream holds breaks no rule.
    """

    class Kept(MemoryLog):
        kept: list = []

        def send(self, records):
            self.kept += records

        def append(self, records):
            self.kept += records
            return []

    log = Kept()
    load_history(log, settings, NOW, Event())

    assert audit([log.kept]).problems == []
    assert decode("inventory", 0, 0, b"", log.kept[-1].value, log.kept[-1].headers).id == "demo-loaded"


def _records(log):
    return log.read(dict.fromkeys(log.end_positions(TOPICS), 0)).poll(1_000_000, 0)
