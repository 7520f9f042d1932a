"""
Snapshots of a projection's live version: whatever is asked within one fits together, and says how far it is.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import psycopg
import sqlalchemy.exc
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from inventory_stream.log import Partition
from inventory_stream.projection.errors import ProjectionError
from inventory_stream.projection.feed import Connection, read_live
from inventory_stream.projection.versions import schema_of

_logger = logging.getLogger(__name__)
_ATTEMPTS = 4
DROPPED = (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName)
_POSITIONS = """
SELECT v.version, o.topic, o.partition, o.next_offset
FROM seatstream.projections AS v LEFT JOIN "{schema}".projection_offsets AS o ON true
WHERE v.name = %s AND v.state = 'live'
"""


class NotProjected(ProjectionError):
    """
    The projection has no live version: no projector of it ever ran.
    """


class ReaderStopped(ProjectionError):
    """
    The reader was not started, or was stopped.
    """


class Snapshot(msgspec.Struct, frozen=True):
    """
    One moment of one version: whatever `session` is asked, the answers fit together and reflect `positions`.
    """

    session: AsyncSession
    positions: dict[Partition, int]
    version: int
    schema: str


class Snapshots:
    """
    Gives snapshots of one projection, each on a connection of its own out of a pool.
    """

    def __init__(self, database_url: str, projection: str, connections: int) -> None:
        """
        Args:
            database_url: a libpq URL.
            projection: its name.
            connections: how many are kept open at most; ten more may be open for a while.
        """
        self._database_url = database_url
        self._projection = projection
        self._connections = connections
        self._engine: AsyncEngine | None = None
        self._out = 0
        self._returned = asyncio.Condition()

    def open(self) -> None:
        """
        Begin to give snapshots; connects with the first one.
        """
        self._engine = create_async_engine(
            make_url(self._database_url).set(drivername="postgresql+psycopg"),
            isolation_level="REPEATABLE READ",
            pool_size=self._connections,
            connect_args={"connect_timeout": 5, "options": "-c default_transaction_read_only=on"},
        )

    async def close(self, timeout_s: float) -> None:
        """
        Give no more snapshots, wait for those that are out, and close all connections.

        Args:
            timeout_s: how long to wait for them.
        """
        engine, self._engine = self._engine, None
        if engine is None:
            return
        try:
            async with asyncio.timeout(timeout_s), self._returned:
                await self._returned.wait_for(lambda: not self._out)
        except TimeoutError:
            _logger.warning("%s: %d still ask, and are left to it", self._projection, self._out)
        await engine.dispose()

    @asynccontextmanager
    async def take(self, version: int | None) -> AsyncIterator[Snapshot]:
        """
        Give a snapshot of the live version (SQLModel classes without a schema are looked up in it).

        Args:
            version: believed to be live; None when that is not known.

        Raises:
            NotProjected: there is no live version.
            ReaderStopped: not open, or closed meanwhile.
        """
        if self._engine is None:
            raise ReaderStopped(f"the reader of {self._projection} is not running")
        self._out += 1
        try:
            connection, version, positions = await self._begin(self._engine, version or await self._look_up())
            try:
                schema = schema_of(self._projection, version)
                bound = await connection.execution_options(schema_translate_map={None: schema})
                async with AsyncSession(bound, expire_on_commit=False) as session:
                    yield Snapshot(session, positions, version, schema)
            finally:
                await self._give_back(connection)
        finally:
            self._out -= 1
            async with self._returned:
                self._returned.notify_all()

    async def _begin(self, engine: AsyncEngine, version: int) -> tuple[AsyncConnection, int, dict[Partition, int]]:
        """
        Return a connection in a new snapshot of the live version, whatever is switched or restarted meanwhile.
        """
        for left in reversed(range(_ATTEMPTS)):
            connection = await engine.connect()
            try:
                rows = await self._read_positions(connection, version)
            except BaseException as error:
                await self._give_back(connection)
                if not (left and is_passing(error)):
                    raise
            else:
                if rows and rows[0][0] == version:
                    return connection, version, {Partition(row[1], row[2]): row[3] for row in rows if row[1]}
                await self._give_back(connection)
            version = await self._look_up()
        raise NotProjected(f"the live version of {self._projection} keeps changing")

    async def _give_back(self, connection: AsyncConnection) -> None:
        """Let go of a connection; one that comes back to a pool that is gone would never be closed."""
        if self._engine is None:
            await connection.invalidate()
        await connection.close()

    async def _read_positions(self, connection: AsyncConnection, version: int) -> list[Any]:
        """Begin a snapshot. Its offsets are read first, which keeps the version's tables until the transaction ends."""
        schema = schema_of(self._projection, version)
        result = await connection.exec_driver_sql(_POSITIONS.format(schema=schema), (self._projection,))
        return list(result.all())

    async def _look_up(self) -> int:
        async with await connect(self._database_url) as connection:
            version = await read_live(connection, self._projection)
        if version is None:
            raise NotProjected(f"{self._projection} has no live version yet")
        return version


async def connect(database_url: str) -> Connection:
    """
    Return a connection outside of any snapshot.
    """
    return await psycopg.AsyncConnection.connect(database_url, autocommit=True, connect_timeout=5)


def is_passing(error: BaseException) -> bool:
    """
    Whether the cause of a failed query is gone with a new connection to the live version.
    """
    if not isinstance(error, sqlalchemy.exc.DBAPIError):
        return False
    return error.connection_invalidated or isinstance(error.orig, DROPPED)
