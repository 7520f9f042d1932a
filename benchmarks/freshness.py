"""
How soon after a record is appended an answer shows it, while every projection takes up a steady load.
"""

import json
import random
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPConnection
from time import perf_counter, sleep
from typing import NamedTuple

from benchmarks.load import Load
from benchmarks.onsale import START, OnSale
from benchmarks.result import percentile, report
from benchmarks.servers import Progress, Servers, servers, total, wait_ready
from inventory_stream.local.ports import LOOPBACK, free_port
from inventory_stream.log import Position
from inventory_stream.records import Encoded, Record, SeatRun, encode
from inventory_stream.records.catalogue import EventScheduled, SeatsReleased
from inventory_stream.records.inventory import HoldEnded, SeatsHeld

RATE, SECONDS = 5_000, 60
EVENTS, SECTIONS = 200, 20
PROBES, WARM_UP_S = 300, 3.0
BAR_MS = 100.0
PROJECTIONS = {"inventory": ["inventory"], "venue": ["inventory", "activity"], "fraud": ["inventory", "activity"]}
HELD = 2


class Sample(NamedTuple):
    """
    Milliseconds of one probe: until its record was safe on the log, and until an answer showed it.
    """

    appended: float
    shown: float


def main() -> None:
    """
    Measure from just before the append to the answer, one probe at a time.
    """
    world = OnSale(EVENTS, SECTIONS)
    with servers() as running:
        running.log.send(world.catalogue())
        running.log.flush()
        running.log.append(put_on_sale())
        port = free_port()
        with processes(running, port):
            wait_ready(port)
            follow(running)
            load = Load(running.kafka.bootstrap_servers, world, EVENTS, RATE, SECONDS)
            load.begin()
            samples = probe_all(running, port, load)
            rate = load.rate()
            behind = {name: lacking(running, name) for name in PROJECTIONS}
            follow(running)
        running.log.close()
    say(samples, rate, behind)


def say(samples: list[Sample], rate: float, behind: dict[str, int]) -> None:
    """
    Print the results.
    """
    under = f"{len(samples)} probes under {rate:,.0f} records/s"
    shown, appended = [sample.shown for sample in samples], [sample.appended for sample in samples]
    p50, p99 = percentile(shown, 0.5), percentile(shown, 0.99)
    report("freshness.p50", p50, "ms", versus=under)
    enough = len(samples) >= PROBES and rate >= 0.98 * RATE
    bar = f"<= {BAR_MS:.0f} ms at {RATE:,} records/s"
    report("freshness.p99", p99, "ms", versus=under, bar=bar, ok=enough and p99 <= BAR_MS)
    report("freshness.append.p50", percentile(appended, 0.5), "ms", versus="of the above, until it was on the log")
    report("freshness.append.p99", percentile(appended, 0.99), "ms", versus="of the above, until it was on the log")
    report("freshness.load", rate, "records/s", bar=f">= {0.98 * RATE:,.0f}", ok=rate >= 0.98 * RATE)
    for name, records in behind.items():
        report(f"freshness.behind.{name}", records, "records", versus="the log when the load ended")


@contextmanager
def processes(running: Servers, port: int) -> Iterator[None]:
    """
    Every projector, and the API that answers.
    """
    started: list[subprocess.Popen[bytes]] = []
    try:
        started.extend(running.start(f"{name}_api.projector") for name in PROJECTIONS)
        started.append(running.start("inventory_api", INVENTORY_API_PORT=str(port), INVENTORY_API_ACCESS_LOG="false"))
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(60)


def follow(running: Servers) -> None:
    """
    Return when every projection has applied what the log holds now.
    """
    for name, topics in PROJECTIONS.items():
        progress = Progress(running, name)
        # A projection may read further topics; they are empty here.
        progress.wait_for(total(running.log.end_positions(topics)))
        progress.close()


def lacking(running: Servers, name: str) -> int:
    """
    Return how many records a projection has not applied yet.
    """
    progress = Progress(running, name)
    try:
        return max(0, total(running.log.end_positions(PROJECTIONS[name])) - progress.applied())
    finally:
        progress.close()


def probe_all(running: Servers, port: int, load: Load) -> list[Sample]:
    """
    Return what probes took, from when the load has settled until it is over.
    """
    dice = random.Random(1)
    connection = HTTPConnection(LOOPBACK, port, timeout=30)
    samples: list[Sample] = []
    settled, number = perf_counter() + WARM_UP_S, 0
    while not load.over:
        number += 1
        sample = probe(running, connection, number)
        if perf_counter() > settled:
            samples.append(sample)
        sleep(dice.uniform(0, 0.02))  # so that probes keep no step with commits
    connection.close()
    return samples


def probe(running: Servers, connection: HTTPConnection, number: int) -> Sample:
    """
    Hold two seats, or let them go; return how long it took until an answer showed it.
    """
    holding = number % 2 == 1
    record = change(number, holding=holding)
    started = perf_counter()
    [position] = running.log.append([record])
    appended = perf_counter()
    counts = ask(connection, position)
    shown = perf_counter()
    if counts["held"] != (HELD if holding else 0):
        raise RuntimeError(f"the answer at {position} does not show its record: {counts}")
    return Sample((appended - started) * 1000, (shown - started) * 1000)


def ask(connection: HTTPConnection, position: Position) -> dict[str, int]:
    """
    Return the counts of the probed event at this record or later.
    """
    asked = f"{position.topic}:{position.partition}={position.offset + 1}"
    connection.request("GET", "/v1/events/probe/availability", headers={"Min-Position": asked})
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise RuntimeError(f"the API answered {response.status}: {body.decode()}")
    counts: dict[str, int] = json.loads(body)["counts"]
    return counts


def put_on_sale() -> list[Encoded]:
    """
    Return the records of the event that is probed.
    """
    event = EventScheduled(event_id="probe", name="Probe", venue_id="hall", starts_at=START)
    runs = (SeatRun("A", 1, 10),)
    seats = SeatsReleased(event_id="probe", section="S", price_level="P1", runs=runs)
    return [made(event, "probe-event"), made(seats, "probe-seats")]


def change(number: int, *, holding: bool) -> Encoded:
    """
    Return a hold (odd numbers) or the end of the one before.
    """
    hold_id, seats = f"probe-{(number + 1) // 2}", ("A-1", "A-2")
    record: Record
    if holding:
        expires_at = START + timedelta(minutes=8)
        record = SeatsHeld(event_id="probe", section="S", seats=seats, hold_id=hold_id, expires_at=expires_at)
    else:
        record = HoldEnded(event_id="probe", section="S", seats=seats, hold_id=hold_id, reason="released")
    return made(record, f"probe-{number}")


def made(record: Record, id: str) -> Encoded:
    """
    Return a record of the prober.
    """
    return encode(record, id=id, source="/benchmarks/freshness", time=START)
