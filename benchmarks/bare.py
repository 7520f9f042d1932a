"""
`python -m benchmarks.bare PORT FILE`: a bare ASGI app that gives the one answer in FILE, on the server that services run on.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from starlette.types import Receive, Scope, Send

from benchmarks.servers import launched, wait_ready
from inventory_stream.local.ports import LOOPBACK, free_port
from inventory_stream.web import ServiceSettings, run_service
from inventory_stream.web.metrics import ServiceMetrics
from inventory_stream.web.state import ServiceState

_SERVERS_OWN = {"date", "transfer-encoding", "connection"}


class Recorded(msgspec.Struct, frozen=True):
    """
    An answer as it was given: status, headers, body.
    """

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


class Bare:
    """
    Answers every request alike, and does nothing else.
    """

    def __init__(self, answer: Recorded) -> None:
        self.service_state = ServiceState("bare", "0", (), ServiceMetrics("bare", "0"), None)
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """
        Answer one request.
        """
        if scope["type"] != "http":
            raise RuntimeError("there is nothing to start")
        answer = self._answer
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": answer.body})


def record(port: int, path: str, headers: dict[str, str]) -> Recorded:
    """
    Return what a server answers, without what the server below the app adds.
    """
    connection = HTTPConnection(LOOPBACK, port, timeout=30)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    found = [(name.lower(), value) for name, value in response.getheaders()]
    kept = [(name.encode(), value.encode("latin-1")) for name, value in found if name not in _SERVERS_OWN]
    return Recorded(response.status, kept, body)


@contextmanager
def bare(answer: Recorded) -> Iterator[int]:
    """
    A process that gives this answer; its port.
    """
    port = free_port()
    with TemporaryDirectory() as folder:
        file = Path(folder) / "answer"
        file.write_bytes(msgspec.msgpack.encode(answer))
        with launched("benchmarks.bare", str(port), str(file)):
            wait_ready(port, path="/", status=answer.status)
            yield port


def main() -> None:
    """
    Serve until told to stop.
    """
    answer = msgspec.msgpack.decode(Path(sys.argv[2]).read_bytes(), type=Recorded)
    run_service(Bare(answer), ServiceSettings(port=int(sys.argv[1])))


if __name__ == "__main__":
    main()
