"""
Services for the gateway to meet: well-behaved ones (ASGI applications on a real server) and badly behaved ones
(sockets).
"""

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import uvicorn

_taken: list[socket.socket] = []


@contextmanager
def served(app, protocol="auto") -> Iterator[str]:
    """Serve an ASGI application on a free port; give its URL. A protocol reads HTTP in place of uvicorn's own."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="auto",
        timeout_graceful_shutdown=1,
        http=protocol,
        proxy_headers=False,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@contextmanager
def socket_server(behave: Callable[[socket.socket], None]) -> Iterator[str]:
    """Give each connection to `behave` in a thread of its own; give the URL."""
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=meet, args=(connection,)))
            threads[-1].start()

    def meet(connection: socket.socket) -> None:
        with connection:
            connection.settimeout(10)
            with suppress(ConnectionError):  # the gateway may have heard enough
                if connection.recv(65_536):
                    behave(connection)

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for thread in [accepting, *threads]:
            thread.join()


def closed_url() -> str:
    """Give a URL where nothing listens, now and later: the port is taken, so that no other test's server gets it."""
    _taken.append(socket.socket())
    _taken[-1].bind(("127.0.0.1", 0))
    return f"http://127.0.0.1:{_taken[-1].getsockname()[1]}"


class EchoService:
    """A service that answers with what it was asked, and with `/status` and `/openapi.json` as the test says."""

    def __init__(self, name: str):
        self.name = name
        self.url = ""
        self.reset()

    def reset(self):
        """Be as new."""
        name = self.name
        self.status = {"service": name, "version": "1.2.3", "health": "ok", "projections": [projection(name)]}
        self.openapi = {"openapi": "3.1.0", "paths": {}}
        self.go_on = threading.Event()
        self.seen = 0

    async def __call__(self, scope, receive, send):
        """Answer."""
        if scope["type"] != "http":
            return
        self.seen += 1
        if scope["path"] in ("/status", "/openapi.json"):
            await answer(send, getattr(self, scope["path"].strip("/").removesuffix(".json")))
        elif b"stream" in scope["query_string"]:
            await self.stream(send)
        else:
            await self.echo(scope, receive, send)

    async def echo(self, scope, receive, send):
        """Say what arrived."""
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        said = {
            "service": self.name,
            "method": scope["method"],
            "path": scope["raw_path"].decode(),
            "query": scope["query_string"].decode(),
            "headers": {name.decode(): value.decode("latin-1") for name, value in scope["headers"]},
            "body": body.decode(),
        }
        extra = [(b"connection", b"x-hop"), (b"x-hop", b"1"), (b"keep-alive", b"timeout=9"), (b"x-end", b"1")]
        await answer(send, said, extra)

    async def stream(self, send):
        """Send one part, and the next when the test says so."""
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-encoding", b"gzip")]})
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        await asyncio.to_thread(self.go_on.wait, 10)
        await send({"type": "http.response.body", "body": b"second"})


async def answer(send, said, extra=(), *, status=200, padding=0):
    """Send JSON, and white space after it."""
    body = json.dumps(said).encode() + b" " * padding
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), *extra]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def projection(name: str, **changes) -> dict:
    """The row of a projection that is up to date."""
    return {
        "projection": name,
        "version": 3,
        "health": "ok",
        "position": {"inventory/0": 12},
        "lag": 0,
        "freshness_s": 0.01,
        "dead_letters": 0,
        "last_change": "2026-01-01T12:00:00Z",
    } | changes
