"""
Snapshots answer as of one moment, whatever becomes of the version or of the database meanwhile.
"""

import asyncio
import gc
from threading import Thread

import msgspec
import pytest
from followed import FIRST, OPTIONS, PATIENCE, Commits, Heard, follow
from sqlmodel import select
from takings import EventTakings

from inventory_stream.projection import versions
from inventory_stream.projection.reading import PositionTimeout, ProjectionReader
from inventory_stream.projection.snapshots import NotProjected, ReaderStopped


def test_waiting_ends_in_time(database_url: str) -> None:
    """
    A position that is not reached in time raises.
    """

    async def act(reader: ProjectionReader, _: Commits, __: Heard) -> None:
        with pytest.raises(PositionTimeout):
            await reader.wait_for({FIRST: 1}, 0.01)

    follow(database_url, act)


def test_reader_waits_for_projection(database_url: str) -> None:
    """
    A reader that starts before the projection exists is not ready, and becomes so.
    """

    async def act(reader: ProjectionReader, commits: Commits, heard: Heard) -> None:
        assert not reader.ready
        with pytest.raises(NotProjected):
            async with reader.query():
                pass
        commits.make()
        commits.commit(FIRST, 0, 1, "a")
        await heard.until(lambda: reader.ready)

    follow(database_url, act, version=False)


def test_snapshot_holds_still(database_url: str) -> None:
    """
    A snapshot answers as of its positions, whatever is committed meanwhile.
    """

    async def act(reader: ProjectionReader, commits: Commits, _: Heard) -> None:
        commits.commit(FIRST, 0, 1, "a")
        async with reader.query() as snapshot:
            commits.connection.execute("INSERT INTO event_takings VALUES ('a', 1, 1)")
            rows = (await snapshot.session.exec(select(EventTakings))).all()

        assert (snapshot.positions, rows) == ({FIRST: 1}, [])

    follow(database_url, act)


def test_query_follows_a_switch_unheard_of(database_url: str) -> None:
    """
    A query right after a switch and drop answers from the new version.
    """

    async def act(reader: ProjectionReader, commits: Commits, heard: Heard) -> None:
        versions.switch(commits.connection, "takings", commits.make("building"))
        versions.drop_version(commits.connection, "takings", 1)
        found = await reader.run(_version_of)

        assert found == 2

    follow(database_url, act)


def test_query_survives_lost_connections(database_url: str) -> None:
    """
    Pooled connections that the database closed are replaced within the query.
    """

    async def act(reader: ProjectionReader, commits: Commits, _: Heard) -> None:
        await reader.run(_version_of)
        commits.disconnect_others()

        assert await reader.run(_version_of) == 1

    follow(database_url, act)


async def _version_of(snapshot: object) -> int:
    return snapshot.version  # type: ignore[attr-defined]


def test_stopping_waits_for_snapshots(database_url: str) -> None:
    """
    A reader that is stopped while somebody asks lets them finish, leaves no connection open, and begins nothing new.
    """

    async def act(reader: ProjectionReader, _: Commits, __: Heard) -> None:
        async with reader.query() as snapshot:
            stopping = asyncio.create_task(reader.stop())
            await _turns()
            rows = (await snapshot.session.exec(select(EventTakings))).all()
            assert (rows, stopping.done()) == ([], False)
        await stopping
        with pytest.raises(ReaderStopped):
            await reader.run(_version_of)
        gc.collect()  # would tell of a connection that nobody closed

    follow(database_url, act)


def test_stopping_does_not_wait_for_ever(database_url: str) -> None:
    """
    Whoever asks without end is not waited for longer than a lost connection is, and its own is closed when it ends.
    """

    async def act(reader: ProjectionReader, _: Commits, __: Heard) -> None:
        async with reader.query():
            await reader.stop()
        gc.collect()

    follow(database_url, act, options=msgspec.structs.replace(OPTIONS, timeout_s=0.05))


async def _turns() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_drop_waits_for_snapshots(database_url: str) -> None:
    """
    A version is dropped after the snapshots of it, which never see it go.
    """

    async def act(reader: ProjectionReader, commits: Commits, _: Heard) -> None:
        async with reader.query() as snapshot:
            versions.switch(commits.connection, "takings", commits.make("building"))
            drop = Thread(target=versions.drop_version, args=(commits.connection, "takings", 1))
            drop.start()
            assert (await snapshot.session.exec(select(EventTakings))).all() == []
        await asyncio.to_thread(drop.join)

    follow(database_url, act)


def test_status_gives_the_figures(database_url: str) -> None:
    """
    The status sums up what the projectors wrote down.
    """

    async def act(reader: ProjectionReader, commits: Commits, _: Heard) -> None:
        commits.commit(FIRST, 0, 3, "a", end=5)
        commits.connection.execute("UPDATE projection_offsets SET freshness_ms = 40, applied = 2, dead_letters = 1")
        await reader.wait_for({FIRST: 3}, PATIENCE)
        status = await reader.status()

        assert (status.position, status.lag, status.freshness_s) == ({"inventory/0": 3}, 2, 0.04)
        assert (status.health, status.applied, status.dead_letters) == ("catching up", 2, 1)

    follow(database_url, act)
