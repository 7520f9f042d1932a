"""
How long it takes to say what is left of a thousand events at once.
"""

import gzip
import random
from http.client import HTTPConnection
from time import perf_counter

from benchmarks.rebuild import apply_all
from benchmarks.result import percentile, report
from benchmarks.season import Season
from benchmarks.servers import launched, servers, total, wait_ready
from inventory_stream.local.ports import LOOPBACK, free_port

EVENTS, IDS, CALLS = 40_000, 1_000, 300
BAR_MS = 20.0


def main() -> None:
    """
    Ask for a thousand other events each time: first for such that nobody asked for, then for any, then compressed.
    """
    season = Season(EVENTS)
    ids = [fields["event_id"] for fields in season.events]
    with servers() as running:
        running.log.send(season.records())
        running.log.flush()
        apply_all(running, total(running.log.end_positions(["inventory"])))
        running.log.close()
        port = free_port()
        environment = running.environment() | {"INVENTORY_API_PORT": str(port), "INVENTORY_API_ACCESS_LOG": "false"}
        with launched("inventory_api", environment=environment):
            wait_ready(port)
            connection = HTTPConnection(LOOPBACK, port, timeout=30)
            ask(connection, ids[:1])  # whatever a server does for its first request only
            new = [ask(connection, ids[first : first + IDS]) for first in range(0, EVENTS, IDS)]
            dice = random.Random(1)
            known = [ask(connection, dice.sample(ids, IDS)) for _ in range(CALLS)]
            packed = [ask(connection, dice.sample(ids, IDS), compressed=True) for _ in range(CALLS)]
            connection.close()
    versus, bar = f"{IDS:,} ids of {len(ids[0])} characters through HTTP", f"<= {BAR_MS:.0f} ms"
    for name, taken in (("bulk", known), ("bulk.never_asked", new), ("bulk.gzip", packed)):
        report(f"{name}.p50", percentile(taken, 0.5), "ms", versus=versus)
        p95 = percentile(taken, 0.95)
        report(f"{name}.p95", p95, "ms", versus=versus, bar=bar, ok=p95 <= BAR_MS)


def ask(connection: HTTPConnection, event_ids: list[str], *, compressed: bool = False) -> float:
    """
    Return the milliseconds that an answer about these events takes.
    """
    started = perf_counter()
    headers = {"Accept-Encoding": "gzip" if compressed else "identity"}
    connection.request("GET", f"/v1/availability?event_ids={','.join(event_ids)}", headers=headers)
    response = connection.getresponse()
    body = response.read()
    taken = (perf_counter() - started) * 1000
    body = gzip.decompress(body) if compressed else body
    if response.status != 200 or body.count(b'"event_id"') != len(event_ids):
        raise RuntimeError(f"the API answered {response.status}: {body[:500].decode()}")
    return taken


if __name__ == "__main__":
    main()
