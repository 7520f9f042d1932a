"""
Activity is posted while Kafka comes and goes.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from time import monotonic
from typing import Any
from uuid import uuid4

import httpx
import pytest
from places import released, scheduled
from projected import Projected, started

from inventory_api.app import create_app
from inventory_api.projection import InventoryProjection
from inventory_api.settings import InventoryApiSettings
from inventory_stream.local import LocalKafka
from inventory_stream.local.ports import free_port
from inventory_stream.log.kafka import KafkaLog
from inventory_stream.log.ranges import read_range
from inventory_stream.log.topics import create_topics
from inventory_stream.settings import StreamSettings

AVAILABILITY = "/v1/events/e1/availability"
TIMEOUT_S = 0.5
PATIENCE_S = 30.0

Act = Callable[[httpx.AsyncClient], Awaitable[Any]]


@pytest.fixture
def projected(database_url: str) -> Iterator[Projected]:
    """
    An inventory projection with one event.
    """
    with closing(Projected(database_url, InventoryProjection, "inventory")) as projected:
        projected.append(scheduled(), released())
        yield projected


@pytest.fixture
def log(bootstrap_servers: str) -> Iterator[KafkaLog]:
    """
    The log that activity goes to, as others see it; its prefix is its own.
    """
    prefix = f"{uuid4().hex[:10]}-"
    create_topics(bootstrap_servers, prefix)
    with closing(KafkaLog(bootstrap_servers, prefix)) as log:
        yield log


def run(act: Act, projected: Projected, database_url: str, bootstrap_servers: str, prefix: str = "") -> Any:
    """
    Run `act(client)` with a service that appends to these brokers.
    """
    stream = StreamSettings(kafka_bootstrap_servers=bootstrap_servers, database_url=database_url, topic_prefix=prefix)
    service = create_app(InventoryApiSettings(access_log=False, activity_timeout_s=TIMEOUT_S), stream)

    async def main() -> Any:
        async with started(service) as client:
            await client.get("/healthz", params={"min_position": projected.position})
            return await act(client)

    return asyncio.run(main())


async def post(client: httpx.AsyncClient, *ids: str) -> httpx.Response:
    """
    Post a record under each id.
    """
    view = {"type": "event.viewed.v1", "session_id": "s1", "event_id": "e1"}
    return await client.post("/v1/activity", json={"records": [{"id": id, **view} for id in ids]})


async def post_until_safe(client: httpx.AsyncClient, *ids: str) -> httpx.Response:
    """
    Post the same records again until they are safe, as an app would.
    """
    deadline = monotonic() + PATIENCE_S
    while (answer := await post(client, *ids)).status_code != httpx.codes.OK:
        assert monotonic() < deadline, answer.text
        assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
    return answer


@contextmanager
def frozen(kafka: LocalKafka) -> Iterator[None]:
    """
    Kafka takes requests and answers none.
    """
    os.kill(kafka.pid, signal.SIGSTOP)
    os.waitid(os.P_PID, kafka.pid, os.WSTOPPED | os.WNOWAIT)
    try:
        yield
    finally:
        os.kill(kafka.pid, signal.SIGCONT)


def ids_in(log: KafkaLog) -> list[str]:
    """
    The ids that a projector would apply: each once, however often it lies there.
    """
    starts, ends = log.start_positions(["activity"]), log.end_positions(["activity"])
    return sorted({found.id for batch in read_range(log, starts, ends) for found in batch})


def test_an_acknowledged_record_is_in_the_log(
    projected: Projected, database_url: str, bootstrap_servers: str, log: KafkaLog
) -> None:
    """
    What was answered with 200 is there to be read, at the position that the answer gives.
    """

    async def act(client: httpx.AsyncClient) -> list[httpx.Response]:
        return await asyncio.gather(*(post_until_safe(client, f"{n}a", f"{n}b") for n in range(20)))

    answers = run(act, projected, database_url, bootstrap_servers, log._prefix)
    assert len(ids_in(log)) == 40
    (end,) = [end for end in log.end_positions(["activity"]).values() if end]
    assert max(int(answer.json()["position"].partition("=")[2]) for answer in answers) == end


def test_a_frozen_broker_is_no_hang_and_no_loss(
    kafka: LocalKafka, projected: Projected, database_url: str, bootstrap_servers: str, log: KafkaLog
) -> None:
    """
    503 with Retry-After in time, reads go on; the same batch again once Kafka is back is each record once.
    """

    async def act(client: httpx.AsyncClient) -> tuple[Any, ...]:
        await post_until_safe(client, "before")
        with frozen(kafka):
            begin = monotonic()
            refused = await asyncio.gather(*(post(client, f"{n}") for n in range(30)))
            took = monotonic() - begin
            read = await client.get(AVAILABILITY)
        await asyncio.gather(*(post_until_safe(client, f"{n}") for n in range(30)))
        return refused, took, read

    refused, took, read = run(act, projected, database_url, bootstrap_servers, log._prefix)
    assert {answer.status_code for answer in refused} == {503}
    assert {answer.headers["retry-after"] for answer in refused} == {"1"}
    assert (read.status_code, took < 10 * TIMEOUT_S) == (200, True)
    assert ids_in(log) == sorted(f"s1/{id}" for id in ["before", *range(30)])


def test_a_service_starts_and_reads_without_kafka(projected: Projected, database_url: str) -> None:
    """
    Nobody is at the broker's address: reads answer, activity is told to come back, and the service stops.
    """

    async def act(client: httpx.AsyncClient) -> list[int]:
        answers = await asyncio.gather(client.get(AVAILABILITY), client.get("/readyz"), post(client, "1"))
        return [answer.status_code for answer in answers]

    assert run(act, projected, database_url, f"127.0.0.1:{free_port()}") == [200, 200, 503]
