"""
An app that loaded the seats of an event once, and follows their changes from then on, as `docs/seats.md` says.
"""

from __future__ import annotations

import asyncio
import json
import struct
from contextlib import suppress
from typing import Any

from oracle import STATUSES
from oracle_answers import Answer
from starlette.types import ASGIApp, Message

PATIENCE_S = 20.0


class Watcher:
    """
    What such an app would draw.

    Attributes:
        lost: it was told to load everything again.
    """

    def __init__(self, service: ASGIApp, event_id: str, chart: Answer, body: bytes) -> None:
        self._chart = chart
        _, self._position, size, areas, version = struct.unpack("<4sQII8s", body[:28])
        self._codes = [body[28 + seat // 2] >> seat % 2 * 4 & 15 for seat in range(size)]
        self._areas = [list(row) for row in struct.iter_unpack("<5I", body[28 + (size + 1) // 2 :])]
        assert areas == len(self._areas)
        self.lost = False
        self._told, self._leaving = asyncio.Event(), asyncio.Event()
        self._rest = b""
        query = f"since={self._position}&chart={version.decode()}"
        self._task = asyncio.create_task(self._listen(service, f"/v1/events/{event_id}/seats/changes", query))

    async def leave(self) -> None:
        """
        Close the connection.
        """
        self._leaving.set()
        await self._task

    async def until(self, expected: Answer) -> Answer:
        """
        Return what is drawn, once it is as expected or long enough waited for.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                while not self.lost and self.drawn() != expected:
                    self._told.clear()
                    await self._told.wait()
        return self.drawn()

    def drawn(self) -> Answer:
        """
        Return how each seat and area stands, in the form of `oracle_offers.seats`.
        """
        digits = "".join(map(str, self._codes))
        return {
            "sections": {
                section["section"]: digits[section["first"] : section["first"] + section["seats"]]
                for section in self._chart["sections"]
            },
            "areas": {
                area["section"]: {
                    "section": area["section"],
                    **dict(zip(STATUSES, self._areas[area["index"]], strict=True)),
                }
                for area in self._chart["areas"]
            },
        }

    async def _listen(self, service: ASGIApp, path: str, query: str) -> None:
        scope: dict[str, Any] = {
            "type": "http",
            "method": "GET",
            "http_version": "1.1",
            "scheme": "http",
            "root_path": "",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [],
            "server": ("service", 80),
            "client": ("127.0.0.1", 1),
        }
        incoming: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> Message:
            if not incoming:
                await self._leaving.wait()
            return incoming.pop() if incoming else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            self._hear(message.get("body", b""))

        await service(scope, receive, send)

    def _hear(self, part: bytes) -> None:
        *frames, self._rest = (self._rest + part).split(b"\n\n")
        for frame in frames:
            lines = dict(line.partition(": ")[::2] for line in frame.decode().splitlines())
            if lines.get("event") == "changes":
                self._apply(json.loads(lines["data"]))
            self.lost = self.lost or lines.get("event") == "reset"
            self._told.set()

    def _apply(self, changes: Answer) -> None:
        if changes["position"] <= self._position:
            return
        for first, count, status in changes["seats"]:
            self._codes[first : first + count] = [status] * count
        for area, *counts in changes["areas"]:
            self._areas[area] = counts
        self._position = changes["position"]
