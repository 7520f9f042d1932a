"""
Catalogues and charts of other systems, imported by the command line and asked for at the gateway: all real processes.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import psycopg
import pytest

from inventory_stream.local import LocalKafka, LocalPostgres
from inventory_stream.local.child import Child
from inventory_stream.local.ports import LOOPBACK, accepts, free_port
from inventory_stream.log.kafka import KafkaLog
from inventory_stream.log.topics import create_topics
from inventory_stream.web.positions import format_positions

DATA = Path(__file__).parents[3] / "shared" / "data"
PREFIX = "e2e-import-"
EVENTS = 8_798
FOUND = "Gotterdammerung"
LONG_AGO = {"from": "2000-01-01"}  # the catalogue's events are over, and then only days that are named find them
CHARTS = {"sampleChartWithSections": ("Small Show", 71), "sampleChartWithZones": ("Grand Prix", 8_897)}
COUNTS = re.compile(r"([\d,]+) records added, ([\d,]+) changed, ([\d,]+) unchanged")
TIMEOUT_S = 180.0
MODULES = {"inventory_api.projector": "projector", "inventory_api": "inventory_api", "gateway": "gateway"}


class Stack:
    """
    The inventory service and the gateway as processes, and the importers as commands.
    """

    def __init__(self, bootstrap_servers: str, database_url: str, folder: Path) -> None:
        self._ports = {name: free_port() for name in MODULES.values()}
        self._environment = {
            **os.environ,
            "INVENTORY_API_POSITION_TIMEOUT_S": "4",  # shorter than the gateway's patience, so that its answer is heard
            "SEATSTREAM_KAFKA_BOOTSTRAP_SERVERS": bootstrap_servers,
            "SEATSTREAM_DATABASE_URL": database_url,
            "SEATSTREAM_TOPIC_PREFIX": PREFIX,
            "PROJECTOR_PORT": str(self._ports["projector"]),
            "INVENTORY_API_PORT": str(self._ports["inventory_api"]),
            "GATEWAY_PORT": str(self._ports["gateway"]),
            "GATEWAY_INVENTORY_API_URL": f"http://{LOOPBACK}:{self._ports['inventory_api']}",
        }
        self._folder = folder
        self._log = KafkaLog(bootstrap_servers, PREFIX)
        self._running = ExitStack()
        self._running.callback(self._log.close)
        self._client = self._running.enter_context(
            httpx.Client(base_url=f"http://{LOOPBACK}:{self._ports['gateway']}", timeout=TIMEOUT_S)
        )

    def start(self, module: str, name: str) -> None:
        """
        Run a module until the stack stops; return when it answers on its port.
        """
        log = self._folder / f"{module}.log"
        child = Child(module, [sys.executable, "-m", module], log, env=self._environment)
        child.start()
        self._running.callback(child.stop)
        child.wait_until(lambda: accepts(self._ports[name]), TIMEOUT_S)

    def stop(self) -> None:
        """
        End every process that was started, the last first.
        """
        self._running.close()

    def run_import(self, *arguments: str) -> str:
        """
        Import, and return what the command printed.
        """
        command = [sys.executable, "-m", "inventory_stream", "import", *arguments]
        done = subprocess.run(
            command, env=self._environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def end(self) -> str:
        """
        Return where the stream ends, as a position.
        """
        return format_positions(self._log.end_positions(["inventory"]))

    def ask(self, path: str, **parameters: Any) -> Any:
        """
        Return what the gateway answers once everything imported is in it.
        """
        deadline = monotonic() + TIMEOUT_S
        answer = self._get(path, parameters)
        while answer.status_code == httpx.codes.GATEWAY_TIMEOUT and monotonic() < deadline:
            answer = self._get(path, parameters)
        assert answer.status_code == httpx.codes.OK, f"{answer.status_code} {answer.text}\n{self._logs()}"
        return answer.json()

    def _get(self, path: str, parameters: dict[str, Any]) -> httpx.Response:
        return self._client.get(path, params={"min_position": self.end(), **parameters})

    def _logs(self) -> str:
        return "\n".join(f"{file.name}:\n{file.read_text()[-2000:]}" for file in self._folder.glob("*.log"))


def import_all(stack: Stack, catalogue: Path) -> list[str]:
    """
    Import the catalogue and both charts; return what each command printed.
    """
    printed = [stack.run_import("tickit", str(catalogue))]
    for name, (event, _) in CHARTS.items():
        file, venue = str(DATA / "seatmaps" / f"{name}.json"), ("--venue-id", name.lower(), "--venue-name", name)
        when = ("--event", event, "--starts-at", "2031-05-01T14:00:00Z")
        printed.append(stack.run_import("seatsio", file, *venue, *when))
    return printed


def counts(printed: str) -> tuple[int, ...]:
    """
    Return how many records a command says it added, changed and left.
    """
    found = COUNTS.search(printed)
    assert found, printed
    return tuple(int(number.replace(",", "")) for number in found.groups())


@pytest.fixture(scope="module")
def catalogue() -> Path:
    """
    The folder of the TICKIT files, the whole catalogue.
    """
    if not DATA.is_dir():
        pytest.skip(f"there is no sample data in {DATA}")
    return DATA / "tickit"


@pytest.fixture(scope="module")
def stack(
    catalogue: Path, kafka: LocalKafka, postgres: LocalPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """
    The running services, with a database of their own.
    """
    create_topics(kafka.bootstrap_servers, PREFIX)
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE e2e_import")
    running = Stack(kafka.bootstrap_servers, postgres.url_of("e2e_import"), tmp_path_factory.mktemp("logs"))
    try:
        for module, name in MODULES.items():
            running.start(module, name)
        yield running
    finally:
        running.stop()
        with psycopg.connect(postgres.url, autocommit=True) as connection:
            connection.execute("DROP DATABASE e2e_import WITH (FORCE)")


@pytest.fixture(scope="module")
def imported(stack: Stack, catalogue: Path) -> list[str]:
    """
    What the first imports printed.
    """
    return import_all(stack, catalogue)


def test_an_imported_catalogue_is_found_by_words_with_its_places(stack: Stack, imported: list[str]) -> None:
    """
    An event of the catalogue is found by `q`, and all its places are free.
    """
    events = stack.ask("/v1/events", q=FOUND, **LONG_AGO)["events"]
    assert {event["name"] for event in events} == {FOUND}
    availability = stack.ask(f"/v1/events/{events[0]['event_id']}/availability")
    free = availability["counts"]["free"]
    assert free == sum(section["free"] for section in availability["sections"]) > 0


def test_the_whole_catalogue_is_there(stack: Stack, imported: list[str]) -> None:
    """
    Page after page, the gateway names as many events as the catalogue has.
    """
    found, cursor = set(), None
    while cursor or not found:
        page = stack.ask("/v1/events", limit=100, **LONG_AGO, **({"cursor": cursor} if cursor else {}))
        found |= {event["event_id"] for event in page["events"] if event["event_id"].startswith("tickit-")}
        cursor = page["next_cursor"]

    assert len(found) == EVENTS


def test_a_thousand_events_are_asked_for_at_once(stack: Stack, imported: list[str]) -> None:
    """
    Ids as long as a UUID make a request of 37 kB, which every server on the way takes.
    """
    known = stack.ask("/v1/events", q=FOUND, **LONG_AGO)["events"][0]["event_id"]
    unknown = [f"{number:036}" for number in range(999)]

    answer = stack.ask("/v1/availability", event_ids=",".join([*unknown, known]))

    assert [event["event_id"] for event in answer["events"]] == [known]
    assert answer["unknown"] == unknown


@pytest.mark.parametrize("chart", CHARTS)
def test_an_imported_chart_offers_every_place(stack: Stack, imported: list[str], chart: str) -> None:
    """
    The counts of an event on an imported chart add up to the chart's places.
    """
    name, places = CHARTS[chart]
    (event,) = stack.ask("/v1/events", q=name, **LONG_AGO)["events"]
    availability = stack.ask(f"/v1/events/{event['event_id']}/availability")
    assert sum(availability["counts"].values()) == places


def test_a_second_import_appends_nothing(stack: Stack, imported: list[str], catalogue: Path) -> None:
    """
    The same files again leave the stream's end where it is, and the commands say that all was there.
    """
    before = stack.end()
    again = import_all(stack, catalogue)
    expected = [(0, 0, counts(printed)[0]) for printed in imported]
    assert ([counts(printed) for printed in again], stack.end()) == (expected, before)
