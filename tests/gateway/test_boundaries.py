"""
Where one request ends and the next begins: whatever bytes come, the gateway sees no request that a strict reader does not.
"""

import asyncio
import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import h11
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from uvicorn import Config
from uvicorn.server import ServerState

from gateway.limits.connections import Connections
from gateway.limits.networks import Networks
from gateway.server import DoorProtocol

Seen = tuple[bytes, bytes, bytes]
HOST = b"host: x\r\n"
PIECES = [
    b"GET / HTTP/1.1\r\n", b"POST /a HTTP/1.1\r\n", b"PUT /b?c=d HTTP/1.0\r\n", b"GET http://y/z HTTP/1.1\r\n", b"HEAD / HTTP/1.1\n",
    HOST, HOST + b"\r\n", b"\r\n", b"\n", b"\r", b" ", b"\t", b"\0", b"\x0b", b"\xff", b":", b",", b";", b"+", b"0x",
    b"content-length: 5\r\n", b"Content-Length: 0\r\n", b"content-length: 5, 5\r\n", b"content-length : 5\r\n", b"content-length: 05\r\n",
    b"transfer-encoding: chunked\r\n", b"Transfer-Encoding: Chunked\r\n", b"transfer-encoding: identity\r\n",
    b"transfer-encoding:\tchunked \r\n", b"transfer_encoding: chunked\r\n", b"x: y\r\n z\r\n", b"x: transfer-encoding: chunked\r\n",
    b"connection: close\r\n", b"connection: upgrade\r\nupgrade: h2c\r\n", b"expect: 100-continue\r\n",
    b"5\r\nhello\r\n", b"0\r\n\r\n", b"0\r\nx: y\r\n\r\n", b"5;a=b\r\nhello\r\n", b'5;a="\n"\r\nhello\r\n', b"5\nhello\n", b"hello",
    b"GET / HTTP/1.1\r\n" + HOST + b"\r\n", b"POST / HTTP/1.1\r\n" + HOST + b"content-length: 5\r\n\r\nhello",
    b"POST / HTTP/1.1\r\n" + HOST + b"transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
]  # fmt: skip
# Empty lines before a request are overlooked (RFC 9112, section 2.2); h11 does not.
_LINES = re.compile(rb"\A[\r\n]+")


class Application:
    """Notes what is asked, once it has been heard to its end."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.service_state = SimpleNamespace(draining=False)
        self.connections = Connections(0, Networks([]), 10)

    def glance(self, *_: object) -> None:
        """Nothing lies ready."""

    def note_refusal(self, *_: object) -> None:
        """Nothing is noted."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer."""
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body, more = body + message["body"], message["more_body"]
        target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
        self.seen.append((scope["method"].encode(), target, body))
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})


class Wire(asyncio.Transport):
    """The caller's end: takes everything."""

    closed = False

    def write(self, data: Any) -> None:
        """Take."""

    def close(self) -> None:
        """End."""
        self.closed = True

    def is_closing(self) -> bool:
        """Whether it has ended."""
        return self.closed

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Nothing is known."""

    write_eof = pause_reading = resume_reading = set_write_buffer_limits = lambda *_, **__: None


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    """One loop for all."""
    with asyncio.Runner() as runner:
        yield runner


async def heard_here(parts: list[bytes]) -> list[Seen]:
    """What the gateway's server takes these bytes for."""
    app, wire = Application(), Wire()
    protocol = DoorProtocol(Config(app, log_config=None, lifespan="off", ws="none"), ServerState(), {})
    protocol.connection_made(wire)
    for part in parts:
        if not wire.closed:
            protocol.data_received(part)
        for _ in range(8):  # as many turns as a short pipeline takes
            await asyncio.sleep(0)
    protocol.connection_lost(None)
    return app.seen


def heard_strictly(data: bytes) -> list[Seen]:
    """What h11 takes them for, up to what it refuses."""
    seen: list[Seen] = []
    while True:
        reader = h11.Connection(h11.SERVER, max_incomplete_event_size=10**6)
        reader.receive_data(_LINES.sub(b"", data))
        try:
            seen.append(one_strictly(reader))
        except h11.ProtocolError:
            return seen
        if reader.our_state is not h11.DONE:
            return seen
        data = reader.trailing_data[0]


def one_strictly(reader: h11.Connection) -> Seen:
    """The next request; to be told that there is no more is an error, too."""
    head, body = reader.next_event(), b""
    if not isinstance(head, h11.Request):
        raise h11.RemoteProtocolError("there is no head")
    while True:
        event = reader.next_event()
        if isinstance(event, h11.Data):
            body += bytes(event.data)
        elif isinstance(event, h11.EndOfMessage):
            break
        else:
            raise h11.RemoteProtocolError("there is no end")
    reader.send(h11.Response(status_code=200, headers=[(b"content-length", b"0")]))
    reader.send(h11.EndOfMessage())
    return head.method, head.target.removeprefix(b"http://y"), body


def test_no_request_is_seen_that_a_strict_reader_does_not(runner: asyncio.Runner) -> None:
    """What is refused here may be more, never less: the requests seen are the first of the strict reader's."""

    @given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=12), st.integers(0, 400), st.booleans())
    @example(
        [b"POST /a HTTP/1.1\r\n", HOST, b"transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" * 2], 0, False
    )
    @settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
    def run(pieces: list[bytes], cut: int, whole: bool) -> None:
        data = b"".join(pieces)
        here = runner.run(heard_here([data] if whole else [data[:cut], data[cut:]]))

        assert here == heard_strictly(data)[: len(here)]

    run()
