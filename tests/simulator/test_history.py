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


SMALL = """
name = "small"
summary = "A small past"
days = 10
[supply]
venues = { club = 2, theatre = 1 }
scale = 0.1
[[supply.programmes]]
every_days = 2
lead_days = [2, 6]
[[strategies]]
strategy = "bulk_bots"
options = { accounts = 4 }
"""


@pytest.fixture
def settings(tmp_path) -> SimulatorSettings:
    """
    A small past.
    """
    (tmp_path / "small.toml").write_text(SMALL)
    return SimulatorSettings(scenario=str(tmp_path / "small.toml"))


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
