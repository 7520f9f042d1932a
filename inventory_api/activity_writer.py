"""
Appends the records of many requests, outside the event loop: what comes while one append is under way goes together
with the next. A thread for each request was tried: with 16 requests at once it took a ninth as many a second.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import NamedTuple

from inventory_stream.log import Log, LogError, Position
from inventory_stream.records import Encoded
from inventory_stream.web import Unavailable

_GROUP = 5_000  # records appended together
_AWAY = "the stream takes no records at the moment; send the same batch again, with the same ids"
_logger = logging.getLogger(__name__)


class _Waiting(NamedTuple):
    records: Sequence[Encoded]
    done: asyncio.Future[list[Position]]


class ActivityWriter:
    """
    One writer of a process. A request is answered once all of its records are safe, or told that they may not be.
    """

    def __init__(self, log: Log, timeout_s: float, max_waiting: int = 20_000) -> None:
        """
        Args:
            log: takes the records; used by one thread at a time, closed at the end.
            timeout_s: how long a request waits. What it gave up may still be appended: its repetition is then the same
                records again.
            max_waiting: records that wait at most, over all requests.
        """
        self._log = log
        self._timeout_s = timeout_s
        self._max_waiting = max_waiting
        self._waiting: deque[_Waiting] = deque()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="activity")
        self._task: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """
        Let the log go at the end, after what is under way.
        """
        try:
            yield
        finally:
            if self._task is not None:
                await self._task
            await asyncio.get_running_loop().run_in_executor(self._thread, self._log.close)
            self._thread.shutdown()

    async def append(self, records: Sequence[Encoded]) -> list[Position]:
        """
        Append records and return where each lies.

        Raises:
            Unavailable: not all are known to be safe.
        """
        if sum(len(waiting.records) for waiting in self._waiting) + len(records) > self._max_waiting:
            raise Unavailable(_AWAY)
        waiting = _Waiting(records, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write(), name="activity")
        try:
            async with asyncio.timeout(self._timeout_s):
                return await waiting.done
        except (TimeoutError, LogError) as error:
            raise Unavailable(_AWAY) from error

    async def _write(self) -> None:
        """
        Append until nothing waits.
        """
        while group := self._next_group():
            records = [record for waiting in group for record in waiting.records]
            try:
                places = await asyncio.get_running_loop().run_in_executor(self._thread, self._log.append, records)
            except Exception as error:  # noqa: BLE001 - whoever waits for these records is told, whatever it is
                _logger.warning("%d activity records could not be appended: %s", len(records), error)
                _fail(group, error)
            else:
                _tell(group, places)

    def _next_group(self) -> list[_Waiting]:
        """
        Take what goes together: whole requests, without those that waited too long.
        """
        group: list[_Waiting] = []
        room = _GROUP
        while self._waiting and (not group or len(self._waiting[0].records) <= room):
            waiting = self._waiting.popleft()
            if not waiting.done.done():
                group.append(waiting)
                room -= len(waiting.records)
        return group


def _tell(group: Sequence[_Waiting], places: Sequence[Position]) -> None:
    first = 0
    for waiting in group:
        last = first + len(waiting.records)
        if not waiting.done.done():
            waiting.done.set_result(list(places[first:last]))
        first = last


def _fail(group: Sequence[_Waiting], error: Exception) -> None:
    for waiting in group:
        if not waiting.done.done():
            waiting.done.set_exception(error)
