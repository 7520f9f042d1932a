"""
Connections that go on: an ASGI application asked in this process, its answer taken part by part.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager

PATIENCE_S = 20.0


class Clock:
    """
    A clock that stands still until it is told to go on.
    """

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """
        The time.
        """
        return self.now


class Wire:
    """
    One connection. It reads everything at once, unless `reading` is cleared.

    Attributes:
        status, headers: of the answer, once it has begun.
    """

    def __init__(self, app, target, headers=(), method="GET"):
        path, _, query = target.partition("?")
        self.status = 0
        self.headers = {}
        self.reading = asyncio.Event()
        self.reading.set()
        self._parts = asyncio.Queue()
        self._closed = asyncio.Event()
        self._text = ""
        self._asked = False
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
            "http_version": "1.1",
            "scheme": "http",
            "server": ("service", 80),
            "client": ("127.0.0.1", 1),
            "root_path": "",
        }
        self.task = asyncio.create_task(app(scope, self._receive, self._send))
        self.task.add_done_callback(lambda _: self._parts.put_nowait(None))

    async def _receive(self):
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._closed.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message):
        await self.reading.wait()
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        elif message["body"]:
            self._parts.put_nowait(message["body"])

    async def part(self):
        """
        The next part of the body; None at its end.
        """
        async with asyncio.timeout(PATIENCE_S):
            return await self._parts.get()

    async def block(self):
        """
        The next block of lines up to an empty one, as the names and values that it has; None at the end.
        """
        while "\n\n" not in self._text:
            part = await self.part()
            if part is None:
                return None
            self._text += part.decode()
        block, _, self._text = self._text.partition("\n\n")
        return dict(line.split(": ", 1) for line in block.splitlines())

    async def frame(self):
        """
        The next frame: its name, id and data, whatever stands in between; None at the end.
        """
        while (block := await self.block()) is not None:
            if "event" in block:
                return block["event"], int(block["id"]), json.loads(block["data"])
        return None

    async def body(self):
        """
        All that is left of the body.
        """
        found = b""
        while (part := await self.part()) is not None:
            found += part
        return found

    async def leave(self):
        """
        Close the connection, and return when the application has noticed.
        """
        self._closed.set()
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.gather(self.task, return_exceptions=True)


@asynccontextmanager
async def connected(app, target, headers=(), method="GET"):
    """
    A connection whose answer has begun.
    """
    wire = Wire(app, target, headers, method)
    try:
        yield wire
    finally:
        await wire.leave()


class Client:
    """
    What an app knows of an event: it applies frames as the guide says.
    """

    def __init__(self, position, statuses, counts=()):
        self.position = position
        self.statuses = list(statuses)
        self.counts = [list(row) for row in counts]

    def apply(self, name, data):
        """
        Take a frame of changes.
        """
        assert name == "changes"
        if data["position"] <= self.position:
            return
        for first, count, status in data["seats"]:
            self.statuses[first : first + count] = [status] * count
        for index, *counts in data["areas"]:
            self.counts[index] = counts
        self.position = data["position"]
