"""
A reader that follows `takings` while a test commits by hand.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing

import psycopg
from takings import Takings

from inventory_stream.log import Partition
from inventory_stream.projection import versions
from inventory_stream.projection.reading import Changes, ProjectionReader, ReaderOptions

FIRST, SECOND = Partition("inventory", 0), Partition("inventory", 1)
OPTIONS = ReaderOptions(poll_s=0.3, backoff_s=0.01, max_backoff_s=0.05)
PATIENCE = 10.0


class Commits:
    """
    Writes offsets and changes the way a projector does, with nothing behind them.
    """

    def __init__(self, database_url: str, version: int = 1) -> None:
        self.connection = psycopg.connect(
            database_url, autocommit=True, options=f"-c search_path=takings_v{version},public"
        )
        versions.prepare(self.connection)

    def close(self) -> None:
        """Let go of the connection."""
        self.connection.close()

    def make(self, state: versions.State = "live") -> int:
        """Make a version of the projection with no records in it."""
        return versions.create_version(self.connection, Takings(), state)

    def commit(self, partition: Partition, start: int, stop: int, *keys: str, end: int = 0) -> None:
        """Commit a batch; without keys, anything may have changed."""
        with self.connection.transaction():
            self.connection.execute(
                "INSERT INTO projection_offsets (topic, partition, epoch, next_offset, end_offset) "
                "VALUES (%(topic)s, %(number)s, 1, %(stop)s, %(end)s) ON CONFLICT (topic, partition) "
                "DO UPDATE SET next_offset = %(stop)s, end_offset = %(end)s",
                {"topic": partition.topic, "number": partition.number, "stop": stop, "end": end or stop},
            )
            self.connection.execute(
                "INSERT INTO projection_changes (topic, partition, from_offset, next_offset, keys) "
                "VALUES (%s, %s, %s, %s, %s)",
                (partition.topic, partition.number, start, stop, list(keys) or None),
            )
            self.connection.execute("SELECT pg_notify('seatstream_takings', '')")

    def disconnect_others(self) -> None:
        """End every other connection to this database."""
        self.connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


class Heard(list[Changes]):
    """
    What a reader passed on, and a way to wait for it.
    """

    async def until(self, condition: Callable[[], bool]) -> None:
        """Let the loop run until the condition holds."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                await asyncio.to_thread(int)  # let the loop run


@asynccontextmanager
async def reading(database_url: str, heard: Heard, options: ReaderOptions = OPTIONS) -> AsyncIterator[ProjectionReader]:
    """
    A started reader that has the first look behind it.
    """
    reader = ProjectionReader(database_url, "takings", heard.append, options)
    await reader.start()
    try:
        await heard.until(lambda: reader.trusted)
        heard.clear()
        yield reader
    finally:
        await reader.stop()


Act = Callable[[ProjectionReader, Commits, Heard], Awaitable[None]]


def follow(database_url: str, act: Act, *, version: bool = True, options: ReaderOptions = OPTIONS) -> Heard:
    """
    Run `act` with a reader of a live version, and return what the reader passed on.
    """
    heard, commits = Heard(), Commits(database_url)
    if version:
        commits.make()

    async def run() -> None:
        async with reading(database_url, heard, options) as reader:
            await act(reader, commits, heard)

    with closing(commits):
        asyncio.run(run())
    return heard
