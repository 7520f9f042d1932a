"""
The projector as a process of its own.
"""

import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest
from collectors import collecting
from processes import TIMEOUT_S, ProjectorProcess, Watch
from takings import orders

from inventory_stream.local.ports import LOOPBACK, free_port
from inventory_stream.log.kafka import KafkaLog
from inventory_stream.log.topics import create_topics
from inventory_stream.records import encode
from inventory_stream.records.inventory import OrderPlaced

EXAMPLE = OrderPlaced(event_id="e", section="A", quantity=1, order_id="o", customer_id="c", face_cents=100)


@pytest.fixture
def log(bootstrap_servers: str) -> Iterator[KafkaLog]:
    """
    A log with topics of its own.
    """
    prefix = f"{uuid4().hex[:10]}-"
    create_topics(bootstrap_servers, prefix)
    log = KafkaLog(bootstrap_servers, prefix)
    yield log
    log.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_projector_answers_on_its_port_until_it_is_asked_to_end(
    log: KafkaLog, bootstrap_servers: str, database_url: str, number: int
) -> None:
    """
    With a port, health and metrics are served there; a signal ends the process in order.
    """
    port = free_port()
    process = ProjectorProcess(bootstrap_servers, database_url, log._prefix, PROJECTOR_PORT=str(port))
    log.append(orders(0, 100))
    watch = Watch(database_url)
    watch.wait_for(log.end_positions(["inventory"]))
    alive, metrics = (httpx.get(f"http://{LOOPBACK}:{port}/{path}", trust_env=False) for path in ("healthz", "metrics"))
    watch.close()
    process.signal(number)

    assert (alive.text, process.process.wait(TIMEOUT_S)) == ("alive\n", 0)
    assert "seatstream_records_applied_total" in metrics.text


def test_whose_name_was_taken_ends_with_a_sentence(log: KafkaLog, bootstrap_servers: str, database_url: str) -> None:
    """
    A second process under the same name gets the partitions; the first says why it ends, without a stack trace.
    """
    given = (bootstrap_servers, database_url, log._prefix, "takings-0")
    first = ProjectorProcess(*given, stderr=subprocess.PIPE)
    log.append(orders(0, 100))
    watch = Watch(database_url)
    watch.wait_for(log.end_positions(["inventory"]))
    second = ProjectorProcess(*given)
    _, said = first.process.communicate(timeout=TIMEOUT_S)
    log.append(orders(100, 200))
    watch.wait_for(log.end_positions(["inventory"]))
    watch.close()

    assert (second.stop(), first.process.returncode) == (0, 1)
    # The Kafka client's own line comes first.
    assert said.splitlines()[-1].startswith(b"takings: ")
    assert b"Traceback" not in said


def test_a_projector_sends_traces_where_it_is_told(log: KafkaLog, bootstrap_servers: str, database_url: str) -> None:
    """
    With OpenTelemetry's endpoint set, a traced record is a span of the projector when it has been committed.
    """
    made = encode(EXAMPLE, id="1", source="/t", time=datetime.now(UTC), traceparent=f"00-{'a' * 32}-{'b' * 16}-01")
    with collecting() as collector:
        endpoint = {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "50"}
        process = ProjectorProcess(bootstrap_servers, database_url, log._prefix, **endpoint)
        log.append([made])
        (span,) = collector.spans(1)
        process.stop()

    assert (span.service, span.name, span.trace) == ("takings_projector", "process inventory", "a" * 32)
