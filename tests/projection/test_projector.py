"""
The projector's loop: it retries, stops, starts anew, and says how it is.
"""

import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from threading import Thread

import psycopg
import pytest
from processes import TIMEOUT_S, Watch
from takings import Takings, order, orders

from inventory_stream.log import LogUnavailable, MemberReplaced
from inventory_stream.log.memory import MemoryLog
from inventory_stream.projection.applier import DeadLetterLimits
from inventory_stream.projection.errors import DefinitionChanged, TooManyDeadLetters
from inventory_stream.projection.process import serve_health
from inventory_stream.projection.projector import Projector
from inventory_stream.projection.session import ProjectorOptions
from inventory_stream.records.operations import RecordDeadLettered

FAST = ProjectorOptions(linger_s=0.001, poll_s=0.02, ends_every_s=0.02, backoff_s=0.001)


class Running:
    """
    A projector in a thread, with what it raised.
    """

    def __init__(self, projector: Projector) -> None:
        self.projector = projector
        self.raised: BaseException | None = None
        self.thread = Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.projector.run()
        except Exception as error:  # noqa: BLE001 - handed to the test
            self.raised = error

    def stop(self) -> None:
        """
        Stop it and wait.
        """
        self.projector.stop()
        self.join()

    def join(self) -> None:
        """
        Wait for its end.
        """
        self.thread.join(TIMEOUT_S)
        assert not self.thread.is_alive()


Start = Callable[..., Running]


@pytest.fixture
def log() -> MemoryLog:
    """
    A log in memory.
    """
    return MemoryLog()


@pytest.fixture
def start(log: MemoryLog, database_url: str) -> Iterator[Start]:
    """
    Starts projectors that end with the test.
    """
    running: list[Running] = []

    def start(options: ProjectorOptions = FAST, url: str = database_url, on: MemoryLog = log) -> Running:
        running.append(Running(Projector(Takings, on, url, options=options)))
        return running[-1]

    yield start
    for one in running:
        one.stop()


def test_records_are_applied_and_the_projector_is_ready(start: Start, log: MemoryLog, watch: Watch) -> None:
    """
    What lies in the log is in the tables, and the projector says that it has caught up.
    """
    log.append(orders(0, 100))
    running = start()
    watch.wait_for(log.end_positions(["inventory"]))
    ready = Ready(running.projector)

    assert ready.within(TIMEOUT_S)
    assert sum(row[1] for row in watch.tables("event_takings")["event_takings"]) == 100


@pytest.fixture
def watch(database_url: str) -> Iterator[Watch]:
    """
    Follows the projection's commits.
    """
    watch = Watch(database_url)
    yield watch
    watch.close()


class Ready:
    """
    Waits for a projector to be ready by following its session.
    """

    def __init__(self, projector: Projector) -> None:
        self._projector = projector
        self._server = serve_health(projector, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def get(self, path: str) -> tuple[int, str]:
        """
        Return status and text of a health page.
        """
        try:
            with urllib.request.urlopen(self.url + path, timeout=5) as answer:  # noqa: S310
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def within(self, seconds: float) -> bool:
        """
        Ask until it is ready or the time is over.
        """
        attempts = int(seconds * 100)
        return any(self.get("/readyz")[0] == 200 for _ in range(attempts))


def test_health_pages_tell_alive_from_ready(start: Start) -> None:
    """
    A projector without a database is alive, not ready, and says why.
    """
    health = Ready(start(url="postgresql://postgres@127.0.0.1:1/none").projector)
    attempts = (health.get("/readyz") for _ in range(1000))

    assert health.get("/healthz") == (200, "alive\n")
    assert any(status == 503 and "OperationalError" in text for status, text in attempts)
    assert health.get("/nothing")[0] == 404


def test_metrics_are_served(start: Start) -> None:
    """
    Prometheus finds its page.
    """
    status, text = Ready(start().projector).get("/metrics")

    assert status == 200
    assert "python_info" in text


class Flaky(MemoryLog):
    """
    A log whose first subscriptions fail.
    """

    failures = 3

    def subscribe(self, *args: object, **kwargs: object) -> object:
        """
        Fail a few times.
        """
        if self.failures:
            self.failures -= 1
            raise LogUnavailable("the broker is away")
        return super().subscribe(*args, **kwargs)


def test_an_absent_broker_is_tried_again(start: Start, watch: Watch) -> None:
    """
    The projector backs off and goes on by itself.
    """
    flaky = Flaky()
    flaky.append(orders(0, 10))
    start(on=flaky)
    watch.wait_for(flaky.end_positions(["inventory"]))

    assert flaky.failures == 0


def test_a_lost_version_is_looked_up_again(start: Start, log: MemoryLog, watch: Watch, database_url: str) -> None:
    """
    A projector whose epochs were raised by someone else starts anew and loses nothing.
    """
    log.append(orders(0, 50))
    start()
    watch.wait_for(log.end_positions(["inventory"]))
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE takings_v1.projection_offsets SET epoch = epoch + 1")
    log.append(orders(50, 100))
    watch.wait_for(log.end_positions(["inventory"]))

    assert sum(row[1] for row in watch.tables("event_takings")["event_takings"]) == 100


def test_a_dead_letter_has_its_place_in_its_id(start: Start, log: MemoryLog, watch: Watch) -> None:
    """
    Dead letters are appended before the batch commits, under an id that is the same when written twice.
    """
    (position,) = log.append([order(1, section="invalid")])
    start()
    watch.wait_for(log.end_positions(["inventory"]))
    reader = log.read(log.start_positions(["dead-letters"]))
    (letter,) = reader.poll(10, 1)

    assert letter.id == f"takings/1/inventory/{position.partition}/{position.offset}"
    assert isinstance(letter.record, RecordDeadLettered)
    assert letter.record.reason == "section: there is no section called invalid"


def test_limits_stop_the_projector(start: Start, log: MemoryLog) -> None:
    """
    Beyond the limits nothing is retried: the error reaches the process.
    """
    log.append([order(n, event="one", section="invalid") for n in range(10)])
    running = start(ProjectorOptions(limits=DeadLetterLimits(consecutive=5)))
    running.join()

    assert isinstance(running.raised, TooManyDeadLetters)


def test_another_definition_asks_for_a_rebuild(start: Start, database_url: str) -> None:
    """
    A projector never writes into tables that another definition built.
    """
    with psycopg.connect(database_url) as connection:
        from inventory_stream.projection.versions import ensure_live

        ensure_live(connection, Takings())
        connection.execute("UPDATE seatstream.projections SET fingerprint = 'other'")
    running = start()
    running.join()

    assert isinstance(running.raised, DefinitionChanged)
    assert "seatstream rebuild takings" in str(running.raised)


def test_duplicates_across_a_restart_are_recognised(start: Start, log: MemoryLog, watch: Watch) -> None:
    """
    A new owner reads back the ids before its position.
    """
    log.append([order(1)])
    first = start()
    watch.wait_for(log.end_positions(["inventory"]))
    first.stop()
    log.append([order(1)])
    start()
    watch.wait_for(log.end_positions(["inventory"]))

    assert [row[1] for row in watch.tables("event_takings")["event_takings"]] == [1]


def test_a_replaced_projector_comes_back_once(log: MemoryLog, watch: Watch, database_url: str) -> None:
    """
    A broker may be mistaken, so whose name was taken begins anew; who loses it again soon was really replaced.
    """
    running = Running(Projector(Takings, log, database_url, member="one", options=FAST))
    nowhere = {"on_assigned": lambda places: dict.fromkeys(places, 0), "on_revoked": lambda _: None}
    log.append(orders(0, 50))
    watch.wait_for(log.end_positions(["inventory"]))
    log.subscribe("seatstream-takings", ["inventory"], member="one", **nowhere)
    log.append(orders(50, 100))
    watch.wait_for(log.end_positions(["inventory"]))
    log.subscribe("seatstream-takings", ["inventory"], member="one", **nowhere)
    running.join()

    assert isinstance(running.raised, MemberReplaced)
    assert sum(row[1] for row in watch.tables("event_takings")["event_takings"]) == 100
