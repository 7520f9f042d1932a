"""
Readers whose database, version or work fails them.
"""

import asyncio
from contextlib import closing

import psycopg
import pytest
import sqlalchemy.exc
from followed import FIRST, OPTIONS, PATIENCE, Commits, Heard, follow
from sqlmodel import select, text
from takings import EventTakings

from inventory_stream.projection import versions
from inventory_stream.projection.reading import ProjectionReader, ReaderOptions
from inventory_stream.projection.snapshots import NotProjected, ReaderStopped, Snapshot, Snapshots

SLOW = ReaderOptions(poll_s=0.3, backoff_s=600, max_backoff_s=600)  # once cut off, it stays so


def test_a_reader_that_was_not_started_can_be_stopped(database_url: str) -> None:
    """
    Stopping what never began does nothing.
    """
    asyncio.run(ProjectionReader(database_url, "takings").stop())


def test_a_reader_that_was_not_started_gives_no_answers(database_url: str) -> None:
    """
    Asking before the start is a mistake of the caller, and named.
    """

    async def ask() -> None:
        async with ProjectionReader(database_url, "takings").query():
            pass

    with pytest.raises(ReaderStopped, match="takings is not running"):
        asyncio.run(ask())


def test_an_empty_database_is_not_projected(database_url: str) -> None:
    """
    Before any projector ever ran, a reader is connected and says that there is nothing to read.
    """

    async def run() -> str:
        reader, heard = ProjectionReader(database_url, "takings", options=OPTIONS), Heard()
        await reader.start()
        await heard.until(lambda: reader.trusted)
        status = await reader.status()
        await reader.stop()
        return status.health

    assert asyncio.run(run()) == "not projected"


def test_work_is_done_again_when_its_connection_breaks(database_url: str) -> None:
    """
    A connection that breaks under a query costs a second try, with a new snapshot.
    """
    tries: list[int] = []

    async def act(reader: ProjectionReader, commits: Commits, _: Heard) -> None:
        async def work(snapshot: Snapshot) -> list[EventTakings]:
            tries.append(snapshot.version)
            if len(tries) == 1:
                commits.disconnect_others()
            return list((await snapshot.session.exec(select(EventTakings))).all())

        assert await reader.run(work) == []

    follow(database_url, act)
    assert tries == [1, 1]


def test_work_that_is_wrong_is_not_done_again(database_url: str) -> None:
    """
    An error of the query itself is raised at once.
    """
    tries: list[int] = []

    async def act(reader: ProjectionReader, _: Commits, __: Heard) -> None:
        async def work(snapshot: Snapshot) -> None:
            tries.append(snapshot.version)
            await (await snapshot.session.connection()).execute(text("SELECT 1 / 0"))

        with pytest.raises(sqlalchemy.exc.DataError):
            await reader.run(work)

    follow(database_url, act)
    assert tries == [1]


def test_status_without_a_database_is_what_was_last_known(database_url: str) -> None:
    """
    When the database cannot be asked, the status is `disconnected`, with the positions that were followed.
    """

    async def act(reader: ProjectionReader, commits: Commits, _: Heard) -> None:
        commits.commit(FIRST, 0, 3, "a")
        await reader.wait_for({FIRST: 3}, PATIENCE)
        reader._database_url = "postgresql://postgres@127.0.0.1:1/none"
        status = await reader.status()

        assert (status.health, status.position) == ("disconnected", {"inventory/0": 3})

    follow(database_url, act)


def test_status_of_a_reader_that_was_cut_off_has_fresh_figures(database_url: str) -> None:
    """
    A reader that lost its feed says so, with the figures that the database has now.
    """

    async def act(reader: ProjectionReader, commits: Commits, heard: Heard) -> None:
        commits.commit(FIRST, 0, 3, "a")
        await reader.wait_for({FIRST: 3}, PATIENCE)
        commits.disconnect_others()
        await heard.until(lambda: not reader.trusted)
        commits.commit(FIRST, 3, 5, "a")
        status = await reader.status()

        assert (status.health, status.position) == ("disconnected", {"inventory/0": 5})

    follow(database_url, act, options=SLOW)


def test_status_of_a_reader_that_has_caught_up_is_ok(database_url: str) -> None:
    """
    A reader that follows and was at the end once says that all is well.
    """

    async def act(reader: ProjectionReader, commits: Commits, heard: Heard) -> None:
        commits.commit(FIRST, 0, 3, "a")
        await heard.until(lambda: reader.ready)

        assert (await reader.status()).health == "ok"

    follow(database_url, act)


def test_a_query_that_the_database_ends_is_an_error(database_url: str) -> None:
    """
    What a new connection would not mend is raised, and not tried again.
    """

    async def act(reader: ProjectionReader, commits: Commits, _: Heard) -> None:
        commits.connection.execute(f"ALTER DATABASE {commits.connection.info.dbname} SET statement_timeout = '50ms'")
        with commits.connection.transaction():
            commits.connection.execute("LOCK TABLE projection_offsets IN ACCESS EXCLUSIVE MODE")
            with pytest.raises(sqlalchemy.exc.OperationalError, match="statement timeout"):
                async with reader.query():
                    pass

    follow(database_url, act, options=SLOW)


def test_a_query_that_is_given_up_frees_its_connection(database_url: str) -> None:
    """
    A caller that leaves while the snapshot begins leaves no connection behind.
    """

    async def act(reader: ProjectionReader, commits: Commits, _: Heard) -> None:
        with commits.connection.transaction():
            commits.connection.execute("LOCK TABLE projection_offsets IN ACCESS EXCLUSIVE MODE")
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1), reader.query():
                    pass
        async with reader.query() as snapshot:
            assert snapshot.version == 1

    follow(database_url, act, options=ReaderOptions(poll_s=0.3, connections=1))


class Misled(Snapshots):
    """
    Snapshots that always hear of version 1 when they look up which one is live.
    """

    async def _look_up(self) -> int:
        return 1


def test_a_version_that_keeps_changing_is_given_up(database_url: str) -> None:
    """
    A snapshot is never of a version that is not live, even if none can be had.
    """

    async def run() -> None:
        snapshots = Misled(database_url, "takings", 1)
        snapshots.open()
        try:
            async with snapshots.take(None):
                pass
        finally:
            await snapshots.close(PATIENCE)

    with closing(Commits(database_url)) as commits:
        commits.make()
        versions.switch(commits.connection, "takings", commits.make("building"))
        with pytest.raises(NotProjected, match="keeps changing"):
            asyncio.run(run())


def test_a_version_that_is_dropped_under_a_look_is_passed_over(database_url: str) -> None:
    """
    When the live version's tables go between two questions, the reader waits for the one that follows.
    """

    async def act(reader: ProjectionReader, commits: Commits, heard: Heard) -> None:
        commits.connection.execute("DROP SCHEMA takings_v1 CASCADE")
        dropped = commits.connection.execute("SELECT now()").fetchone()
        commits.connection.execute("SELECT pg_notify('seatstream_takings', '')")
        await heard.until(lambda: _looked_since(commits.connection, dropped))
        commits.connection.execute("UPDATE seatstream.projections SET state = 'retired'")
        commits.make()
        commits.connection.execute("SELECT pg_notify('seatstream_takings', '')")
        await heard.until(lambda: reader.version == 2)

    follow(database_url, act)


def _looked_since(connection: psycopg.Connection[tuple[object]], moment: tuple[object] | None) -> bool:
    """
    Return whether another connection has asked for the feed since then, and it is over.
    """
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle' "
        "AND query LIKE '%%projection_changes%%' AND query_start > %s AND pid <> pg_backend_pid()"
    )
    return connection.execute(query, moment).fetchone() != (0,)
