"""
The bare client, against sockets that say what no good service would.
"""

import asyncio
import threading

import pytest
from upstreams import closed_url, socket_server

from gateway.wire.answer import Broken
from gateway.wire.connection import BUFFERED, WHOLE
from gateway.wire.pool import Pool, Unreachable

HEAD = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\n"


def ask(url, *, timeout_s=5.0, body=b"", head=HEAD, times=1):
    """Ask a number of times; return statuses and bodies."""

    async def run():
        pool, found = Pool(url, 1), []
        for _ in range(times):
            answer = await pool.ask(head, body, timeout_s)
            found.append((answer.status, await read(answer, timeout_s)))
        pool.close()
        return found

    return asyncio.run(run())


async def read(answer, timeout_s=5.0):
    """Read a body to its end."""
    parts = []
    while part := await answer.part(timeout_s):
        parts.append(part)
    answer.close()
    return b"".join(parts)


def says(*parts):
    """A service that says the same whatever it is asked."""

    def behave(connection):
        for part in parts:
            connection.sendall(part)

    return socket_server(behave)


@pytest.mark.parametrize(
    ("said", "body"),
    [
        ([OK + b"content-length: 3\r\n\r\nabc"], b"abc"),
        ([OK + b"content-length: 0\r\n\r\n"], b""),
        ([OK + b"transfer-encoding: chunked\r\n\r\n1\r\na\r\n", b"2\r\nbc\r\n0\r\n\r\n"], b"abc"),
        ([OK + b"\r\nab", b"c"], b"abc"),
        ([b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + OK + b"content-length: 3\r\n\r\nabc"], b"abc"),
        ([OK[:5], OK[5:] + b"content-len", b"gth: 3\r\n\r\na", b"bc"], b"abc"),
    ],
    ids=["length", "empty", "chunked", "until the end", "interim", "in pieces"],
)
def test_every_framing_is_understood(said, body):
    """A body is whole however the service frames it and wherever its packets end."""
    with says(*said) as url:
        assert ask(url) == [(200, body)]


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"nonsense\r\n\r\n",
        OK + b"content-length: 5\r\n\r\nabc",
        OK + b"content-length: 3\r\ncontent-length: 4\r\n\r\nabcd",
        OK + b"content-length: 3\r\ntransfer-encoding: chunked\r\n\r\nabc",
        OK + b"x: 1\r\n folded\r\ncontent-length: 0\r\n\r\n",
        OK + b"x: " + b"y" * 70_000 + b"\r\n\r\n",
        OK + b"x: 1\ry: 2\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000 + OK + b"content-length: 0\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" * 20_000 + OK + b"content-length: 0\r\n\r\n",
        b"HTTP/1.1 999 What\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 099 What\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
    ],
    ids=[
        "nothing",
        "nonsense",
        "half",
        "two lengths",
        "both",
        "folded",
        "too much",
        "return",
        "interim",
        "hints",
        "999",
        "099",
        "upgrade",
    ],
)
def test_what_is_no_answer_is_broken(said):
    """An answer that is not one, or could be read in two ways, is none."""
    with says(said) as url, pytest.raises(Broken):
        ask(url)


@pytest.mark.parametrize(
    "begun", [b"x: ", b"transfer-encoding: chunked\r\n\r\n3;x=", b"transfer-encoding: chunked\r\n\r\n0\r\nx: "]
)
def test_what_has_no_end_is_broken(begun):
    """A header, an extension or a trailer that goes on and on is not kept until its time is over."""
    done = threading.Event()

    def behave(connection):
        connection.sendall(OK + begun)
        connection.sendall(b"y" * 2_000_000)
        done.wait(10)

    with socket_server(behave) as url:
        with pytest.raises(Broken):
            ask(url, timeout_s=2)
        done.set()


def test_what_follows_a_body_is_no_header():
    """Trailers do not join the headers: they could contradict how the answer was framed."""
    said = OK + b"transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx-after: 1\r\nset-cookie: a=b\r\n\r\n"

    async def run(url):
        pool = Pool(url, 1)
        answer = await pool.ask(HEAD, b"", 5)
        body = await read(answer)
        pool.close()
        return answer.headers, body

    with says(said) as url:
        assert asyncio.run(run(url)) == ([(b"transfer-encoding", b"chunked")], b"abc")


def test_a_service_that_does_not_take_a_body_times_out():
    """Whoever sends is held up by a frozen service for so long and no longer."""
    done = threading.Event()

    async def body():
        while True:
            yield b"x" * 1_000_000

    with socket_server(lambda _: done.wait(10)) as url:
        with pytest.raises(TimeoutError):
            ask(url, timeout_s=0.05, head=b"POST / HTTP/1.1\r\ncontent-length: 999999999\r\n\r\n", body=body())
        done.set()


def test_nobody_there_is_unreachable():
    """Without a connection nothing was sent, and that is said."""
    with pytest.raises(Unreachable):
        ask(closed_url())


def test_a_silent_service_times_out():
    """An answer that does not begin is waited for so long and no longer."""
    done = threading.Event()
    with socket_server(lambda _: done.wait(10)) as url:
        with pytest.raises(TimeoutError):
            ask(url, timeout_s=0.05)
        done.set()


def test_a_large_answer_comes_in_pieces():
    """What is too large to be waited for can be read while it comes, and nothing of it is lost when the reader is slow."""
    body = bytes(range(256)) * (4 * BUFFERED // 256)

    with says(OK + b"content-length: %d\r\n\r\n" % len(body), body) as url:
        assert ask(url) == [(200, body)]
    assert len(body) > WHOLE


def test_connections_are_used_again():
    """The next request goes over the same connection once an answer was read to its end."""
    met = []

    def behave(connection):
        met.append(connection)
        for _ in range(3):
            connection.sendall(OK + b"content-length: 2\r\n\r\nok")
            connection.recv(1000)

    with socket_server(behave) as url:
        assert ask(url, times=3) == [(200, b"ok")] * 3
    assert len(met) == 1


def test_a_connection_is_read_again_after_a_pause():
    """An answer whose last piece was more than may lie here leaves a connection that is heard the next time."""
    body = b"x" * (BUFFERED + 10)

    def behave(connection):
        for _ in range(2):
            connection.sendall(OK + b"content-length: %d\r\n\r\n" % len(body) + body)
            connection.recv(1000)

    async def run(url):
        pool = Pool(url, 1)
        for _ in range(2):
            answer = await pool.ask(HEAD, b"", 5)
            while not answer.whole:  # noqa: ASYNC110 - nobody takes what comes
                await asyncio.sleep(0)
            assert answer.take() == body
            answer.close()
        pool.close()

    with socket_server(behave) as url:
        asyncio.run(run(url))


def test_a_connection_that_is_to_be_closed_is_not_used_again():
    """`Connection: close` is believed."""
    met = []

    def behave(connection):
        met.append(connection)
        connection.sendall(OK + b"connection: close\r\ncontent-length: 2\r\n\r\nok")
        connection.recv(1000)

    with socket_server(behave) as url:
        ask(url, times=2)
    assert len(met) == 2


def test_what_is_said_unasked_is_not_the_next_answer():
    """Bytes that come between two requests close the connection."""

    async def run(url, spoken):
        pool = Pool(url, 1)
        await read(await pool.ask(HEAD, b"", 5))
        spoken.set()
        while pool.open:  # noqa: ASYNC110 - the event loop itself sees the end
            await asyncio.sleep(0)

    spoken = threading.Event()

    def behave(connection):
        connection.sendall(OK + b"content-length: 2\r\n\r\nok")
        spoken.wait(10)
        connection.sendall(OK + b"content-length: 6\r\n\r\npoison")
        connection.recv(1000)

    with socket_server(behave) as url:
        asyncio.run(run(url, spoken))


def test_a_second_answer_is_not_the_next_one():
    """What comes together with an answer is not taken for that to the next request."""
    with says(OK + b"content-length: 3\r\n\r\nabc" + OK + b"content-length: 6\r\n\r\npoison") as url:
        assert ask(url, times=2) == [(200, b"abc")] * 2


def test_an_answer_before_the_end_of_the_body():
    """A service that answers without having heard all is heard, and its connection is not used again."""
    said = threading.Event()

    def behave(connection):
        connection.sendall(b"HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n")
        said.set()
        connection.recv(1000)

    async def body():
        yield b"3\r\nabc\r\n"
        await asyncio.to_thread(said.wait, 10)
        yield b"3\r\nabc\r\n"
        raise AssertionError("nobody wants more")

    with socket_server(behave) as url:
        assert ask(url, head=b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n", body=body()) == [(413, b"")]
