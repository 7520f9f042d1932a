"""
Batches reach a log in order: fast, at a rate, in real time.
"""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import Event

import pytest

from inventory_stream.log import Partition
from inventory_stream.testing import MemoryLog
from simulator.live import LiveSale
from simulator.pacing import LATE_S, pieces, send_at_rate, send_fast, send_in_real_time
from simulator.scenario import load_scenario
from simulator.world import make_world

START = datetime(2026, 3, 2, 8, tzinfo=UTC)


class Instant(Event):
    """
    A stop that nobody waits for.
    """

    def wait(self, timeout: float | None = None) -> bool:
        """
        Return at once.
        """
        return self.is_set()


class Steps:
    """
    A time of day that moves by so many seconds whenever somebody looks, and sets `stop` after `looks`.
    """

    def __init__(self, stop: Event, step_s: float, looks: int) -> None:
        self._stop, self._step, self._left = stop, timedelta(seconds=step_s), looks
        self.time = START

    def __call__(self) -> datetime:
        """
        Return the time, a step later.
        """
        self.time += self._step
        self._left -= 1
        if self._left <= 0:
            self._stop.set()
        return self.time


def test_fast_sends_everything(simulate):
    """
    The log holds every record of the run.
    """
    log = MemoryLog()
    sent = send_fast(log, simulate(1).encoded())

    assert sum(log.end_positions(["inventory", "activity", "feedback"]).values()) == sent


def test_a_rate_is_kept(simulate):
    """
    The time it takes is that of the rate: a clock that stands still sees only the waiting.
    """
    waits: list[float] = []

    class Waits(Event):
        def wait(self, timeout=None):
            waits.append(timeout)
            return False

    sent = send_at_rate(MemoryLog(), [next(simulate(1).encoded())[:500]], 1_000.0, Waits(), elapsed=lambda: 0.0)

    assert sent == 500
    assert waits[-1] == pytest.approx(0.48)
    assert all(later >= earlier for earlier, later in pairwise(waits))


def test_a_stopped_pacer_waits_no_more(simulate):
    """
    Once told to stop, what is left goes at once, so that nothing of the run is lost.
    """
    stop = Event()
    stop.set()
    log = MemoryLog()

    assert send_at_rate(log, simulate(1).encoded(), 0.001, stop) == sum(map(len, simulate(1).encoded()))


def test_pieces_keep_order(simulate):
    """
    Cutting batches otherwise loses nothing and moves nothing.
    """
    whole = [record for batch in simulate(1).encoded() for record in batch]

    assert [record for piece in pieces(simulate(1).encoded(), 7) for record in piece] == whole


def make_live(rate: float, seed: int = 1) -> LiveSale:
    """
    Return live on-sales at the venues of a small world.
    """
    world = make_world("w", load_scenario("demo"), seed, START)
    return LiveSale(world, load_scenario("live"), "live", START, rate)


@pytest.mark.parametrize("seed", range(2))
def test_live_sales_are_legal(audit, seed):
    """
    Shows that sell out and follow one another break no rule, and closing ends every hold.
    """
    auditor = audit(make_live(3.0, seed).encoded_to_end(START + timedelta(hours=13)))

    assert (auditor.problems, auditor.holds) == ([], {})
    assert auditor.kinds["event.scheduled.v1"] > 4


def test_live_sales_keep_about_their_rate(audit):
    """
    Over an hour the records come within a third of the chosen rate.
    """
    records = sum(map(len, make_live(50.0).batches(until=START + timedelta(hours=1))))

    assert records / 3_600 == pytest.approx(50, rel=0.33)


def test_real_time_sends_nothing_early(simulate):
    """
    No record is sent before its time.
    """
    log, stop = MemoryLog(), Instant()
    clock = Steps(stop, 1.0, 40)
    send_in_real_time(log, make_live(50.0), stop, now=clock)

    times = [record.at for record in _all(log)]

    assert times
    assert max(times) <= clock.time


def test_real_time_leaves_no_hold_behind():
    """
    Told to stop, it releases what is held and closes what is on sale.
    """
    log, stop = MemoryLog(), Instant()
    send_in_real_time(log, make_live(50.0), stop, now=Steps(stop, 1.0, 120))

    types = [record.type for record in _all(log)]

    assert types.count("seats.held.v1") == types.count("hold.ended.v1") > 0
    assert types.count("event.on_sale_changed.v1") == 2 * types.count("event.scheduled.v1") > 0


def test_real_time_does_not_catch_up_after_sleep():
    """
    A machine that was away plays nothing of what it missed.
    """
    log, stop = MemoryLog(), Instant()
    send_in_real_time(log, make_live(50.0), stop, now=Steps(stop, LATE_S + 1, 100))

    assert not _all(log)


def _all(log):
    starts = {place: 0 for topic in ("inventory", "activity") for place in log.end_positions([topic])}
    assert all(isinstance(place, Partition) for place in starts)
    return log.read(starts).poll(1_000_000, 0)
