"""
Callers of a door: listeners of event streams, and a crowd that asks at its own pace, whatever the door can do.
"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from subprocess import PIPE, Popen
from time import perf_counter
from typing import Any

import httptools
import msgspec
import uvloop

PATIENCE_S = 10.0


class Crowd(msgspec.Struct):
    """
    What a crowd met. accepted_ms: from when each was due to the end of a good answer; statuses: of all answers;
    broken: connections that ended without an answer; hung: no answer within the patience of a person.
    """

    accepted_ms: list[float] = []
    statuses: dict[str, int] = {}
    broken: int = 0
    hung: int = 0


class Listeners(msgspec.Struct):
    """
    What listeners met: streams that were open to the end, ended early, and all records heard.
    """

    open: int = 0
    ended: int = 0
    records: int = 0


class Caller:
    """
    A process of callers that is running.
    """

    def __init__(self, *arguments: str) -> None:
        """
        Args:
            arguments: of `main`.
        """
        self._process = Popen([sys.executable, "-m", "benchmarks.doors.callers", *arguments], stdout=PIPE, stdin=PIPE)

    def wait(self) -> None:
        """Return once it says that it has begun."""
        assert self._process.stdout is not None  # noqa: S101
        self._process.stdout.readline()

    def result(self) -> bytes:
        """Tell it to stop when it has no end of its own; return what it met."""
        return self._process.communicate()[0]


class _Connection(asyncio.Protocol):
    """One caller's connection; it is idle between its answers."""

    def __init__(self, done: Callable[["_Connection", int | None], None]) -> None:
        self._done = done
        self.transport: Any = None
        self.due = 0.0
        self.waits = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport = transport
        self._parser = httptools.HttpResponseParser(self)

    def ask(self, request: bytes, due: float) -> None:
        """Send a request that was due at this time."""
        self.due, self.waits = due, True
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Read."""
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        """An answer is here."""
        self.waits = False
        self._done(self, self._parser.get_status_code())
        self._parser = httptools.HttpResponseParser(self)

    def connection_lost(self, error: Exception | None) -> None:
        """End."""
        self._done(self, None)


class _Crowd:
    """Asks when it is due, over as many connections as that takes."""

    def __init__(self, port: int, path: str) -> None:
        self.met = Crowd()
        self._port = port
        self._request = f"GET {path} HTTP/1.1\r\nhost: x\r\n\r\n".encode()
        self._loop = asyncio.get_running_loop()
        self._idle: list[_Connection] = []
        self._asking: set[_Connection] = set()
        self._opening: set[asyncio.Task[None]] = set()
        self._statuses = Counter[str]()

    async def ask(self, rate: int, seconds: int) -> Crowd:
        """Ask when it is due; wait for the last answers as long as a person would."""
        begin = perf_counter()
        for number in range(rate * seconds):
            due = begin + number / rate
            if (rest := due - perf_counter()) > 0.0005:
                await asyncio.sleep(rest)
            self._ask_once(due)
        for _ in range(int(PATIENCE_S / 0.05)):
            if not (self._asking or self._opening):
                break
            await asyncio.sleep(0.05)
        self.met.hung = len(self._asking) + len(self._opening)
        self.met.statuses = dict(self._statuses)
        return self.met

    def _ask_once(self, due: float) -> None:
        if self._idle:
            connection = self._idle.pop()
            self._asking.add(connection)
            connection.ask(self._request, due)
        else:
            task = self._loop.create_task(self._open_and_ask(due))
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _open_and_ask(self, due: float) -> None:
        try:
            _, connection = await self._loop.create_connection(lambda: _Connection(self._hear), "127.0.0.1", self._port)
        except OSError:
            self.met.broken += 1
            return
        self._asking.add(connection)
        connection.ask(self._request, due)

    def _hear(self, connection: _Connection, status: int | None) -> None:
        self._asking.discard(connection)
        if status is None:
            self.met.broken += connection.waits
            if connection in self._idle:
                self._idle.remove(connection)
            return
        self._statuses[str(status)] += 1
        if status < 400:
            self.met.accepted_ms.append((perf_counter() - connection.due) * 1000)
        if not connection.transport.is_closing():
            self._idle.append(connection)


async def crowd(port: int, path: str, rate: int, seconds: int) -> Crowd:
    """
    Ask `rate` times a second for some time, whatever the door does.
    """
    return await _Crowd(port, path).ask(rate, seconds)


async def listen(port: int, path: str, number: int) -> Listeners:
    """
    Keep streams open until standard input ends.
    """
    met, readers = Listeners(), []
    request = f"GET {path} HTTP/1.1\r\nhost: x\r\n\r\n".encode()

    async def hear(reader: asyncio.StreamReader) -> None:
        """Count what one stream says."""
        while data := await reader.read(65_536):
            met.records += data.count(b"\ndata:")
        met.ended += 1

    for _ in range(number):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        await reader.readuntil(b"data:")
        readers.append((asyncio.ensure_future(hear(reader)), writer))
    print("listening", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    # What comes after this, when the streams are let go, is no end that they came to.
    return Listeners(number - met.ended, met.ended, met.records)


def main() -> None:
    """
    `crowd PORT PATH RATE SECONDS` or `listen PORT PATH NUMBER`; print what was met as JSON.
    """
    what, port, path, *numbers = sys.argv[1:]
    calls: dict[str, Callable[..., Awaitable[msgspec.Struct]]] = {"crowd": crowd, "listen": listen}

    async def run() -> msgspec.Struct:
        """Do what the command line says."""
        return await calls[what](int(port), path, *map(int, numbers))

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(msgspec.to_builtins(runner.run(run()))))


if __name__ == "__main__":
    main()
