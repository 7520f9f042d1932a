"""
Readers see every change, in order, and know when they may have missed one.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from threading import Thread

import psycopg
import pytest
from sqlmodel import select
from takings import EventTakings, Takings

from inventory_stream.log import Partition
from inventory_stream.projection import versions
from inventory_stream.projection.reading import Changes, NotProjected, PositionTimeout, ProjectionReader, ReaderOptions

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
async def reading(database_url: str, heard: Heard) -> AsyncIterator[ProjectionReader]:
    """
    A started reader that has the first look behind it.
    """
    reader = ProjectionReader(database_url, "takings", heard.append, OPTIONS)
    await reader.start()
    try:
        await heard.until(lambda: reader.trusted)
        heard.clear()
        yield reader
    finally:
        await reader.stop()


Act = Callable[[ProjectionReader, Commits, Heard], Awaitable[None]]


def follow(database_url: str, act: Act, *, version: bool = True) -> Heard:
    """
    Run `act` with a reader of a live version, and return what the reader passed on.
    """
    heard, commits = Heard(), Commits(database_url)
    if version:
        commits.make()

    async def run() -> None:
        async with reading(database_url, heard) as reader:
            await act(reader, commits, heard)

    with closing(commits):
        asyncio.run(run())
    return heard


def test_commit_is_seen_with_its_keys(database_url: str) -> None:
    """
    A commit's keys are passed on and its position announced.
    """

    async def act(reader: ProjectionReader, commits: Commits, _: Heard) -> None:
        commits.commit(FIRST, 0, 3, "a", "b")
        await reader.wait_for({FIRST: 3}, PATIENCE)

    assert follow(database_url, act) == [Changes(version_changed=False, keys={"a", "b"})]


def test_changes_come_before_positions(database_url: str) -> None:
    """
    When a position is announced, its changes were passed on already.
    """
    seen: list[dict[Partition, int]] = []

    async def run() -> None:
        reader = ProjectionReader(database_url, "takings", lambda _: seen.append(dict(reader.positions)), OPTIONS)
        await reader.start()
        await reader.wait_for({FIRST: 3}, PATIENCE)
        await reader.stop()

    with closing(Commits(database_url)) as commits:
        commits.make()
        commits.commit(FIRST, 0, 3, "a")
        asyncio.run(run())

    assert seen == [{}]


def test_commits_coalesce(database_url: str) -> None:
    """
    Commits that come together are passed on together.
    """

    async def act(reader: ProjectionReader, commits: Commits, _: Heard) -> None:
        for offset in range(20):
            commits.commit(FIRST, offset, offset + 1, f"key-{offset}")
        await reader.wait_for({FIRST: 20}, PATIENCE)

    heard = follow(database_url, act)

    assert len(heard) < 5
    assert set().union(*(changes.keys or () for changes in heard)) == {f"key-{offset}" for offset in range(20)}


def test_unknown_keys_mean_anything(database_url: str) -> None:
    """
    A commit that names no keys is passed on as a change of anything.
    """

    async def act(reader: ProjectionReader, commits: Commits, _: Heard) -> None:
        commits.commit(FIRST, 0, 3)
        await reader.wait_for({FIRST: 3}, PATIENCE)

    assert follow(database_url, act) == [Changes(version_changed=False, keys=None)]


def test_pruned_gap_means_anything(database_url: str) -> None:
    """
    When changes in between are gone, anything may have changed.
    """

    async def act(reader: ProjectionReader, commits: Commits, _: Heard) -> None:
        commits.commit(FIRST, 0, 3, "a")
        await reader.wait_for({FIRST: 3}, PATIENCE)
        commits.commit(FIRST, 5, 6, "b")
        await reader.wait_for({FIRST: 6}, PATIENCE)

    assert follow(database_url, act)[-1] == Changes(version_changed=False, keys=None)


def test_change_without_notification_is_found(database_url: str) -> None:
    """
    A change that nobody was notified of is found by looking now and then.
    """

    async def act(reader: ProjectionReader, commits: Commits, _: Heard) -> None:
        commits.connection.execute(
            "INSERT INTO projection_offsets (topic, partition, epoch, next_offset, end_offset) "
            "VALUES ('inventory', 0, 1, 9, 9)"
        )
        await reader.wait_for({FIRST: 9}, PATIENCE)

    assert follow(database_url, act) == [Changes(version_changed=False, keys=None)]


def test_lost_connection_is_not_trusted(database_url: str) -> None:
    """
    A reader that lost its connection has no trust, then catches up and has it again.
    """

    async def act(reader: ProjectionReader, commits: Commits, heard: Heard) -> None:
        commits.disconnect_others()
        await heard.until(lambda: not reader.trusted)
        commits.commit(FIRST, 0, 4, "a")
        await heard.until(lambda: reader.trusted)

        assert reader.positions == {FIRST: 4}

    assert follow(database_url, act) == [Changes(version_changed=False, keys=None)]


def test_failing_listener_is_called_again(database_url: str) -> None:
    """
    Positions are not announced while what depends on them fails; then anything may have changed.
    """
    heard: list[Changes] = []

    def fail_once(changes: Changes) -> None:
        heard.append(changes)
        if len(heard) == 1:
            raise LookupError("a cache went wrong")

    async def run() -> None:
        reader = ProjectionReader(database_url, "takings", fail_once, OPTIONS)
        await reader.start()
        await reader.wait_for({FIRST: 3}, PATIENCE)
        await reader.stop()

    with closing(Commits(database_url)) as commits:
        commits.make()
        commits.commit(FIRST, 0, 3, "a")
        asyncio.run(run())

    assert heard == [Changes(version_changed=True, keys=None)] * 2


def test_version_switch_is_seen(database_url: str) -> None:
    """
    A switch is passed on, and the reader goes on with the new version.
    """

    async def act(reader: ProjectionReader, commits: Commits, heard: Heard) -> None:
        versions.switch(commits.connection, "takings", commits.make("building"))
        await heard.until(lambda: reader.version == 2)

        assert (reader.schema, reader.trusted) == ("takings_v2", True)

    assert follow(database_url, act) == [Changes(version_changed=True, keys=None)]


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


def test_ready_when_caught_up(database_url: str) -> None:
    """
    A reader is ready once every partition was at its end, and stays so.
    """

    async def act(reader: ProjectionReader, commits: Commits, heard: Heard) -> None:
        commits.commit(FIRST, 0, 1, "a", end=2)
        await reader.wait_for({FIRST: 1}, PATIENCE)
        assert not reader.ready
        commits.commit(FIRST, 1, 2, "a")
        await heard.until(lambda: reader.ready)
        commits.commit(FIRST, 2, 3, "a", end=9)
        await reader.wait_for({FIRST: 3}, PATIENCE)
        assert reader.ready

    follow(database_url, act)


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


def test_no_change_is_missed(database_url: str) -> None:
    """
    While two projectors commit at once, every key is passed on, though no two looks see the same.
    """

    def write(partition: Partition) -> None:
        with closing(Commits(database_url)) as commits:
            for offset in range(150):
                commits.commit(partition, offset, offset + 1, f"{partition.number}-{offset}")

    async def act(reader: ProjectionReader, _: Commits, heard: Heard) -> None:
        writers = [Thread(target=write, args=(partition,)) for partition in (FIRST, SECOND)]
        for writer in writers:
            writer.start()
        await reader.wait_for({FIRST: 150, SECOND: 150}, PATIENCE)
        for writer in writers:
            writer.join()

    heard = follow(database_url, act)

    assert all(changes.keys is not None for changes in heard)
    keys = set().union(*(changes.keys or () for changes in heard))
    assert keys == {f"{number}-{offset}" for number in (0, 1) for offset in range(150)}
