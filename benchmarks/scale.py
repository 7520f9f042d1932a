"""
What an API process costs when there are 100,000, a million and ten million seats: its memory, and a read.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import psycopg

from benchmarks.http_load import press
from benchmarks.multitude import EVENT_SEATS, grow, plant
from benchmarks.result import report
from benchmarks.servers import launched, memory_mb, processor_seconds, wait_ready
from inventory_stream.local import LocalPostgres
from inventory_stream.local.ports import LOOPBACK, free_port

SIZES = (100_000, 1_000_000, 10_000_000)
COLD_READS, HOT_EVENTS, READERS = 500, 100, 4
NAMES = ("availability", "seats")
MOST_BYTES, FLAT = 100.0, 1.5

Figures = dict[str, float]


def main() -> None:
    """
    Measure each size in the same database, grown in between.
    """
    found: list[Figures] = []
    with TemporaryDirectory(prefix="seatstream-bench-") as folder:
        Path(folder).chmod(0o755)
        with LocalPostgres(Path(folder) / "postgres") as postgres:
            plant(postgres.url)
            events = 1
            for seats in SIZES:
                grow(postgres.url, events, seats // EVENT_SEATS)
                events = seats // EVENT_SEATS
                found.append(kept(postgres.url, events) | cold(postgres.url, events))
                say(seats, found[-1])
            everything = all_kept(postgres.url, events)
    report("scale.memory.all", everything, "bytes", versus="a seat, when the bound lets every event stay")
    for name in [f"{kind}.{name}" for kind in ("kept", "cold") for name in NAMES]:
        ratio = found[-1][name] / found[0][name]
        versus = f"{SIZES[0]:,} seats; here {SIZES[-1]:,}"
        bar = f"<= {FLAT} x"
        report(f"scale.flat.{name}", found[-1][name], "us", versus=versus, ratio=ratio, bar=bar, ok=ratio <= FLAT)


def say(seats: int, figures: Figures) -> None:
    """
    Print the figures of one size.
    """
    for name, value in figures.items():
        unit = "MB" if name.startswith("memory") else "us"
        report(f"scale.{seats:.0e}.{name}".replace("+0", ""), value, unit, versus=f"{seats:,} seats")
    each = figures["memory.read"] * 2**20 / seats
    last = seats == SIZES[-1]
    bar, ok = (f"<= {MOST_BYTES:.0f} bytes", each <= MOST_BYTES) if last else ("", None)
    report(f"scale.{seats:.0e}.memory.seat".replace("+0", ""), each, "bytes", versus="a seat", bar=bar, ok=ok)


@contextmanager
def api(database_url: str, **settings: str) -> Iterator[tuple[int, int]]:
    """
    An API process over the database: its port and its number.
    """
    port = free_port()
    environment = {"SEATSTREAM_DATABASE_URL": database_url, "INVENTORY_API_PORT": str(port), **settings}
    with (
        TemporaryDirectory() as folder,
        launched("inventory_api", environment=environment, output=Path(folder) / "log") as process,
    ):
        wait_ready(port)
        yield port, process.pid


def kept(database_url: str, events: int) -> Figures:
    """
    Return the memory before and after every event was read in each form, and the processor time of a read of a kept one.
    """
    with api(database_url) as (port, pid):
        figures = {"memory.started": memory_mb(pid)}
        read_everything(port, events)
        figures["memory.read"] = memory_mb(pid)
        last = range(max(0, events - HOT_EVENTS), events)
        for name in NAMES:
            paths = [f"/v1/events/event-{number}/{name}" for number in last]
            press(port, paths, seconds=1, connections=16)
            before = processor_seconds(pid)
            answered = press(port, paths, seconds=2, connections=16).requests
            figures[f"kept.{name}"] = (processor_seconds(pid) - before) / answered * 1e6
    return figures


def all_kept(database_url: str, events: int) -> float:
    """
    Return bytes a seat of a process that keeps every event, with all that it was asked for.
    """
    with api(database_url, INVENTORY_API_CACHED_SEATS=str(2 * events * EVENT_SEATS)) as (port, pid):
        read_everything(port, events)
        return memory_mb(pid) * 2**20 / (events * EVENT_SEATS)


def read_everything(port: int, events: int) -> None:
    """
    Read each event once in each form.
    """
    with ThreadPoolExecutor(READERS) as pool:
        list(pool.map(lambda first: read_all(port, range(first, events, READERS)), range(READERS)))


def read_all(port: int, numbers: Sequence[int]) -> None:
    """
    Read each event, plain and compressed.
    """
    connection = HTTPConnection(LOOPBACK, port, timeout=30)
    for number in numbers:
        for name in NAMES:
            for coding in ("identity", "gzip"):
                get(connection, f"/v1/events/event-{number}/{name}", coding)
    connection.close()


def cold(database_url: str, events: int) -> Figures:
    """
    Return the processor time, of the API and of the database for it, of a read of an event that is not kept: a random one,
    where only one has room.
    """
    dice, figures = Random(1), {}
    with (
        api(database_url, INVENTORY_API_CACHED_SEATS="1") as (port, pid),
        psycopg.connect(database_url, autocommit=True) as connection,
    ):
        client = HTTPConnection(LOOPBACK, port, timeout=30)
        for name in NAMES:
            paths = [f"/v1/events/event-{dice.randrange(events)}/{name}" for _ in range(COLD_READS)]
            get(client, paths[0])
            before = spent(connection, pid)
            for path in paths:
                get(client, path)
            figures[f"cold.{name}"] = (spent(connection, pid) - before) / COLD_READS * 1e6
        client.close()
    return figures


def spent(connection: psycopg.Connection[tuple[int]], pid: int) -> float:
    """
    Return the processor time (s) of a process and of everyone else's connections to the database.
    """
    others = connection.execute(
        "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    return sum(map(processor_seconds, (pid, *(row[0] for row in others))))


def get(connection: HTTPConnection, path: str, coding: str = "identity") -> bytes:
    """
    Return what is answered.
    """
    connection.request("GET", path, headers={"Accept-Encoding": coding})
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise RuntimeError(f"{path}: {response.status} {body[:200]!r}")
    return body
