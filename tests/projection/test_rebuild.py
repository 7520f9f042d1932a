"""
A rebuild beside the live version: the same content, and nothing lost when it does not come to its end.
"""

from typing import Any

import psycopg
import pytest
from rebuilt import SMALL, project
from takings import Takings, order, orders

from inventory_stream.projection import versions
from inventory_stream.projection.digest import digest
from inventory_stream.projection.rebuild import RebuildOptions, RebuildRunning, VersionsDiffer, rebuild
from inventory_stream.testing import MemoryLog


class NarrowTakings(Takings):
    """
    Another definition, which leaves the customers out.
    """

    def tables(self) -> list[Any]:
        """Events only."""
        return list(super().tables())[:1]


class CrashError(Exception):
    """
    A rebuild ends here.
    """


def test_rebuilt_version_is_equal(log: MemoryLog, database: psycopg.Connection[Any], database_url: str) -> None:
    """
    The version built anew, in batches of another size, has the digest of the live one, and takes its place.
    """
    before = digest(database, project(log, database_url, database).schema)

    rebuilt = rebuild(Takings, log, database_url, options=SMALL)

    assert (rebuilt.compared, rebuilt.version, rebuilt.previous) == ("equal", 2, 1)
    assert digest(database, "takings_v2") == before
    assert database.execute("SELECT to_regnamespace('takings_v1')").fetchone() == (None,)


def test_records_past_the_live_version_are_applied(
    log: MemoryLog, database: psycopg.Connection[Any], database_url: str
) -> None:
    """
    The comparison stops where the live version stands; the switch comes at the end of the log.
    """
    project(log, database_url, database)
    log.append(orders(500, 700))

    assert rebuild(Takings, log, database_url, options=SMALL).compared == "equal"
    assert versions.offsets(database, "takings_v2") == log.end_positions(["inventory"])


def test_progress_is_reported(log: MemoryLog, database: psycopg.Connection[Any], database_url: str) -> None:
    """
    Progress goes from none to all records.
    """
    project(log, database_url, database)
    told: list[tuple[int, int]] = []

    rebuild(Takings, log, database_url, report=lambda _, done, total: told.append((done, total)))

    assert (told[0], told[-1]) == ((0, 550), (550, 550))


def test_projection_that_never_ran_is_built(
    log: MemoryLog, database: psycopg.Connection[Any], database_url: str
) -> None:
    """
    A projection without a live version is built from the log.
    """
    assert rebuild(Takings, log, database_url).rows["event_takings"] == 97


def test_tampered_live_version_is_found(log: MemoryLog, database: psycopg.Connection[Any], database_url: str) -> None:
    """
    A live table that does not hold what the records say is named, and nothing is switched.
    """
    project(log, database_url, database)
    database.execute("UPDATE takings_v1.customer_takings SET cents = cents + 1 WHERE customer_id = 'customer-7'")

    with pytest.raises(VersionsDiffer, match="in: customer_takings;"):
        rebuild(Takings, log, database_url)

    live = versions.live_version(database, "takings")
    assert live is not None
    assert live.version == 1


def test_difference_can_be_accepted(log: MemoryLog, database: psycopg.Connection[Any], database_url: str) -> None:
    """
    Told so, a rebuild replaces a live version that holds something else, and says which tables differed.
    """
    project(log, database_url, database)
    database.execute("DELETE FROM takings_v1.event_takings WHERE event_id = 'event-7'")

    rebuilt = rebuild(Takings, log, database_url, options=RebuildOptions(accept_difference=True))

    assert rebuilt.compared == "differ: event_takings"
    assert (rebuilt.previous_rows["event_takings"], rebuilt.rows["event_takings"]) == (96, 97)


@pytest.mark.parametrize("batches", [1, 4, 8])
def test_crash_leaves_the_live_version(
    log: MemoryLog, database: psycopg.Connection[Any], database_url: str, batches: int
) -> None:
    """
    A rebuild that ends in the middle leaves the live version as it was, and can be run again.
    """
    before = digest(database, project(log, database_url, database).schema)

    def crash(_: str, done: int, __: int) -> None:
        if done >= batches * SMALL.batch_size:
            raise CrashError

    with pytest.raises(CrashError):
        rebuild(Takings, log, database_url, options=SMALL, report=crash)
    assert digest(database, "takings_v1") == before

    assert rebuild(Takings, log, database_url, options=SMALL).compared == "equal"
    assert digest(database, "takings_v2") == before


def test_changed_definition_is_switched_to(
    log: MemoryLog, database: psycopg.Connection[Any], database_url: str
) -> None:
    """
    Another definition is not compared, only counted, and then live.
    """
    project(log, database_url, database)

    rebuilt = rebuild(NarrowTakings, log, database_url)

    assert rebuilt.compared == "not compared: the definition has changed"
    assert (rebuilt.rows, rebuilt.previous_rows) == (
        {"event_takings": 97},
        {"event_takings": 97, "customer_takings": 500},
    )


def test_one_rebuild_at_a_time(log: MemoryLog, database: psycopg.Connection[Any], database_url: str) -> None:
    """
    A second rebuild of the same projection is refused while one runs.
    """
    project(log, database_url, database)

    def again(*_: object) -> None:
        rebuild(Takings, log, database_url)

    with pytest.raises(RebuildRunning):
        rebuild(Takings, log, database_url, report=again)


def test_dead_letters_are_not_written_again(
    log: MemoryLog, database: psycopg.Connection[Any], database_url: str
) -> None:
    """
    Records that the live version set aside are set aside again, without another dead letter for them.
    """
    log.append([order(1000, section="invalid")])
    project(log, database_url, database)

    rebuild(Takings, log, database_url)

    assert sum(log.end_positions(["dead-letters"]).values()) == 1
    assert database.execute("SELECT sum(dead_letters) FROM takings_v2.projection_offsets").fetchone() == (1,)
