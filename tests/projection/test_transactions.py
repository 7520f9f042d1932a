"""
Projections of topics that end in transactions' marks: caught up, without lag, rebuilt, and trained on.
"""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from rebuilt import catch_up, project, projecting
from takings import Takings, order, orders
from transactions import Transactions
from views import until

from fraud_api.training.examples import read_batches
from inventory_stream.local import LocalKafka
from inventory_stream.log.kafka import KafkaLog
from inventory_stream.log.topics import create_topics
from inventory_stream.projection import versions
from inventory_stream.projection.rebuild import rebuild
from simulator.history import find_history

Database = psycopg.Connection[Any]


class Marked:
    """
    A log whose every partition of orders ends in marks and records that were aborted.
    """

    def __init__(self, bootstrap_servers: str) -> None:
        prefix = f"{uuid4().hex[:10]}-"
        create_topics(bootstrap_servers, prefix)
        self.log = KafkaLog(bootstrap_servers, prefix, session_timeout_s=1.0)
        self.writer = Transactions(bootstrap_servers, prefix, self.log)
        self.writer.commit(orders(0, 500))
        self.writer.abort(orders(500, 600))


@pytest.fixture
def marked(kafka: LocalKafka) -> Iterator[Marked]:
    """
    A log that ends in marks.
    """
    marked = Marked(kafka.bootstrap_servers)
    yield marked
    marked.log.close()


def test_a_projector_passes_over_marks(marked: Marked, database: Database, database_url: str) -> None:
    """
    It is ready, its positions are the log's ends, and records that come after are applied.
    """
    with projecting(marked.log, database_url) as projector:
        until(lambda: projector.ready, lambda: catch_up(marked.log, database))
        marked.writer.abort(orders(600, 700))
        catch_up(marked.log, database)
        marked.writer.commit(orders(700, 800))
        live = catch_up(marked.log, database)

    assert database.execute(f"SELECT sum(orders) FROM {live.schema}.event_takings").fetchone() == (600,)
    assert database.execute(
        f"SELECT sum(end_offset - next_offset) FROM {live.schema}.projection_offsets"
    ).fetchone() == (0,)


def test_a_projector_starts_behind_marks(marked: Marked, database: Database, database_url: str) -> None:
    """
    An owner that takes partitions up at their ends reads back what lies before, marks and all, and is ready.
    """
    project(marked.log, database_url, database)

    with projecting(marked.log, database_url) as projector:
        until(lambda: projector.ready, lambda: catch_up(marked.log, database))
        marked.writer.commit(order(number) for number in range(10))
        live = catch_up(marked.log, database)

    found = database.execute(f"SELECT sum(applied), sum(duplicates) FROM {live.schema}.projection_offsets").fetchone()
    assert found == (500, 10)


def test_a_version_is_rebuilt_up_to_marks(marked: Marked, database: Database, database_url: str) -> None:
    """
    A rebuild ends, holds what the live version holds, and stands at the ends of the log.
    """
    project(marked.log, database_url, database)
    marked.writer.abort(orders(600, 700))

    assert rebuild(Takings, marked.log, database_url).compared == "equal"
    assert versions.offsets(database, "takings_v2") == marked.log.end_positions(["inventory"])


def test_training_and_the_simulator_read_up_to_marks(marked: Marked) -> None:
    """
    Whoever reads a topic from start to end comes to its end.
    """
    read = [len(batch) for batch in read_batches(marked.log, ["inventory"], frozenset())]

    assert (sum(read), find_history(marked.log).start) == (550, None)
