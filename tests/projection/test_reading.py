"""
Readers see every change, in order, and know when they may have missed one.
"""

import asyncio
from contextlib import closing
from threading import Thread

from followed import FIRST, OPTIONS, PATIENCE, SECOND, Commits, Heard, follow

from inventory_stream.log import Partition
from inventory_stream.projection import versions
from inventory_stream.projection.reading import Changes, ProjectionReader


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
