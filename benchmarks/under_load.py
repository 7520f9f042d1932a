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
RATE, LOAD_SECONDS = 5_000, 50
ROUNDS, SECONDS, WARM_UP_S = 5, 4, 3
# Mean rest of a client between its questions: one that asks again at once, as at the bar of availability; and one at which
# the rate is the same in both halves and nothing is saturated.
RESTS_MS = {"under_load": 0, "under_load.rested": 32}
BAR = 2.0


def main() -> None:
    """
    Ask with 64 clients, at rest and under load, once in each manner.
    """
    world = OnSale(EVENTS, SECTIONS)
    with servers() as running, projector(running, world):
        load = Load(running.kafka.bootstrap_servers, world, EVENTS, RATE, LOAD_SECONDS)
        with service(running) as (port, pid):
            ask(port, 0)
            rest = {name: [ask(port, think_ms) for _ in range(ROUNDS)] for name, think_ms in RESTS_MS.items()}
            load.begin()
            sleep(WARM_UP_S)
            busy = {name: [ask(port, think_ms) for _ in range(ROUNDS)] for name, think_ms in RESTS_MS.items()}
            before = processor_seconds(pid), waited_seconds(pid)
            last = ask(port, RESTS_MS["under_load.rested"])
            used = (processor_seconds(pid) - before[0]) / last.seconds
            waited = (waited_seconds(pid) - before[1]) / last.seconds
            if load.over:
                raise RuntimeError("the load ended before the answers were measured")
            arrived = load.rate()
        running.log.close()
    for name in RESTS_MS:
        say(name, rest[name], busy[name], arrived)
    of = "of the time under load, clients rested"
    report("under_load.processor", 100 * used, "%", versus=f"{of}, that the API ran")
    report("under_load.waited", 100 * waited, "%", versus=f"{of}, that it could have run and had no processor")


def say(manner: str, rest: list[Pressed], busy: list[Pressed], arrived: float) -> None:
    """
    Print the tails, each the median of its rounds.
    """
    calm_rate, rate = (sum(one.per_second for one in seen) / ROUNDS for seen in (rest, busy))
    under = f"at rest; {arrived:,.0f} records/s about the same events, {rate:,.0f} answers/s"
    for name in ("p50_ms", "p99_ms"):
        calm, loaded = (percentile([getattr(one, name) for one in seen], 0.5) for seen in (rest, busy))
        bar, ok = (f"<= {BAR} x at rest", loaded <= BAR * calm) if name == "p99_ms" else ("", None)
        what = f"c=64, {calm_rate:,.0f} answers/s about {EVENTS} events"
        report(f"{manner}.{name[:3]}.rest", calm, "ms", versus=what)
        report(f"{manner}.{name[:3]}", loaded, "ms", versus=under, ratio=loaded / calm, bar=bar, ok=ok)


def ask(port: int, think_ms: int) -> Pressed:
    """
    Ask for the availability of all events in turn.
    """
    paths = [f"/v1/events/event-{number}/availability" for number in range(EVENTS)]
    return press(port, paths, seconds=SECONDS, think_ms=think_ms)


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
