"""
The reader's side of a projection: follow its changes, and ask its tables in snapshots that say how far they are.
"""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import msgspec
import psycopg
import sqlalchemy.exc
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from inventory_stream.log import Partition
from inventory_stream.projection.errors import ProjectionError
from inventory_stream.projection.feed import ProjectionStatus, position_names, read_feed, read_live, read_status
from inventory_stream.projection.versions import schema_of

T = TypeVar("T")

_logger = logging.getLogger(__name__)
_ATTEMPTS = 4
_DROPPED = (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName)
_POSITIONS = """
SELECT v.version, o.topic, o.partition, o.next_offset
FROM seatstream.projections AS v LEFT JOIN "{schema}".projection_offsets AS o ON true
WHERE v.name = %s AND v.state = 'live'
"""


class PositionTimeout(ProjectionError, TimeoutError):
    """
    The projection did not reach the positions in time.
    """


class NotProjected(ProjectionError):
    """
    The projection has no live version: no projector of it ever ran.
    """


class Changes(msgspec.Struct, frozen=True):
    """
    What changed since the last call: record keys, None when anything may have.
    """

    version_changed: bool
    keys: set[str] | None


class Snapshot(msgspec.Struct, frozen=True):
    """
    One moment of one version: whatever `session` is asked, the answers fit together and reflect `positions`.
    """

    session: AsyncSession
    positions: dict[Partition, int]
    version: int
    schema: str


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
        self._engine: AsyncEngine | None = None
        self._following: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """
        Begin to follow; returns at once, also while the database or the projection is not there yet.
        """
        self._engine = create_async_engine(
            make_url(self._database_url).set(drivername="postgresql+psycopg"),
            isolation_level="REPEATABLE READ",
            pool_size=self._options.connections,
            connect_args={"connect_timeout": 5, "options": "-c default_transaction_read_only=on"},
        )
        self._following = asyncio.create_task(self._follow(), name=f"follow-{self.projection}")

    async def stop(self) -> None:
        """
        Stop following and close all connections.
        """
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
        if self._engine is not None:
            await self._engine.dispose()

    @asynccontextmanager
    async def query(self) -> AsyncIterator[Snapshot]:
        """
        Give a snapshot of the live version (SQLModel classes without a schema are looked up in it).

        Raises:
            NotProjected: there is no live version.
        """
        connection, version, positions = await self._begin()
        try:
            schema = schema_of(self.projection, version)
            bound = await connection.execution_options(schema_translate_map={None: schema})
            async with AsyncSession(bound, expire_on_commit=False) as session:
                yield Snapshot(session, positions, version, schema)
        finally:
            await connection.close()

    async def run(self, work: Callable[[Snapshot], Awaitable[T]]) -> T:
        """
        Return what `work` makes of a snapshot; once more with a new one when the database went away under the first.
        """
        try:
            async with self.query() as snapshot:
                return await work(snapshot)
        except sqlalchemy.exc.DBAPIError as error:
            if not _passing(error):
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
            async with asyncio.timeout(self._options.timeout_s), await self._connect() as connection:
                return await read_status(connection, self.projection, version, self._health())
        except (psycopg.Error, TimeoutError):
            return ProjectionStatus(self.projection, version, "disconnected", position_names(self.positions))

    def _health(self) -> str:
        if not self.trusted:
            return "disconnected"
        return "ok" if self.ready else "catching up"

    def _reached(self, positions: Mapping[Partition, int]) -> bool:
        return all(self.positions.get(partition, 0) >= offset for partition, offset in positions.items())

    async def _begin(self) -> tuple[AsyncConnection, int, dict[Partition, int]]:
        """
        Return a connection in a new snapshot of the live version, whatever is switched or restarted meanwhile.
        """
        if self._engine is None:
            raise RuntimeError("the reader was not started")
        version = self.version or await self._look_up()
        for attempt in range(_ATTEMPTS):
            connection = await self._engine.connect()
            try:
                rows = await _snapshot(connection, self.projection, schema_of(self.projection, version))
                if rows and rows[0][0] == version:
                    return connection, version, {Partition(row[1], row[2]): row[3] for row in rows if row[1]}
                await connection.close()
            except sqlalchemy.exc.DBAPIError as error:
                await connection.close()
                if not _passing(error) or attempt == _ATTEMPTS - 1:
                    raise
            except BaseException:
                await connection.close()
                raise
            version = await self._look_up()
        raise NotProjected(f"the live version of {self.projection} keeps changing")

    async def _look_up(self) -> int:
        async with await self._connect() as connection:
            version = await read_live(connection, self.projection)
        if version is None:
            raise NotProjected(f"{self.projection} has no live version yet")
        return version

    async def _connect(self) -> psycopg.AsyncConnection[tuple[Any, ...]]:
        return await psycopg.AsyncConnection.connect(self._database_url, autocommit=True, connect_timeout=5)

    async def _follow(self) -> None:
        failures = 0
        while True:
            try:
                async with await self._connect() as connection:
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

    async def _listen(self, connection: psycopg.AsyncConnection[tuple[Any, ...]]) -> None:
        while True:
            # Commits that come while we look are heard together the next time round.
            async for _ in connection.notifies(timeout=self._options.poll_s, stop_after=1):
                pass
            await self._refresh(connection)

    async def _refresh(self, connection: psycopg.AsyncConnection[tuple[Any, ...]], *, anew: bool = False) -> None:
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
            except _DROPPED:
                return  # switched since we looked up the version: a notification tells
        if switched or feed.keys is None or feed.keys:
            self._on_changes(Changes(switched, feed.keys))
        self.version, self.schema = version, schema
        self.trusted = True
        self.ready = self.ready or feed.caught_up
        async with self._moved:
            self.positions = feed.positions
            self._moved.notify_all()


async def _snapshot(connection: AsyncConnection, projection: str, schema: str) -> list[Any]:
    """
    Begin a snapshot. Its offsets are read first, which keeps the version's tables until the transaction ends.
    """
    result = await connection.exec_driver_sql(_POSITIONS.format(schema=schema), (projection,))
    return list(result.all())


def _passing(error: sqlalchemy.exc.DBAPIError) -> bool:
    """
    Whether the cause is gone with a new connection to the live version.
    """
    return error.connection_invalidated or isinstance(error.orig, _DROPPED)
