"""
How long availability answers take while the events that are asked for are being sold, against the same at rest.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep

from benchmarks.http_load import Pressed, press
from benchmarks.load import Load
from benchmarks.onsale import OnSale
from benchmarks.result import percentile, report
from benchmarks.servers import (
    Progress,
    Servers,
    launched,
    processor_seconds,
    servers,
    total,
    wait_ready,
    waited_seconds,
)
from inventory_stream.local.ports import free_port

EVENTS, SECTIONS = 200, 20
RATE, LOAD_SECONDS = 5_000, 26
ROUNDS, SECONDS, WARM_UP_S = 5, 4, 3
THINK_MS = 32
BAR = 2.0


def main() -> None:
    """
    Ask 64 clients that rest between their questions, so that the rate is the same in both halves and nothing is saturated.
    """
    world = OnSale(EVENTS, SECTIONS)
    with servers() as running, projector(running, world):
        load = Load(running.kafka.bootstrap_servers, world, EVENTS, RATE, LOAD_SECONDS)
        with service(running) as (port, pid):
            ask(port)
            rest = [ask(port) for _ in range(ROUNDS)]
            load.begin()
            sleep(WARM_UP_S)
            before = processor_seconds(pid), waited_seconds(pid)
            busy = [ask(port) for _ in range(ROUNDS)]
            seconds = sum(one.seconds for one in busy)
            used, waited = (processor_seconds(pid) - before[0]) / seconds, (waited_seconds(pid) - before[1]) / seconds
            if load.over:
                raise RuntimeError("the load ended before the answers were measured")
            arrived = load.rate()
        running.log.close()
    say(rest, busy, arrived)
    of = "of the time under load"
    report("under_load.processor", 100 * used, "%", versus=f"{of}, that the API ran")
    report("under_load.waited", 100 * waited, "%", versus=f"{of}, that it could have run and had no processor")


def say(rest: list[Pressed], busy: list[Pressed], arrived: float) -> None:
    """
    Print the tails, each the median of its rounds.
    """
    what = f"c=64, {sum(one.per_second for one in busy) / ROUNDS:,.0f} answers/s about {EVENTS} events"
    under = f"{arrived:,.0f} records/s about the same events"
    for name in ("p50_ms", "p99_ms"):
        calm, loaded = (percentile([getattr(one, name) for one in seen], 0.5) for seen in (rest, busy))
        bar, ok = (f"<= {BAR} x at rest", loaded <= BAR * calm) if name == "p99_ms" else ("", None)
        report(f"under_load.{name[:3]}.rest", calm, "ms", versus=what)
        report(f"under_load.{name[:3]}", loaded, "ms", versus=f"at rest; {under}", ratio=loaded / calm, bar=bar, ok=ok)


def ask(port: int) -> Pressed:
    """
    Ask for the availability of all events in turn.
    """
    paths = [f"/v1/events/event-{number}/availability" for number in range(EVENTS)]
    return press(port, paths, seconds=SECONDS, think_ms=THINK_MS)


@contextmanager
def projector(running: Servers, world: OnSale) -> Iterator[None]:
    """
    The projector, with the events applied.
    """
    running.log.send(world.catalogue())
    running.log.flush()
    with launched("inventory_api.projector", environment=running.environment()):
        progress = Progress(running, "inventory")
        progress.wait_for(total(running.log.end_positions(["inventory"])))
        progress.close()
        yield


@contextmanager
def service(running: Servers) -> Iterator[tuple[int, int]]:
    """
    The API; its port and its process.
    """
    port = free_port()
    environment = running.environment() | {"INVENTORY_API_PORT": str(port)}
    with (
        TemporaryDirectory() as folder,
        launched("inventory_api", environment=environment, output=Path(folder) / "log") as process,
    ):
        wait_ready(port)
        yield port, process.pid
