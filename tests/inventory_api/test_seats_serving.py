"""
Streams of changes on real connections to a process: it leaves in order, and cuts off who does not read.
"""

import os
import signal
import socket
import sys
from contextlib import ExitStack
from time import monotonic

import httpx
import pytest

from inventory_api.projection import InventoryProjection
from inventory_stream.local.child import Child
from inventory_stream.local.ports import LOOPBACK, accepts, free_port
from inventory_stream.records import SeatRun
from tests.support.places import ended, held, released, scheduled
from tests.support.projected import Projected

PATIENCE_S = 20.0
SEATS = 6000
DROPPED = "seatstream_listeners_dropped_total{"
REQUEST = b"GET /v1/events/e1/seats/changes HTTP/1.1\r\nHost: service\r\n\r\n"


@pytest.fixture
def projected(database_url):
    """
    A long row of seats.
    """
    projected = Projected(database_url, InventoryProjection, "inventory")
    projected.append(scheduled(), released(runs=(SeatRun("F", 1, SEATS),), price_level="A"))
    yield projected
    projected.close()


@pytest.fixture
def service(database_url, projected, tmp_path):
    """
    The API as a process that would wait a minute for connections to end, and half a second for readers.
    """
    port = free_port()
    settings = {
        "INVENTORY_API_PORT": str(port),
        "INVENTORY_API_DRAIN_S": "0",
        "INVENTORY_API_SHUTDOWN_TIMEOUT_S": "60",
        "INVENTORY_API_SLOW_LISTENER_S": "0.5",
        "SEATSTREAM_DATABASE_URL": database_url,
    }
    child = Child(
        "inventory_api", [sys.executable, "-m", "inventory_api"], tmp_path / "log", env={**os.environ, **settings}
    )
    child.process = child.start()
    child.port = port
    child.wait_until(lambda: accepts(port), PATIENCE_S)
    yield child
    child.kill()


class Connection:
    """
    One listener on a socket.
    """

    def __init__(self, port, buffer=None):
        self.socket = socket.socket()
        if buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.socket.settimeout(PATIENCE_S)
        self.socket.connect((LOOPBACK, port))
        self.socket.sendall(REQUEST)
        self.read = b""

    def until(self, found):
        """
        Read until the text was found, and return what came up to it.
        """
        while found not in self.read:
            part = self.socket.recv(65_536)
            assert part, f"the connection ended before {found!r}"
            self.read += part
        before, _, self.read = self.read.partition(found)
        return before

    def rest(self):
        """
        Read to the end.
        """
        while part := self.socket.recv(65_536):
            self.read += part
        return self.read


@pytest.fixture
def connect(service):
    """
    Open connections: `connect(buffer)`. They end with the test.
    """
    with ExitStack() as stack:

        def connect(buffer=None):
            connection = Connection(service.port, buffer)
            stack.callback(connection.socket.close)
            connection.until(b"event: changes")
            return connection

        yield connect


def test_streams_end_with_the_service(service, connect):
    """
    On SIGTERM all streams end complete, long before the time for them is over, and the process leaves with 0.
    """
    connections = [connect() for _ in range(20)]

    service.process.send_signal(signal.SIGTERM)

    assert all(connection.rest().endswith(b"0\r\n\r\n") for connection in connections)
    assert service.process.wait(PATIENCE_S) == 0
    assert b"Traceback" not in service.log.read_bytes()


def test_who_does_not_read_is_cut_off(service, projected, connect):
    """
    Frames wait up to a bound, then the connection is cut, while one that reads beside it gets them all.
    """
    reader, sleeper = connect(), connect(buffer=4096)
    others = tuple(f"F-{seat}" for seat in range(1, SEATS, 2))
    for number in range(10):
        projected.append(held(others) if number % 2 == 0 else ended(others))
        reader.until(b'"position":%d,' % (3 + number))
    wait_for(lambda: dropped(service.port) == 1)

    cut = sleeper.rest()
    assert len(cut) < 200_000
    assert not cut.endswith(b"0\r\n\r\n")
    assert b"Traceback" not in service.log.read_bytes()


def dropped(port):
    """
    How many listeners were dropped, as the metrics say.
    """
    metrics = httpx.get(f"http://{LOOPBACK}:{port}/metrics", trust_env=False).text
    return float(next(line for line in metrics.splitlines() if line.startswith(DROPPED)).split()[-1])


def wait_for(condition):
    """
    Return when it holds.
    """
    deadline = monotonic() + PATIENCE_S
    while not condition():
        assert monotonic() < deadline
