"""
What keeps answers to keys: one set of claims for memory, a file and Redis.
"""

import asyncio
import stat

import pytest
from clocks import Clock
from redises import redis_server
from upstreams import closed_url

from gateway.problems import KeysUnavailable
from gateway.repeats import records as module
from gateway.repeats.records import FileRecords, MemoryRecords
from gateway.repeats.shared import SharedRecords


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory):
    """A running server."""
    with redis_server(tmp_path_factory.mktemp("redis")) as (_, url):
        yield url


@pytest.fixture(params=["memory", "file", "redis"])
def make(request, tmp_path):
    """A way to make records, each time the same."""
    if request.param == "redis":
        url = request.getfixturevalue("redis_url")
        return lambda: SharedRecords(url)
    if request.param == "file":
        return lambda: FileRecords(tmp_path / "made" / "records.sqlite")
    return MemoryRecords


def run(make, scenario):
    """Run a scenario with records and close them."""

    async def with_records():
        records = make()
        try:
            await scenario(records)
        finally:
            await records.close()

    asyncio.run(with_records())


def test_the_first_one_is_told(make):
    """Whoever adds a key first is told that there was none, whoever comes later what there is."""

    async def scenario(records):
        assert await records.add("first", b"1", 60) is None
        assert await records.add("first", b"2", 60) == b"1"

    run(make, scenario)


def test_one_of_many_is_the_first(make):
    """Of those who add at the same time, one is the first."""

    async def scenario(records):
        found = await asyncio.gather(*(records.add("many", b"%d" % number, 60) for number in range(20)))

        assert found.count(None) == 1
        assert len(set(found)) == 2

    run(make, scenario)


def test_a_value_is_replaced(make):
    """What is put is what is found."""

    async def scenario(records):
        await records.add("put", b"1", 60)
        await records.put("put", b"2", 60)

        assert await records.add("put", b"3", 60) == b"2"

    run(make, scenario)


def test_a_key_is_forgotten(make):
    """After that the next one is the first."""

    async def scenario(records):
        await records.add("drop", b"1", 60)
        await records.drop("drop")

        assert await records.add("drop", b"2", 60) is None

    run(make, scenario)


@pytest.mark.parametrize("kind", [MemoryRecords, FileRecords], ids=["memory", "file"])
def test_a_key_ends(kind, tmp_path):
    """After its time a key is free."""
    clock = Clock()

    async def scenario(records):
        await records.add("ends", b"1", 60)
        clock.now += 60

        assert await records.add("ends", b"2", 60) is None

    run(lambda: kind(clock) if kind is MemoryRecords else kind(tmp_path / "r", clock), scenario)


def test_a_file_outlives_the_process(tmp_path):
    """What was kept is found by the next one, and nobody else may read it."""

    async def write(records):
        await records.add("kept", b"1", 60)

    async def read(records):
        assert await records.add("kept", b"2", 60) == b"1"

    path = tmp_path / "records.sqlite"
    run(lambda: FileRecords(path), write)
    run(lambda: FileRecords(path), read)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_memory_is_bounded(monkeypatch):
    """The oldest key goes when there are too many."""
    monkeypatch.setattr(module, "MOST_IN_MEMORY", 3)

    async def scenario(records):
        for number in range(4):
            await records.add(f"{number}", b"", 60)

        assert await records.add("3", b"", 60) == b""
        assert await records.add("0", b"", 60) is None

    run(MemoryRecords, scenario)


def test_the_file_is_bounded(tmp_path, monkeypatch):
    """From time to time what is over, and the oldest of what is too many, is deleted."""
    monkeypatch.setattr(module, "MOST_IN_FILE", 50)
    clock = Clock()

    async def scenario(records):
        for number in range(150):
            await records.add(f"{number}", b"", 60)
        clock.now += 30
        for number in range(150, 200):
            await records.add(f"{number}", b"", 60)
        rows = records._database.execute("SELECT count(*) FROM records").fetchone()

        assert rows == (51,)

    run(lambda: FileRecords(tmp_path / "r", clock), scenario)


@pytest.mark.parametrize("work", ["add", "put", "drop"])
@pytest.mark.parametrize("kind", ["file", "redis"])
def test_what_cannot_be_told_is_said(kind, work, tmp_path):
    """A server that is away or a file that is broken is no answer, not a wrong one."""
    path = tmp_path / "r"

    async def scenario(records):
        if kind == "file":
            records._database.execute("DROP TABLE records")
        arguments = ("key",) if work == "drop" else ("key", b"", 60)
        with pytest.raises(KeysUnavailable):
            await getattr(records, work)(*arguments)

    run(lambda: FileRecords(path) if kind == "file" else SharedRecords(closed_url().replace("http", "redis")), scenario)
