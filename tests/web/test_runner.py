"""
A service as a process: it starts, logs in JSON, and leaves in order.
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from time import monotonic

import httpx
import pytest

from inventory_stream.local.child import Child
from inventory_stream.local.ports import LOOPBACK, accepts, free_port

PATIENCE_S = 20.0
NOWHERE = "postgresql://postgres@127.0.0.1:1/none"


class Running:
    """
    The venue API as a process, without a database: alive and never ready.
    """

    def __init__(self, log: Path, **settings: str) -> None:
        self.url = f"http://{LOOPBACK}:{settings['VENUE_API_PORT']}"
        self.log = log
        environment = {"PATH": "", "SEATSTREAM_DATABASE_URL": NOWHERE, **settings}
        # What a process needs to find the code, and to have its coverage counted.
        environment |= {name: value for name, value in os.environ.items() if name.startswith(("PYTHON", "COVERAGE"))}
        self.child = Child("venue_api", [sys.executable, "-m", "venue_api"], log, env=environment)
        self.process = self.child.start()
        self.child.wait_until(lambda: accepts(int(settings["VENUE_API_PORT"])), PATIENCE_S)

    def get(self, path: str, **parameters: str) -> httpx.Response:
        """
        Ask for something.
        """
        return httpx.get(self.url + path, params=parameters, trust_env=False, timeout=PATIENCE_S)

    def lines(self) -> list[dict[str, object]]:
        """
        Return what it logged; each line is JSON.
        """
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """
    Start a service: `start(VENUE_API_DRAIN_S="1")`. It ends with the test.
    """
    running: list[Running] = []

    def start(**settings: str) -> Running:
        running.append(Running(tmp_path / "log", VENUE_API_PORT=str(free_port()), **settings))
        return running[-1]

    yield start
    for one in running:
        one.child.kill()


def test_a_service_that_drains_says_so_and_still_answers(start: Callable[..., Running]) -> None:
    """
    After SIGTERM it is not ready, answers for a while all the same, and exits with 0.
    """
    service = start(VENUE_API_DRAIN_S="1")
    service.process.send_signal(signal.SIGTERM)
    deadline = monotonic() + PATIENCE_S
    while "going down" not in (ready := service.get("/readyz")).json()["detail"]:
        assert monotonic() < deadline

    assert (ready.status_code, service.get("/healthz").status_code) == (503, 200)
    assert service.process.wait(PATIENCE_S) == 0


def test_what_was_begun_is_finished(start: Callable[..., Running]) -> None:
    """
    A request that waits when SIGTERM comes gets its answer.
    """
    service = start(VENUE_API_DRAIN_S="1", VENUE_API_POSITION_TIMEOUT_S="3")
    answers: list[httpx.Response] = []
    ask = Thread(target=lambda: answers.append(service.get("/v1/venues/v1", min_position="inventory:0=1")))
    ask.start()
    service.get("/healthz")  # the other was sent before, so the one second of draining is enough for it to begin
    service.process.send_signal(signal.SIGTERM)
    ask.join()

    assert [answer.status_code for answer in answers] == [504]
    assert service.process.wait(PATIENCE_S) == 0


def test_a_second_signal_does_not_wait(start: Callable[..., Running]) -> None:
    """
    Who asks twice is in a hurry: the drain is cut short.
    """
    service = start(VENUE_API_DRAIN_S="300")
    service.process.send_signal(signal.SIGTERM)
    deadline = monotonic() + PATIENCE_S
    while "going down" not in service.get("/readyz").json()["detail"]:
        assert monotonic() < deadline
    service.process.send_signal(signal.SIGTERM)

    assert service.process.wait(PATIENCE_S) == 0


def test_every_line_of_the_log_is_json(start: Callable[..., Running]) -> None:
    """
    A request is one line with its trace and no id of its path, and what goes wrong is told with its exception.
    """
    service = start()
    trace = service.get("/v1/venues/v1").json()["trace_id"]
    service.process.send_signal(signal.SIGINT)
    service.process.wait(PATIENCE_S)
    lines = service.lines()

    (access,) = [line for line in lines if line["logger"] == "access"]
    assert (access["trace_id"], access["path"], access["status"]) == (trace, "/v1/venues/{venue_id}", 503)
    assert any("the feed was lost" in str(line.get("text")) for line in lines)


def test_the_access_log_can_be_off(start: Callable[..., Running]) -> None:
    """
    Without an access log, requests leave no line.
    """
    service = start(VENUE_API_ACCESS_LOG="false")
    service.get("/healthz")
    service.process.send_signal(signal.SIGINT)
    service.process.wait(PATIENCE_S)

    assert [line for line in service.lines() if line["logger"] == "access"] == []
