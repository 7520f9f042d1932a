"""
The reader's side of a projection: follow its changes, and ask its tables in snapshots that say how far they are.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

import msgspec
import psycopg
import sqlalchemy.exc

from inventory_stream.log import Partition
from inventory_stream.projection.errors import ProjectionError
from inventory_stream.projection.feed import (
    Connection,
    ProjectionStatus,
    position_names,
    read_feed,
    read_live,
    read_status,
)
from inventory_stream.projection.snapshots import DROPPED, Snapshot, Snapshots, connect, is_passing
from inventory_stream.projection.versions import schema_of

T = TypeVar("T")

_logger = logging.getLogger(__name__)


class PositionTimeout(ProjectionError, TimeoutError):
    """
    The projection did not reach the positions in time.
    """


class Changes(msgspec.Struct, frozen=True):
    """
    What changed since the last call: record keys, None when anything may have.
    """

    version_changed: bool
    keys: set[str] | None


class ReaderOptions(msgspec.Struct, frozen=True):
    """
    How a reader follows. It looks every `poll_s` even if it hears nothing; a look that takes longer than `timeout_s`
    counts as a lost connection.
    """

    poll_s: float = 2.0
    timeout_s: float = 5.0
    backoff_s: float = 0.1
    max_backoff_s: float = 3.0
    connections: int = 10


class ProjectionReader:
    """
    Follows one projection from within an event loop. Wherever its live version goes, it goes.

    Attributes:
        version, schema: of the live version; None before it is known.
        positions: how far the followed changes are. `on_changes` has returned for everything before them.
        trusted: connected, and no change can have been missed.
        ready: the projection was at the end of the log once since the start.
    """

    def __init__(
        self,
        database_url: str,
        projection: str,
        on_changes: Callable[[Changes], None] | None = None,
        options: ReaderOptions | None = None,
    ) -> None:
        """
        Args:
            database_url: a libpq URL.
            projection: its name.
            on_changes: called before new positions are announced, so that what is cached is never older than them.
        """
        self.projection = projection
        self.version: int | None = None
        self.schema: str | None = None
        self.positions: dict[Partition, int] = {}
        self.trusted = False
        self.ready = False
        self._database_url = database_url
        self._on_changes = on_changes or (lambda _: None)
        self._options = options or ReaderOptions()
        self._moved = asyncio.Condition()
        self._snapshots = Snapshots(database_url, projection, self._options.connections)
        self._following: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """
        Begin to follow; returns at once, also while the database or the projection is not there yet.
        """
        self._snapshots.open()
        self._following = asyncio.create_task(self._follow(), name=f"follow-{self.projection}")

    async def stop(self) -> None:
        """
        Stop following, let those finish who ask, and close all connections.
        """
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
        await self._snapshots.close(self._options.timeout_s)

    def query(self) -> AbstractAsyncContextManager[Snapshot]:
        """
        Give a snapshot of the live version, see `Snapshots.take`.
        """
        return self._snapshots.take(self.version)

    async def run(self, work: Callable[[Snapshot], Awaitable[T]]) -> T:
        """
        Return what `work` makes of a snapshot; once more with a new one when the database went away under the first.
        """
        try:
            async with self.query() as snapshot:
                return await work(snapshot)
        except sqlalchemy.exc.DBAPIError as error:
            if not is_passing(error):
                raise
        async with self.query() as snapshot:
            return await work(snapshot)

    async def wait_for(self, positions: Mapping[Partition, int], timeout_s: float) -> None:
        """
        Return when every position is reached, and is announced in `positions`.

        Raises:
            PositionTimeout: one is not after `timeout_s`.
        """
        try:
            async with asyncio.timeout(timeout_s), self._moved:
                await self._moved.wait_for(lambda: self._reached(positions))
        except TimeoutError as error:
            raise PositionTimeout(f"{self.projection} did not reach the position in {timeout_s} s") from error

    async def status(self) -> ProjectionStatus:
        """
        Return how the projection is, from the database, or as last known when that is away.
        """
        version = self.version
        if version is None:
            return ProjectionStatus(self.projection, None, "not projected" if self.trusted else "disconnected")
        try:
            async with asyncio.timeout(self._options.timeout_s), await connect(self._database_url) as connection:
                return await read_status(connection, self.projection, version, self._health())
        except (psycopg.Error, TimeoutError):
            return ProjectionStatus(self.projection, version, "disconnected", position_names(self.positions))

    def _health(self) -> str:
        if not self.trusted:
            return "disconnected"
        return "ok" if self.ready else "catching up"

    def _reached(self, positions: Mapping[Partition, int]) -> bool:
        return all(self.positions.get(partition, 0) >= offset for partition, offset in positions.items())

    async def _follow(self) -> None:
        failures = 0
        while True:
            try:
                async with await connect(self._database_url) as connection:
                    await connection.execute(f"LISTEN seatstream_{self.projection}".encode())
                    await self._refresh(connection, anew=True)
                    failures = 0
                    await self._listen(connection)
            except Exception as error:  # whatever it was: no trust, and begin anew
                expected = isinstance(error, (psycopg.Error, TimeoutError, OSError))
                _logger.warning("%s: the feed was lost: %s", self.projection, error, exc_info=not expected)
            finally:
                self.trusted = False
            failures += 1
            longest = min(self._options.max_backoff_s, self._options.backoff_s * 2**failures)
            await asyncio.sleep(random.uniform(0.5, 1) * longest)  # noqa: S311 - jitter, not a secret

    async def _listen(self, connection: Connection) -> None:
        while True:
            # Commits that come while we look are heard together the next time round.
            async for _ in connection.notifies(timeout=self._options.poll_s, stop_after=1):
                pass
            await self._refresh(connection)

    async def _refresh(self, connection: Connection, *, anew: bool = False) -> None:
        """
        Look at the feed once: pass changes on first, then announce the positions that they lead to.
        """
        async with asyncio.timeout(self._options.timeout_s):
            version = await read_live(connection, self.projection)
            if version is None:
                self.trusted = True
                return
            schema, switched = schema_of(self.projection, version), version != self.version
            known = None if anew or switched else self.positions
            try:
                feed = await read_feed(connection, schema, known)
            except DROPPED:
                return  # switched since we looked up the version: a notification tells
        if switched or feed.keys is None or feed.keys:
            self._on_changes(Changes(switched, feed.keys))
        self.version, self.schema = version, schema
        self.trusted = True
        self.ready = self.ready or feed.caught_up
        async with self._moved:
            self.positions = feed.positions
            self._moved.notify_all()
