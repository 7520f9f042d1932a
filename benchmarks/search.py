"""
How long a search takes over a hundred thousand events, through HTTP and by kind of search.
"""

import json
import random
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

from benchmarks.rebuild import apply_all
from benchmarks.result import percentile, report
from benchmarks.season import FIRST_DAY, Fields, Season
from benchmarks.servers import launched, peak_memory_mb, servers, total, wait_ready
from inventory_stream.local.ports import LOOPBACK, free_port

EVENTS = 100_000
EACH, PAGES = 200, 10
BAR_MS = 30.0
LOAD_S = 120.0
FACETS = "category,genre,city,region,venue,attraction,month,availability"

Query = dict[str, Any]


def main() -> None:
    """
    Ask one search after the other, each kind in turn.
    """
    season = Season(EVENTS)
    with servers() as running:
        running.log.send(season.records())
        running.log.flush()
        apply_all(running, total(running.log.end_positions(["inventory"])))
        running.log.close()
        port = free_port()
        environment = running.environment() | {"INVENTORY_API_PORT": str(port), "INVENTORY_API_ACCESS_LOG": "false"}
        started = perf_counter()
        with launched("inventory_api", environment=environment) as process:
            wait_ready(port, patience_s=LOAD_S)
            loaded = perf_counter() - started
            taken = measure(season, port)
            memory = peak_memory_mb(process.pid)
    say(taken, loaded, memory)


def measure(season: Season, port: int) -> dict[str, list[float]]:
    """
    Return kind of search → milliseconds of each.
    """
    connection = HTTPConnection(LOOPBACK, port, timeout=30)
    taken: dict[str, list[float]] = {kind: [] for kind in (*KINDS, "deep_pages")}
    for fields in season.sample(EACH, seed=2):
        dice = random.Random(fields["event_id"])
        for kind, make in KINDS.items():
            query = make(fields, dice)
            seconds, found = ask(connection, query)
            taken[kind].append(seconds * 1000)
            if not found["total"]:
                raise RuntimeError(f"{kind}: {query} found nothing")
    for sort in ("relevance", "starts_at", "price", "name", "-price"):
        taken["deep_pages"] += [
            seconds * 1000 for seconds in walk(connection, {"q": "tour", "sort": sort, "limit": 100})
        ]
    connection.close()
    return taken


def say(taken: dict[str, list[float]], loaded: float, memory: float) -> None:
    """
    Print the results.
    """
    versus, bar = f"{EVENTS:,} events, one search at a time through HTTP", f"<= {BAR_MS:.0f} ms"
    every = [milliseconds for kind in taken.values() for milliseconds in kind]
    report("search.p50", percentile(every, 0.5), "ms", versus=versus)
    report("search.p95", percentile(every, 0.95), "ms", versus=versus, bar=bar, ok=percentile(every, 0.95) <= BAR_MS)
    for kind, mine in taken.items():
        p95 = percentile(mine, 0.95)
        report(f"search.{kind}.p95", p95, "ms", versus=f"{len(mine)} searches of this kind", bar=bar, ok=p95 <= BAR_MS)
    report("search.load", loaded, "s", versus=f"start of the process until {EVENTS:,} events can be searched")
    report("search.memory", memory, "MB", versus=f"peak of the whole process with {EVENTS:,} events")


def ask(connection: HTTPConnection, query: Query) -> tuple[float, Any]:
    """
    Return the seconds that a search takes, and its answer.
    """
    started = perf_counter()
    connection.request("GET", f"/v1/events?{urlencode(query)}")
    response = connection.getresponse()
    body = response.read()
    seconds = perf_counter() - started
    if response.status != 200:
        raise RuntimeError(f"the API answered {response.status}: {body.decode()}")
    return seconds, json.loads(body)


def walk(connection: HTTPConnection, query: Query) -> Iterator[float]:
    """
    Yield the seconds that each page after the first takes.
    """
    _, page = ask(connection, query)
    for _ in range(PAGES * 4):
        seconds, page = ask(connection, query | {"cursor": page["next_cursor"]})
        yield seconds


def _typo(text: str, dice: random.Random) -> str:
    words = text.split()
    word = words[-1]
    place = dice.randrange(len(word) - 1)
    wrong = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return " ".join([*words[:-1], wrong])


def _days(dice: random.Random) -> Query:
    first = FIRST_DAY.replace(month=dice.randint(6, 12), day=dice.randint(1, 28))
    return {"from": f"{first:%Y-%m-%d}"}


KINDS: dict[str, Callable[[Fields, random.Random], Query]] = {
    "browse": lambda fields, _: {"city": fields["city"], "facets": "category,month"},
    "everything": lambda _, __: {},
    "text": lambda fields, _: {"q": f"{fields['attraction']} {fields['city']}"},
    "common_words": lambda _, dice: {"q": dice.choice(("the", "tour", "hall", "the tour hall")), "facets": FACETS},
    "prefix": lambda fields, _: {"q": fields["attraction"][:-2]},
    "short_prefix": lambda fields, dice: {"q": fields["attraction"].split()[-1][: dice.randint(1, 2)]},
    "typo": lambda fields, dice: {"q": _typo(fields["attraction"], dice)},
    "typo_and_place": lambda fields, dice: {"q": f"{_typo(fields['attraction'], dice)} {fields['city']}"},
    "price": lambda _, dice: {"max_price_cents": dice.randint(2_000, 20_000), "available": "true", "sort": "price"},
    "days": lambda fields, dice: _days(dice) | {"category": fields["category"], "accessible": "true", "sort": "name"},
    "facets": lambda fields, _: {"category": fields["category"], "available": "true", "facets": FACETS},
}
"""Kind of search → the search that is made of an event, which it must find among others."""


if __name__ == "__main__":
    main()
