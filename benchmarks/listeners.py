"""
Thousands of listeners to one on-sale in one process: how soon each hears of a change, and what those who do not read cost
the others. Records go the whole way: Kafka, projector, PostgreSQL, `inventory_api`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter, sleep, time
from typing import NamedTuple

import numpy as np
import psycopg
from numpy.typing import NDArray

from benchmarks.crowd import Crowd, Heard, most_listeners
from benchmarks.hall import ROW_NAMES, ROW_SEATS, ROWS, hall, section_names
from benchmarks.onsale import START
from benchmarks.result import report
from benchmarks.servers import Progress, Servers, launched, servers, total, wait_ready
from inventory_stream.local.ports import LOOPBACK, free_port
from inventory_stream.records import Encoded, encode
from inventory_stream.records.inventory import HoldEnded, SeatsHeld

EVENT = "evening"
LISTENERS, MANY, SLEEPERS = 2_000, 6_000, 200
RATE, TICK_S = 1_000, 0.01  # records/s, all of one event
SECONDS, LONG_S = 12, 25  # of a round; of one in which buffers of those who do not read fill up, and they are cut off
SETTLE_S = 3.0  # after the last record, until all have heard of it
HELD = 500  # holds at a time
SLOW_S = 2.0  # until a listener that does not read is cut off; in production 10
PATIENCE_S = 30.0
BAR_RATIO = 2.0


class Round(NamedTuple):
    """
    What a round showed.

    delays: from the commit of a change to its frame, of all changes and listeners (ms).
    frames: that each listener got (a second). cost: processor time of the service for each of them (µs).
    informed: how many of the listeners heard of every change.
    """

    delays: NDArray[np.float64]
    frames: float
    cost: float
    informed: int

    def delay(self, share: float) -> float:
        """Return the delay that so many per cent do not exceed."""
        return float(np.nanpercentile(self.delays, share))


def main() -> None:
    """
    Measure with 2,000 listeners, with 200 more that do not read, and with 6,000.
    """
    with servers() as running, service(running) as (port, pid):
        crowd, stage = Crowd(port, f"/v1/events/{EVENT}/seats/changes"), Stage(running, pid, holds())
        memory = memory_kb(pid)
        listeners = crowd.join(LISTENERS)
        report("listeners.memory", (memory_kb(pid) - memory) / listeners, "kB a listener")
        alone = say("listeners", stage.play(crowd, SECONDS), listeners)
        crowd.join(SLEEPERS, reading=False)
        beside = say("listeners.beside_sleepers", stage.play(crowd, LONG_S), listeners)
        say_dropped(port, crowd)
        ratio = beside.delay(99) / alone.delay(99)
        versus = f"p99 of the same {listeners:,} without the {SLEEPERS} that do not read"
        bar = f"<= {BAR_RATIO} x"
        report("listeners.harm", beside.delay(99), "ms", versus=versus, ratio=ratio, bar=bar, ok=ratio <= BAR_RATIO)
        many = crowd.join(min(MANY, most_listeners()) - listeners)
        say("listeners.many", stage.play(crowd, SECONDS), many)
        crowd.leave()


@contextmanager
def service(running: Servers) -> Iterator[tuple[int, int]]:
    """
    The service and its projector over one event of 20,160 seats; its port and process id.
    """
    running.log.send(hall(EVENT))
    running.log.flush()
    port = free_port()
    environment = running.environment() | {
        "INVENTORY_API_PORT": str(port),
        "INVENTORY_API_SLOW_LISTENER_S": str(SLOW_S),
    }
    with (
        TemporaryDirectory() as folder,
        launched("inventory_api.projector", environment=environment),
        launched("inventory_api", environment=environment, output=Path(folder) / "log") as process,
    ):
        progress = Progress(running, "inventory")
        progress.wait_for(total(running.log.end_positions(["inventory"])))
        progress.close()
        wait_ready(port)
        yield port, process.pid
    running.log.close()


def holds() -> Iterator[Encoded]:
    """
    Yield holds of two free seats and, 500 later, their ends, without an end.
    """
    pairs = [
        (section, (f"{ROW_NAMES[row]}-{seat}", f"{ROW_NAMES[row]}-{seat + 1}"))
        for number, section in enumerate(section_names())
        for row in range(number % ROWS, ROWS)
        for seat in range(1, ROW_SEATS, 2)
    ]
    Random(1).shuffle(pairs)  # fans do not buy in the order of seats
    for number in count():
        section, seats = pairs[number % len(pairs)]
        hold = SeatsHeld(
            event_id=EVENT, section=section, seats=seats, hold_id=f"h{number}", expires_at=START + timedelta(minutes=8)
        )
        yield encode(hold, id=f"hold-{number}", source="/benchmarks/listeners", time=START)
        if number >= HELD:
            section, seats = pairs[(number - HELD) % len(pairs)]
            ended = HoldEnded(
                event_id=EVENT, section=section, seats=seats, hold_id=f"h{number - HELD}", reason="expired"
            )
            yield encode(ended, id=f"end-{number}", source="/benchmarks/listeners", time=START)


class Stage:
    """
    Where rounds are played.
    """

    def __init__(self, running: Servers, pid: int, flow: Iterator[Encoded]) -> None:
        """
        Args:
            pid: of the service.
            flow: records, without an end.
        """
        self._running, self._pid, self._flow = running, pid, flow

    def play(self, crowd: Crowd, seconds: int) -> Round:
        """
        Append records at a steady rate, and compare when they were committed with when each listener heard of them.
        """
        crowd.heard()
        began, used = time(), processor_s(self._pid)
        self._append(seconds)
        sleep(SETTLE_S)
        used = processor_s(self._pid) - used
        heard = crowd.heard()
        delays = delays_of(heard, self._commits(began))
        informed = sum(1 for found in delays if not np.isnan(found).any())
        return Round(np.concatenate(delays), len(heard) / len(delays) / seconds, used / len(heard) * 1e6, informed)

    def _append(self, seconds: int) -> None:
        started = perf_counter()
        for tick in range(int(seconds / TICK_S)):
            self._running.log.send([next(self._flow) for _ in range(int(RATE * TICK_S))])
            sleep(max(0.0, started + (tick + 1) * TICK_S - perf_counter()))
        self._running.log.flush()

    def _commits(self, since: float) -> Heard:
        """
        Return the commits since a time: the position that each led to, and when its transaction began.
        """
        query = f"""
            SELECT next_offset, extract(epoch FROM committed_at) FROM {self._running.schema("inventory")}.projection_changes
            WHERE extract(epoch FROM committed_at) >= %s AND %s = ANY(keys) ORDER BY next_offset
        """  # noqa: S608 - the name of a schema of ours
        with psycopg.connect(self._running.database_url, autocommit=True) as connection:
            rows = connection.execute(query.encode(), (since, EVENT)).fetchall()
        return np.array(rows, float).reshape(-1, 2)


def delays_of(heard: Heard, commits: Heard) -> list[NDArray[np.float64]]:
    """
    Return for each listener how long after each commit the first frame came that tells of it (ms); NaN for never.
    """
    order = np.lexsort((heard[:, 1], heard[:, 0]))
    heard = heard[order]
    found = []
    for mine in np.split(heard, np.flatnonzero(np.diff(heard[:, 0])) + 1):
        times = np.append(mine[:, 2], np.nan)
        found.append((times[np.searchsorted(mine[:, 1], commits[:, 0])] - commits[:, 1]) * 1000)
    return found


def say(name: str, found: Round, listeners: int) -> Round:
    """
    Print what a round showed.
    """
    under = f"{listeners:,} listeners, {RATE:,} records/s, from commit to frame"
    report(f"{name}.p50", found.delay(50), "ms", versus=under)
    report(f"{name}.p99", found.delay(99), "ms", versus=under)
    report(f"{name}.frames", found.frames, "frames/s", versus="each listener")
    report(f"{name}.cost", found.cost, "µs of a processor", versus="each frame to each listener")
    bar = f"all of {listeners:,} hear of every change"
    report(f"{name}.informed", found.informed, "listeners", bar=bar, ok=found.informed == listeners)
    return found


def say_dropped(port: int, crowd: Crowd) -> None:
    """
    Print how many were cut off, once it is as many as do not read.
    """
    deadline = perf_counter() + PATIENCE_S
    while (dropped := gauge(port, "seatstream_listeners_dropped_total")) < SLEEPERS and perf_counter() < deadline:
        sleep(0.1)
    bar = f"the {SLEEPERS} that do not read, and nobody else"
    report("listeners.dropped", dropped, "listeners", bar=bar, ok=dropped == SLEEPERS and not crowd.ended())


def gauge(port: int, name: str) -> float:
    """
    Return a metric of the service.
    """
    connection = HTTPConnection(LOOPBACK, port, timeout=10)
    connection.request("GET", "/metrics")
    lines = connection.getresponse().read().decode().splitlines()
    connection.close()
    return float(next(line for line in lines if line.startswith(name + "{")).split()[-1])


def processor_s(pid: int) -> float:
    """
    Return the processor time that a running process has used (Linux).
    """
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_kb(pid: int) -> int:
    """
    Return the resident set of a running process (kB, Linux).
    """
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
