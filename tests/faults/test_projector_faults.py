"""
The promise of the runtime under faults: a record changes a projection once, whatever is killed, frozen or restarted.

The oracle is the same projection driven in memory, without a runtime around it.
"""

import random
import signal
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import msgspec
import pytest
from processes import TIMEOUT_S, ProjectorProcess, Watch, ends_of
from takings import CustomerTakings, EventTakings, Takings, order, orders

from inventory_stream.local import LocalKafka, LocalPostgres
from inventory_stream.log.kafka import KafkaLog
from inventory_stream.log.topics import create_topics
from inventory_stream.projection.driver import ProjectionDriver
from inventory_stream.projection.projector import Projector
from inventory_stream.records import Encoded

KILLS = 21
RECORDS = 200_000
TABLES = ("event_takings", "customer_takings")


class Field:
    """
    A topic prefix of a Kafka, a database, and the processes that work between them.
    """

    def __init__(self, kafka: LocalKafka, database_url: str, prefix: str) -> None:
        create_topics(kafka.bootstrap_servers, prefix)
        self.kafka, self.database_url, self.prefix = kafka, database_url, prefix
        self.log = KafkaLog(kafka.bootstrap_servers, prefix)
        self.watch = Watch(database_url)
        self.oracle = ProjectionDriver(Takings)
        self.processes: list[ProjectorProcess] = []

    def start(self, member: str = "", *, traced: bool = True) -> ProjectorProcess:
        """
        Start a projector.
        """
        servers = (self.kafka.bootstrap_servers, self.database_url)
        process = ProjectorProcess(*servers, self.prefix, member, traced=traced)
        self.processes.append(process)
        return process

    def append(self, start: int, stop: int) -> None:
        """
        Append orders by number.
        """
        self.log.send(orders(start, stop))
        self.log.flush()

    def settle(self) -> dict[str, list[tuple[Any, ...]]]:
        """
        Wait until everything is applied and return the tables.
        """
        self.watch.wait_for(ends_of(self.log))
        return self.watch.tables(*TABLES)

    def expected(self) -> dict[str, list[tuple[Any, ...]]]:
        """
        Return what the tables must hold, by reading the log once with nothing in between.
        """
        ends = ends_of(self.log)
        reader = self.log.read(self.log.start_positions(["inventory"]))
        left = sum(ends.values())
        while left:
            batch = reader.poll(10_000, 1)
            self.oracle.deliver(batch)
            left -= len(batch)
        reader.close()
        models = zip(TABLES, (EventTakings, CustomerTakings), strict=True)
        return {name: sorted(tuple(row.values()) for row in self.oracle.rows(model)) for name, model in models}

    def close(self) -> None:
        """
        End what was started.
        """
        for process in self.processes:
            if process.process.poll() is None:
                process.kill()
        self.watch.close()
        self.log.close()


@pytest.fixture
def field(kafka: LocalKafka, database_url: str, request: pytest.FixtureRequest) -> Iterator[Field]:
    """
    A field with topics of its own.
    """
    field = Field(kafka, database_url, f"{request.node.name.replace('_', '-')[:60]}.")
    yield field
    field.close()


def test_kills_at_random_moments_lose_and_double_nothing(field: Field) -> None:
    """
    After more than 20 kills over 200,000 orders the tables are those of an uninterrupted run.
    """
    dice = random.Random(7)
    share = RECORDS // KILLS
    for number in range(KILLS):
        field.append(number * share, (number + 1) * share)
        process = field.start("one", traced=False)
        field.watch.wait_for_commits(dice.randint(1, 8))
        assert process.runs_for(dice.uniform(0, 0.05))
        process.kill()
    field.append(KILLS * share, RECORDS)
    field.start("one", traced=False)

    assert field.settle() == field.expected()


def test_a_projector_frozen_past_its_session_cannot_write(field: Field) -> None:
    """
    Another takes over; the frozen one wakes, has its write refused, and both go on to the right tables.
    """
    frozen = field.start(traced=False)
    field.append(0, 20_000)
    field.watch.wait_for_commits(3)
    frozen.signal(signal.SIGSTOP)
    field.start(traced=False)
    field.append(20_000, 40_000)
    field.settle()
    frozen.signal(signal.SIGCONT)
    field.append(40_000, 60_000)
    field.settle()

    assert frozen.runs_for(0.1)
    assert field.watch.tables(*TABLES) == field.expected()


def test_projectors_share_come_and_go(field: Field) -> None:
    """
    One projector, a second one joins, the first is killed in the middle: nothing is lost or doubled.
    """
    first = field.start()
    field.append(0, 20_000)
    field.watch.wait_for_commits(3)
    field.start()
    field.append(20_000, 40_000)
    field.watch.wait_for_commits(3)
    first.kill()
    field.append(40_000, 60_000)

    assert field.settle() == field.expected()


def test_a_killed_broker_only_delays(field: Field) -> None:
    """
    A broker that is killed and started again in the middle changes nothing in the tables.
    """
    process = field.start("one")
    field.append(0, 20_000)
    field.watch.wait_for_commits(2)
    field.kafka.kill()
    field.kafka.start()
    field.append(20_000, 40_000)

    assert field.settle() == field.expected()
    assert process.stop() == 0


def test_a_killed_database_only_delays(
    kafka: LocalKafka, own_postgres: LocalPostgres, request: pytest.FixtureRequest
) -> None:
    """
    A database that is killed and started again in the middle loses no record, whatever it lost itself.
    """
    field = Field(kafka, own_postgres.url, "database-restart.")
    request.addfinalizer(field.close)
    process = field.start("one")
    field.append(0, 20_000)
    field.watch.wait_for_commits(2)
    own_postgres.kill()
    own_postgres.start()
    field.watch.close()
    field.watch = Watch(own_postgres.url)
    field.append(20_000, 40_000)

    assert field.settle() == field.expected()
    assert process.stop() == 0


@pytest.fixture
def own_postgres(servers_folder: Any) -> Iterator[LocalPostgres]:
    """
    A PostgreSQL that a test may kill.
    """
    with LocalPostgres(servers_folder / "killable") as server:
        yield server


def spoil(encoded: Encoded, **changes: bytes) -> Encoded:
    """
    Return a record with other header values (`ce_type=…`) or another value (`value=…`).
    """
    headers = [(name, changes.get(name, value)) for name, value in encoded.headers]
    return msgspec.structs.replace(encoded, headers=headers, value=changes.get("value", encoded.value))


def test_poison_records_become_dead_letters(field: Field) -> None:
    """
    Broken, unknown and refused records are set aside with their place and reason; the rest is applied.
    """
    poison = [
        spoil(order(1, event="p"), value=b"{"),
        spoil(order(2, event="p"), ce_type=b"tickets.eaten.v1"),
        order(3, event="p", section="invalid"),
    ]
    field.log.append([order(0, event="p"), *poison, order(4, event="p")])
    field.start("one")
    tables = field.settle()
    reader = field.log.read(field.log.start_positions(["dead-letters"]))
    letters: list[Any] = []
    while len(letters) < len(poison):
        letters += reader.poll(10, 1)
    reader.close()

    assert sorted(row[:2] for row in tables["event_takings"]) == [("p", 2)]
    assert sorted(letter.record.original_id for letter in letters) == ["order-1", "order-2", "order-3"]
    assert all(letter.record.reason for letter in letters)


def test_a_stopped_projector_leaves_nothing_undone(field: Field) -> None:
    """
    SIGTERM ends a projector with exit code 0, with what it began committed.
    """
    process = field.start("one")
    field.append(0, 5_000)
    field.settle()

    assert process.stop() == 0
    assert field.watch.tables(*TABLES) == field.expected()


def test_too_many_dead_letters_stop_the_process(field: Field) -> None:
    """
    When input is broken beyond the limits, the projector exits with one sentence and applies nothing more.
    """
    process = field.start("one")
    field.log.append([order(n, event="p", section="invalid") for n in range(200)])

    assert process.process.wait(TIMEOUT_S) == 1


def run_beside(projector: Projector) -> Callable[[], None]:
    """
    Run a projector in a thread; return what stops it.
    """
    thread = Thread(target=projector.run)
    thread.start()

    def stop() -> None:
        projector.stop()
        thread.join(TIMEOUT_S)

    return stop


def test_a_second_run_from_the_start_gives_the_same_tables(field: Field, database_url: str) -> None:
    """
    Redelivery from the first record, after offsets were put back by hand, is refused or changes nothing: the offsets
    are the truth and not Kafka's commits.
    """
    projector = Projector(Takings, field.log, database_url)
    stop = run_beside(projector)
    field.append(0, 3_000)
    before = field.settle()
    stop()
    again = Projector(Takings, field.log, database_url)
    stop = run_beside(again)
    field.append(0, 3_000)
    after = field.settle()
    stop()

    assert before == after
