"""
The gateway against nginx: the same service behind both, the same load in front, in turn.

Everything shares the machine's cores, and no process is pinned: the door (one process; nginx with one worker), the service
and wrk. Both doors write an access log. The service is a bare ASGI application, so that nginx waits for it as well.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from time import sleep
from typing import IO, NamedTuple

import msgspec
import psutil

from benchmarks.doors.callers import Caller, Crowd, Listeners
from benchmarks.doors.nginx import start_nginx
from benchmarks.http_load import CONNECTIONS, Pressed, in_turn, press, rate
from benchmarks.result import percentile, report
from inventory_stream.local.ports import accepts, free_port

KEPT, PASSED = "/kept/event-1", "/passed/event-1"
SLOW, BOUGHT, CHANGES = (
    "/v1/events/event-1/best-seats",
    "/bought/event-1/best-seats",
    "/v1/events/event-1/seats/changes",
)
ROUNDS = 3
STREAMS = 1000
SLOW_CAPACITY = 1000  # requests a second that the service can work on there, see doors/service.py
MILLION = 1_000_000


class Doors(NamedTuple):
    """
    Ports of what is measured, and the gateway's process.
    """

    service: int
    nginx: int
    nginx_cache: int
    gateway: int
    process: psutil.Process


def main() -> None:
    """
    Measure.
    """
    with doors() as ports:
        throughput(ports)
        added_latency(ports)
        event_streams(ports)
        overload(ports)
        memory(ports)


def throughput(ports: Doors) -> None:
    """
    Reads a second, kept and passed on.
    """
    kept, passed, nginx, nginx_cache = in_turn(
        ROUNDS,
        lambda: press(ports.gateway, [KEPT]),
        lambda: press(ports.gateway, [PASSED]),
        lambda: press(ports.nginx, [PASSED]),
        lambda: press(ports.nginx_cache, [KEPT]),
    )
    _report_rate("gateway_cached", kept, nginx, "nginx passing on", 1.0)
    _report_rate("gateway_cached", kept, nginx_cache, "nginx from its cache", 0.5)
    _report_rate("gateway_uncached", passed, nginx, "nginx passing on", 0.3)


def added_latency(ports: Doors) -> None:
    """
    What the gateway adds at half the load that it can bear: callers who pause between their requests.
    """
    most = rate([press(ports.gateway, [PASSED], seconds=2)])
    think_ms = round(CONNECTIONS / (most / 2) * 1000)
    # Long enough for all connections' first requests, which come at once, to be fewer than one in a hundred.
    through, direct = in_turn(
        ROUNDS,
        lambda: press(ports.gateway, [PASSED], think_ms=think_ms, seconds=6),
        lambda: press(ports.service, [PASSED], think_ms=think_ms, seconds=6),
    )
    reference = median(one.p99_ms for one in direct)
    added = median(one.p99_ms for one in through) - reference
    versus = f"the service itself, p99 {reference:.2f} ms at {rate(direct):,.0f}/s"
    report("gateway_added_latency_p99", added, "ms", versus=versus, bar="<= 3 ms at half load", ok=added <= 3)


def event_streams(ports: Doors) -> None:
    """
    Open streams and a load beside them: nothing may fail.
    """
    listeners = Caller("listen", str(ports.gateway), CHANGES, str(STREAMS))
    listeners.wait()
    pressed = press(ports.gateway, [KEPT, PASSED], seconds=10)
    heard = msgspec.json.decode(listeners.result(), type=Listeners)
    lost = heard.ended + pressed.broken + pressed.refused
    ok = not lost and heard.open == STREAMS and heard.records >= STREAMS * 10
    versus = f"{pressed.per_second:,.0f} requests/s beside them, {heard.records:,} records heard"
    report("gateway_event_streams", heard.open, "open", versus=versus, bar=f"{STREAMS}, none failed", ok=ok)


def overload(ports: Doors) -> None:
    """
    Five times what the service can do, asked for at its own pace: who is let in is served as fast as ever. Then purchases
    that can all be done, among more browsing than can be: they go first.
    """
    (calm,) = _crowds(ports, 4, (SLOW, SLOW_CAPACITY // 2))
    reference = percentile(calm.accepted_ms, 0.99)
    for name, path in (("gateway_overload", SLOW), ("gateway_overload_of_purchases", BOUGHT)):
        (storm,) = _crowds(ports, 8, (path, SLOW_CAPACITY * 5))
        _report_late(name, storm, reference)
        goodput = storm.statuses.get("200", 0) / 8
        report(f"{name}_served", goodput, "requests/s", versus=f"{SLOW_CAPACITY}/s that the service can do")
    buying, _ = _crowds(ports, 8, (BOUGHT, SLOW_CAPACITY // 2), (SLOW, SLOW_CAPACITY * 9 // 2))
    _report_late("gateway_purchases_among_browsing", buying, reference)
    served = buying.statuses.get("200", 0) / sum(buying.statuses.values())
    report(
        "gateway_purchases_served",
        served,
        "of all",
        versus="nine times as much browsing",
        bar=">= 0.99",
        ok=served >= 0.99,
    )


def _report_late(name: str, storm: Crowd, reference: float) -> None:
    reached = percentile(storm.accepted_ms, 0.99)
    lost = storm.broken + storm.hung + sum(n for status, n in storm.statuses.items() if status not in ("200", "503"))
    ok = reached <= 4 * reference and not lost
    versus = f"p99 {reference:.1f} ms at half of what the service can do; answers {storm.statuses}, lost {lost}"
    bar = "<= 4 x, nothing lost"
    report(f"{name}_p99", reached, "ms", versus=versus, ratio=reached / reference, bar=bar, ok=ok)


def memory(ports: Doors) -> None:
    """
    Resident memory before and after a million requests for thousands of different things.
    """
    paths = [f"/{kind}/event-{number}" for number in range(2000) for kind in ("kept", "passed")]
    served = press(ports.gateway, paths, seconds=5).requests
    before = ports.process.memory_info().rss
    while served < MILLION * 1.1:
        served += press(ports.gateway, paths, seconds=10).requests
    after = ports.process.memory_info().rss
    versus = f"{before / 1e6:.0f} MB before {served:,} requests"
    ok = after / before <= 1.1
    report("gateway_memory", after / 1e6, "MB", versus=versus, ratio=after / before, bar="<= 1.1 x (flat)", ok=ok)


@contextmanager
def doors() -> Iterator[Doors]:
    """
    The service, nginx and the gateway, for as long as they are measured.
    """
    service, nginx, nginx_cache, gateway = (free_port() for _ in range(4))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="seatstream-bench-")))
        log = stack.enter_context((folder / "gateway-access.log").open("wb"))
        stack.enter_context(_running([sys.executable, "-m", "benchmarks.doors.service", str(service)]))
        stack.enter_context(_ended(start_nginx(folder, service=service, passing=nginx, keeping=nginx_cache)))
        command = [sys.executable, "-m", "benchmarks.doors.door", str(gateway), str(service)]
        process = stack.enter_context(_running(command, log))
        for port in (service, nginx, nginx_cache, gateway):
            _wait_for(port)
        yield Doors(service, nginx, nginx_cache, gateway, psutil.Process(process.pid))


@contextmanager
def _running(command: list[str], log: IO[bytes] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    with _ended(subprocess.Popen(command, stdout=log or sys.stderr)) as process:
        yield process


@contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(port: int) -> None:
    while not accepts(port):
        sleep(0.05)


def _crowds(ports: Doors, seconds: int, *asked: tuple[str, int]) -> list[Crowd]:
    callers = [Caller("crowd", str(ports.gateway), path, str(rate), str(seconds)) for path, rate in asked]
    return [msgspec.json.decode(caller.result(), type=Crowd) for caller in callers]


def _report_rate(name: str, seen: Sequence[Pressed], reference: Sequence[Pressed], versus: str, bar: float) -> None:
    # Each round against its own, since what else the machine does changes from one to the next.
    ratio = median(one.per_second / other.per_second for one, other in zip(seen, reference, strict=True))
    versus = f"{versus}: {rate(reference):,.0f}/s"
    report(name, rate(seen), "requests/s", versus=versus, ratio=ratio, bar=f">= {bar} x", ok=ratio >= bar)
