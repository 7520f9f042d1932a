"""
How soon after a record is appended an answer shows it, while every projection takes up a steady load: an answer of the service
that waits for the record, and one of the gateway that is asked again and again and may come from what it keeps.
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
from inventory_stream.log import Partition, Position
from inventory_stream.records import Encoded, Record, SeatRun, encode
from inventory_stream.records.catalogue import EventScheduled, SeatsReleased
from inventory_stream.records.inventory import HoldEnded, SeatsHeld
from inventory_stream.web.positions import parse_positions

RATE, SECONDS = 5_000, 60
EVENTS, SECTIONS = 200, 20
PROBES, WARM_UP_S = 300, 3.0
BAR_MS = 100.0
PROJECTIONS = {"inventory": ["inventory"], "venue": ["inventory", "activity"], "fraud": ["inventory", "activity"]}
HELD = 2
AGAIN_S = 0.001
PATH = "/v1/events/probe/availability"


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
        port, door = free_port(), free_port()
        with processes(running, port, door):
            wait_ready(port)
            wait_ready(door)
            follow(running)
            load = Load(running.kafka.bootstrap_servers, world, EVENTS, RATE, SECONDS)
            load.begin()
            samples, kept = probe_all(running, port, door, load)
            rate = load.rate()
            behind = {name: lacking(running, name) for name in PROJECTIONS}
            follow(running)
        running.log.close()
    say(samples, kept, rate, behind)


def say(samples: list[Sample], kept: list[Sample], rate: float, behind: dict[str, int]) -> None:
    """
    Print the results.
    """
    under = f"{len(samples)} probes under {rate:,.0f} records/s"
    shown, appended = [sample.shown for sample in samples], [sample.appended for sample in samples]
    p50, p99 = percentile(shown, 0.5), percentile(shown, 0.99)
    report("freshness.p50", p50, "ms", versus=under)
    enough = min(len(samples), len(kept)) >= PROBES and rate >= 0.98 * RATE
    bar = f"<= {BAR_MS:.0f} ms at {RATE:,} records/s"
    report("freshness.p99", p99, "ms", versus=under, bar=bar, ok=enough and p99 <= BAR_MS)
    through = [sample.shown for sample in kept]
    p99 = percentile(through, 0.99)
    report(
        "freshness.gateway.p50", percentile(through, 0.5), "ms", versus=f"{len(kept)} probes, of what the gateway keeps"
    )
    report("freshness.gateway.p99", p99, "ms", versus="the same", bar=bar, ok=enough and p99 <= BAR_MS)
    report("freshness.append.p50", percentile(appended, 0.5), "ms", versus="of the above, until it was on the log")
    report("freshness.append.p99", percentile(appended, 0.99), "ms", versus="of the above, until it was on the log")
    report("freshness.load", rate, "records/s", bar=f">= {0.98 * RATE:,.0f}", ok=rate >= 0.98 * RATE)
    for name, records in behind.items():
        report(f"freshness.behind.{name}", records, "records", versus="the log when the load ended")


@contextmanager
def processes(running: Servers, port: int, door: int) -> Iterator[None]:
    """
    Every projector, the API that answers, and the gateway in front of it.
    """
    started: list[subprocess.Popen[bytes]] = []
    try:
        started.extend(running.start(f"{name}_api.projector") for name in PROJECTIONS)
        started.append(running.start("inventory_api", INVENTORY_API_PORT=str(port), INVENTORY_API_ACCESS_LOG="false"))
        behind = {"GATEWAY_INVENTORY_API_URL": f"http://{LOOPBACK}:{port}", "GATEWAY_ACCESS_LOG": "false"}
        started.append(running.start("gateway", GATEWAY_PORT=str(door), GATEWAY_RATE_FACTOR="0", **behind))
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


def probe_all(running: Servers, port: int, door: int, load: Load) -> tuple[list[Sample], list[Sample]]:
    """
    Return what probes took at the service and at the gateway, in turns, from when the load has settled until it is over.
    """
    dice = random.Random(1)
    service, gateway = (HTTPConnection(LOOPBACK, number, timeout=30) for number in (port, door))
    samples: list[list[Sample]] = [[], []]
    settled, number = perf_counter() + WARM_UP_S, 0
    while not load.over:
        number += 1
        kept = number // 2 % 2  # each sees holds and ends of holds
        sample = probe(running, gateway if kept else service, number, kept=bool(kept))
        if perf_counter() > settled:
            samples[kept].append(sample)
        sleep(dice.uniform(0, 0.02))  # so that probes keep no step with commits
    service.close()
    gateway.close()
    return samples[0], samples[1]


def probe(running: Servers, connection: HTTPConnection, number: int, *, kept: bool) -> Sample:
    """
    Hold two seats, or let them go; return how long it took until an answer showed it.
    """
    holding = number % 2 == 1
    record = change(number, holding=holding)
    started = perf_counter()
    [position] = running.log.append([record])
    appended = perf_counter()
    held = (watch if kept else ask)(connection, position)
    shown = perf_counter()
    if held != (HELD if holding else 0):
        raise RuntimeError(f"the answer at {position} does not show its record: {held} places are held")
    return Sample((appended - started) * 1000, (shown - started) * 1000)


def ask(connection: HTTPConnection, position: Position) -> int:
    """
    Return how many places of the probed event are held at this record or later, from an answer that waits for it.
    """
    asked = f"{position.topic}:{position.partition}={position.offset + 1}"
    held, _ = read(connection, {"Min-Position": asked})
    return held


def watch(connection: HTTPConnection, position: Position) -> int:
    """
    The same from the first answer that reflects the record, asking as everybody does.
    """
    while True:
        held, reflected = read(connection, {})
        if reflected.get(Partition(position.topic, position.partition), 0) > position.offset:
            return held
        sleep(AGAIN_S)


def read(connection: HTTPConnection, headers: dict[str, str]) -> tuple[int, dict[Partition, int]]:
    """
    Return how many places of the probed event are held, and what the answer reflects.
    """
    connection.request("GET", PATH, headers=headers)
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise RuntimeError(f"the answer is {response.status}: {body.decode()}")
    return json.loads(body)["counts"]["held"], parse_positions(response.headers["Stream-Position"])


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
