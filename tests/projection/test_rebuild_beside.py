"""
A rebuild beside readers and projectors: no gap for those, a switch for these.
"""

import asyncio
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import psycopg
import pytest
from rebuilt import SMALL, catch_up, project, projecting
from sqlmodel import func, select
from takings import CustomerTakings, Takings, order, orders

from inventory_stream.projection.errors import DefinitionChanged
from inventory_stream.projection.projector import Projector
from inventory_stream.projection.reading import ProjectionReader, ReaderOptions
from inventory_stream.projection.rebuild import rebuild
from inventory_stream.projection.snapshots import Snapshot
from inventory_stream.testing import MemoryLog


class RevisedTakings(Takings):
    """
    The same tables, other results.
    """

    revision = 2


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
