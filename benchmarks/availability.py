"""
How much of the server's speed an availability answer keeps, against a bare ASGI app that returns the same bytes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.bare import bare, record
from benchmarks.hall import hall
from benchmarks.http_load import in_turn, press, rate
from benchmarks.result import report
from benchmarks.servers import Progress, Servers, launched, servers, total, wait_ready
from inventory_stream.local.ports import free_port

ROUNDS, SECONDS = 9, 1
BAR = 0.8
EVENT = "evening"


def main() -> None:
    """
    Measure the whole answer, the compressed one, and "not modified".
    """
    with hall_service() as port:
        compare("availability", port, f"/v1/events/{EVENT}/availability")


@contextmanager
def hall_service() -> Iterator[int]:
    """
    The service over a real projection of one large event, as it runs in production, with its access log; its port.
    """
    with servers() as running, TemporaryDirectory() as folder:
        project(running)
        port, output = free_port(), Path(folder) / "log"
        environment = running.environment() | {"INVENTORY_API_PORT": str(port)}
        with launched("inventory_api", environment=environment, output=output):
            wait_ready(port)
            yield port


def project(running: Servers) -> None:
    """
    Put the event on the log and apply it.
    """
    running.log.send(hall(EVENT))
    running.log.flush()
    with launched("inventory_api.projector", environment=running.environment()):
        progress = Progress(running, "inventory")
        progress.wait_for(total(running.log.end_positions(["inventory"])))
        progress.close()
    running.log.close()


def compare(name: str, port: int, path: str) -> None:
    """
    Print the ratio for each form of an answer, and its tail.
    """
    tag = dict(record(port, path, {}).headers)[b"etag"].decode()
    forms: dict[str, dict[str, str]] = {
        "": {},
        ".gzip": {"Accept-Encoding": "gzip"},
        ".not_modified": {"If-None-Match": tag},
    }
    for form, headers in forms.items():
        answer = record(port, path, headers)
        with bare(answer) as reference:
            runs = (partial(press, at, [path], seconds=SECONDS, headers=headers) for at in (port, reference))
            ours, theirs = in_turn(ROUNDS, *runs)
        ratio = median(mine.per_second / other.per_second for mine, other in zip(ours, theirs, strict=True))
        versus = f"a bare ASGI app with the same {len(answer.body):,} bytes ({rate(theirs):,.0f} answers/s), c=64"
        report(f"{name}{form}", rate(ours), "answers/s", versus=versus, ratio=ratio, bar=f">= {BAR}", ok=ratio >= BAR)
