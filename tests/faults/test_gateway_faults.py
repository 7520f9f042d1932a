"""
A gateway, a service and a Redis as processes: killed, frozen and started again while requests come.

What sockets can imitate (resets, garbage, half answers) is in `tests/gateway/test_upstream_failures.py`.
"""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from redises import redis_server

from gateway.guard.breaker import FAILURES
from inventory_stream.local.ports import accepts, free_port

STANDIN = Path(__file__).parents[1] / "support" / "standin.py"
PATH = "/v1/events/e-1"
FRESH = f"{PATH}?min_position="  # never from what is kept


class Place:
    """A gateway and the service behind it, on ports of their own, with a client."""

    def __init__(self, folder: Path, **settings: str):
        self.service_port, self.port = free_port(), free_port()
        self.settings = {
            "GATEWAY_PORT": str(self.port),
            "GATEWAY_INVENTORY_API_URL": f"http://127.0.0.1:{self.service_port}",
            "GATEWAY_STATE_FOLDER": str(folder),
            "GATEWAY_DRAIN_S": "0",
            **settings,
        }
        self.processes: list[subprocess.Popen] = []
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", trust_env=False, timeout=20)
        self.service = self.start_service()
        self.gateway = self.start_gateway()

    def start_service(self) -> subprocess.Popen:
        """Start the service and wait for it."""
        return self._start([sys.executable, str(STANDIN), str(self.service_port)], self.service_port)

    def start_gateway(self) -> subprocess.Popen:
        """Start the gateway and wait for it."""
        return self._start([sys.executable, "-m", "gateway"], self.port)

    def close(self) -> None:
        """End what runs."""
        self.client.close()
        for process in self.processes:
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()

    def until(self, status: int) -> httpx.Response:
        """Ask until there is an answer with this status; others are problems that say when to come back."""
        while (answer := self.client.get(FRESH)).status_code != status:
            assert answer.headers["content-type"] == "application/problem+json" or answer.status_code == 200
        return answer

    def _start(self, command: list[str], port: int) -> subprocess.Popen:
        environment = {**os.environ, **self.settings}
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.processes.append(process)
        while not accepts(port):
            assert process.poll() is None
        return process


@pytest.fixture
def stack():
    """What is to be ended."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def place(stack, tmp_path):
    """A gateway and its service."""
    place = Place(tmp_path)
    stack.callback(place.close)
    return place


def test_a_service_that_is_killed_and_comes_back(place):
    """While it is gone each request is a 503 with the time to come back; then it is found by itself."""
    first = place.client.get(FRESH)
    place.service.kill()
    place.service.wait()
    gone = [place.client.get(FRESH) for _ in range(2 * FAILURES)]
    place.start_service()
    back = place.until(200)

    assert first.status_code == 200
    assert {(answer.status_code, answer.headers["retry-after"]) for answer in gone} == {(503, "1")}
    assert first.text != back.text


def test_requests_on_their_way_when_the_service_is_killed(place):
    """Whoever waits for an answer then gets a problem at once, and nobody hangs."""
    with ThreadPoolExecutor(20) as pool:
        waiting = [pool.submit(place.client.get, f"{PATH}/seats?slow") for _ in range(20)]
        place.client.get(FRESH)
        begun = time.monotonic()
        place.service.kill()
        answers = [future.result() for future in waiting]

    assert {answer.status_code for answer in answers} <= {502, 503}
    assert time.monotonic() - begun < 4


def test_a_service_that_is_frozen_and_goes_on(stack, tmp_path):
    """Requests wait for their time and are 504; after some in a row they are 503 at once, until it answers again."""
    place = Place(tmp_path)
    stack.callback(place.close)
    place.client.get(FRESH)
    place.service.send_signal(signal.SIGSTOP)
    unkept = [f"{PATH}?number={number}" for number in range(FAILURES + 1)]
    with ThreadPoolExecutor(FAILURES) as pool:
        frozen = [answer.status_code for answer in pool.map(place.client.get, unkept[:FAILURES])]
    begun = time.monotonic()
    at_once = place.client.get(unkept[-1])
    seconds = time.monotonic() - begun
    place.service.send_signal(signal.SIGCONT)
    place.until(200)

    assert frozen == [504] * FAILURES
    assert (at_once.status_code, seconds < 1) == (503, True)


def test_streams_when_the_service_is_killed(place):
    """A stream ends visibly incomplete, so that its listener comes again."""
    with place.client.stream("GET", f"{PATH}/seats/changes") as answer:
        parts = answer.iter_raw()
        first = next(parts)
        place.service.kill()
        with pytest.raises(httpx.RemoteProtocolError):
            list(parts)

    assert first.startswith(b"data: 1")


def test_a_gateway_that_is_killed_remembers_keys(place):
    """An answer to an idempotency key is given again by the gateway that follows, though the service is another one."""
    ask = {"json": [1], "headers": {"Idempotency-Key": "k-1"}}
    first = place.client.post("/v1/activity", **ask)
    place.gateway.kill()
    place.gateway.wait()
    place.service.kill()
    place.service.wait()
    place.start_service()
    place.start_gateway()
    place.client.cookies.clear()
    again = place.client.post("/v1/activity", **ask)

    assert (again.text, again.headers["idempotency-replayed"]) == (first.text, "true")


def test_a_redis_that_is_killed(stack, tmp_path):
    """Reads go on and are counted; a request with a key is 503 and goes on once Redis is back."""
    folder, port = tmp_path / "redis", free_port()
    folder.mkdir()
    with redis_server(folder, port) as (_, url):
        place = Place(tmp_path, GATEWAY_REDIS_URL=url)
        stack.callback(place.close)
        before = [place.client.get(FRESH) for _ in range(5)]
    during = [place.client.get(FRESH) for _ in range(5)]
    keyed = place.client.post("/v1/activity", json=[1], headers={"Idempotency-Key": "k-1"})
    with redis_server(folder, port):
        again = place.client.post("/v1/activity", json=[1], headers={"Idempotency-Key": "k-1"})

    assert [answer.status_code for answer in before + during] == [200] * 10
    assert all("ratelimit" in answer.headers for answer in during)
    assert (keyed.status_code, again.status_code) == (503, 200)


def test_a_redis_that_is_frozen(stack, tmp_path):
    """It is waited for once; reads go on and are counted, a request with a key is 503 until it answers again."""
    folder = tmp_path / "redis"
    folder.mkdir()
    process, url = stack.enter_context(redis_server(folder))
    place = Place(tmp_path, GATEWAY_REDIS_URL=url)
    stack.callback(place.close)
    stack.callback(process.send_signal, signal.SIGCONT)
    place.client.get(FRESH)
    process.send_signal(signal.SIGSTOP)
    begun = time.monotonic()
    during = [place.client.get(FRESH) for _ in range(20)]
    seconds = time.monotonic() - begun
    keyed = place.client.post("/v1/activity", json=[1], headers={"Idempotency-Key": "k-1"})
    process.send_signal(signal.SIGCONT)
    again = place.client.post("/v1/activity", json=[1], headers={"Idempotency-Key": "k-2"})

    assert ({answer.status_code for answer in during}, seconds < 5) == ({200}, True)
    assert all("ratelimit" in answer.headers for answer in during)
    assert (keyed.status_code, keyed.headers["retry-after"], again.status_code) == (503, "1", 200)
