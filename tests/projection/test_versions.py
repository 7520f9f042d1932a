"""
Versions: made once, told apart by their definition, switched and dropped without harm to those at work.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from takings import Takings

from inventory_stream.log import Partition
from inventory_stream.projection import versions
from inventory_stream.projection.errors import DefinitionChanged


class RevisedTakings(Takings):
    """
    The same tables, other results.
    """

    revision = 2


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    """
    A connection to an empty database with the table of versions.
    """
    with psycopg.connect(database_url, autocommit=True) as connection:
        versions.prepare(connection)
        yield connection


def move(connection: psycopg.Connection[Any], schema: str, offset: int) -> None:
    """
    Put partition 0 of the topic `inventory` at an offset.
    """
    connection.execute(
        f"INSERT INTO {schema}.projection_offsets (topic, partition, epoch, next_offset, end_offset) "
        "VALUES ('inventory', 0, 1, %(offset)s, %(offset)s) "
        "ON CONFLICT (topic, partition) DO UPDATE SET next_offset = %(offset)s",
        {"offset": offset},
    )


def states(connection: psycopg.Connection[Any]) -> list[tuple[int, str]]:
    """
    Return version and state of all versions.
    """
    return connection.execute("SELECT version, state FROM seatstream.projections ORDER BY version").fetchall()


def test_first_version_is_made(connection: psycopg.Connection[Any]) -> None:
    """
    A projection without a version gets version 1, live, with its tables.
    """
    live = versions.ensure_live(connection, Takings())

    assert (live.version, live.schema) == (1, "takings_v1")
    assert connection.execute("SELECT count(*) FROM takings_v1.event_takings").fetchone() == (0,)


def test_processes_that_start_at_once_agree(database_url: str) -> None:
    """
    Several processes starting on an empty database make one version between them.
    """

    def start(_: int) -> versions.LiveVersion:
        with psycopg.connect(database_url, autocommit=True) as connection:
            return versions.ensure_live(connection, Takings())

    with ThreadPoolExecutor(6) as threads:
        found = set(threads.map(start, range(6)))

    assert [live.version for live in found] == [1]


def test_hot_tables_keep_room(connection: psycopg.Connection[Any]) -> None:
    """
    A table whose info says hot is made with a fill factor.
    """
    table = Takings().tables()[0].model.__table__
    table.info["hot"] = True
    try:
        versions.ensure_live(connection, Takings())
    finally:
        del table.info["hot"]

    options = connection.execute("SELECT reloptions FROM pg_class WHERE oid = 'takings_v1.event_takings'::regclass")
    assert options.fetchone() == (["fillfactor=70"],)


def test_other_definition_is_refused(connection: psycopg.Connection[Any]) -> None:
    """
    A live version that another definition built is not written; the error says what to run.
    """
    versions.ensure_live(connection, Takings())

    with pytest.raises(DefinitionChanged, match="run seatstream rebuild takings"):
        versions.ensure_live(connection, RevisedTakings())


def test_switch_makes_live_and_retires(connection: psycopg.Connection[Any]) -> None:
    """
    After a switch the new version is live and the old one retired.
    """
    versions.ensure_live(connection, Takings())
    new = versions.create_version(connection, Takings(), "building")

    versions.switch(connection, "takings", new)

    assert states(connection) == [(1, "retired"), (2, "live")]


def test_switch_fences_old_owners(connection: psycopg.Connection[Any]) -> None:
    """
    A switch raises the old version's epochs, so that its projectors' compare-and-set fails.
    """
    versions.ensure_live(connection, Takings())
    new = versions.create_version(connection, Takings(), "building")
    move(connection, "takings_v1", 5)
    move(connection, "takings_v2", 5)

    versions.switch(connection, "takings", new)

    assert connection.execute("SELECT epoch FROM takings_v1.projection_offsets").fetchone() == (2,)


def test_switch_refuses_to_go_back(connection: psycopg.Connection[Any]) -> None:
    """
    A version that has applied less than the live one is not switched to, and nothing is fenced.
    """
    versions.ensure_live(connection, Takings())
    new = versions.create_version(connection, Takings(), "building")
    move(connection, "takings_v1", 5)
    move(connection, "takings_v2", 4)

    with pytest.raises(versions.VersionBehind):
        versions.switch(connection, "takings", new)

    assert states(connection) == [(1, "live"), (2, "building")]
    assert connection.execute("SELECT epoch FROM takings_v1.projection_offsets").fetchone() == (1,)


def test_leftovers_are_dropped(connection: psycopg.Connection[Any]) -> None:
    """
    Versions that a crashed rebuild left are dropped, the live one is not.
    """
    versions.ensure_live(connection, Takings())
    versions.create_version(connection, Takings(), "building")

    assert versions.drop_leftovers(connection, "takings") == [2]

    assert states(connection) == [(1, "live")]
    assert versions.offsets(connection, "takings_v1") == {}
    assert connection.execute("SELECT to_regnamespace('takings_v2')").fetchone() == (None,)


def test_retired_schema_is_a_leftover(connection: psycopg.Connection[Any]) -> None:
    """
    A retired version whose drop did not happen is dropped the next time, and then no leftover any more.
    """
    versions.ensure_live(connection, Takings())
    versions.switch(connection, "takings", versions.create_version(connection, Takings(), "building"))

    assert versions.drop_leftovers(connection, "takings") == [1]
    assert versions.drop_leftovers(connection, "takings") == []


def test_offsets_are_read_by_partition(connection: psycopg.Connection[Any]) -> None:
    """
    The positions of a version come back by partition.
    """
    versions.ensure_live(connection, Takings())
    move(connection, "takings_v1", 7)

    assert versions.offsets(connection, "takings_v1") == {Partition("inventory", 0): 7}
