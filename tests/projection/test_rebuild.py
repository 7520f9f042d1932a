"""
A rebuild beside the live version: the same content, no gap for readers, nothing lost when it does not come to its end.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from threading import Thread
from time import monotonic
from typing import Any

import psycopg
import pytest
from sqlmodel import func, select
from takings import CustomerTakings, Takings, order, orders

from inventory_stream.log import Log
from inventory_stream.projection import versions
from inventory_stream.projection.digest import digest
from inventory_stream.projection.errors import DefinitionChanged
from inventory_stream.projection.projector import Projector, ProjectorOptions
from inventory_stream.projection.reading import ProjectionReader, ReaderOptions, Snapshot
from inventory_stream.projection.rebuild import RebuildOptions, RebuildRunning, VersionsDiffer, rebuild
from inventory_stream.testing import MemoryLog

PATIENCE_S = 20.0
SMALL = RebuildOptions(batch_size=50)


class RevisedTakings(Takings):
    """
    The same tables, other results.
    """

    revision = 2


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


@pytest.fixture
def log() -> MemoryLog:
    """
    A log with 500 orders in 3 partitions.
    """
    log = MemoryLog({"inventory": 3})
    log.append(orders(0, 500))
    return log


@pytest.fixture
def database(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    """
    A connection to an empty database with the table of versions.
    """
    with psycopg.connect(database_url, autocommit=True) as connection:
        versions.prepare(connection)
        yield connection


@contextmanager
def projecting(log: Log, database_url: str, factory: type[Takings] = Takings) -> Iterator[Projector]:
    """
    A projector at work in a thread.
    """
    options = ProjectorOptions(live_batch=40, max_batch=40, ends_every_s=0.01, backoff_s=0.01)
    projector = Projector(factory, log, database_url, options=options)
    thread = Thread(target=projector.run)
    thread.start()
    try:
        yield projector
    finally:
        projector.stop()
        thread.join(PATIENCE_S)


def catch_up(log: Log, connection: psycopg.Connection[Any]) -> versions.LiveVersion:
    """
    Wait until the live version has applied everything, and return it.
    """
    deadline = monotonic() + PATIENCE_S
    while True:
        assert monotonic() < deadline, "waited in vain"
        live = versions.live_version(connection, "takings")
        try:
            if live and versions.offsets(connection, live.schema) == log.end_positions(["inventory"]):
                return live
        except psycopg.errors.UndefinedTable:  # switched and dropped between the two looks
            continue


def project(log: Log, database_url: str, connection: psycopg.Connection[Any]) -> versions.LiveVersion:
    """
    Project everything that is there now.
    """
    with projecting(log, database_url):
        return catch_up(log, connection)


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


def test_projector_goes_on_with_the_new_version(
    log: MemoryLog, database: psycopg.Connection[Any], database_url: str
) -> None:
    """
    A running projector follows the switch; everything is applied once.
    """
    with projecting(log, database_url):
        catch_up(log, database)
        rebuild(Takings, log, database_url, options=SMALL)
        log.append(orders(500, 600))
        live = catch_up(log, database)

    assert live.version == 2
    assert database.execute("SELECT sum(orders) FROM takings_v2.customer_takings").fetchone() == (600,)
    assert rebuild(Takings, log, database_url).compared == "equal"


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


def test_projector_of_the_old_definition_stops(
    log: MemoryLog, database: psycopg.Connection[Any], database_url: str
) -> None:
    """
    After a switch to another definition, a projector of the old one refuses to write.
    """
    project(log, database_url, database)
    rebuild(RevisedTakings, log, database_url)

    with pytest.raises(DefinitionChanged):
        Projector(Takings, log, database_url).run()


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


async def _answer(snapshot: Snapshot) -> tuple[int, dict[Any, int], int]:
    total = (await snapshot.session.exec(select(func.sum(CustomerTakings.orders)))).one()
    return snapshot.version, snapshot.positions, int(total or 0)


def _read_while(database_url: str, work: Callable[[], None]) -> list[tuple[int, dict[Any, int], int]]:
    """
    Ask for answers in a loop while `work` runs in a thread.
    """

    async def read() -> list[tuple[int, dict[Any, int], int]]:
        reader = ProjectionReader(database_url, "takings", options=ReaderOptions(poll_s=0.2))
        await reader.start()
        working = asyncio.create_task(asyncio.to_thread(work))
        answers = []
        while not working.done():
            answers.append(await reader.run(_answer))
        await working
        answers.append(await reader.run(_answer))
        await reader.stop()
        return answers

    return asyncio.run(read())


def test_readers_see_no_gap_and_no_mixture(
    log: MemoryLog, database: psycopg.Connection[Any], database_url: str
) -> None:
    """
    While orders come in and the version is switched twice, every answer fits its own position, which never goes back.
    """
    log = MemoryLog({"inventory": 3})
    log.append(order(number) for number in range(300))

    def work() -> None:
        for number in range(2):
            rebuild(
                Takings,
                log,
                database_url,
                options=SMALL,
                report=lambda _, done, __, start=number: log.append([order(10_000 * (start + 1) + done)]),
            )
            catch_up(log, database)

    with projecting(log, database_url):
        catch_up(log, database)
        answers = _read_while(database_url, work)

    assert {version for version, _, _ in answers} == {1, 2, 3}
    assert all(orders == sum(positions.values()) for _, positions, orders in answers)
    for (_, earlier, _), (_, later, _) in pairwise(answers):
        assert all(later[partition] >= offset for partition, offset in earlier.items())
