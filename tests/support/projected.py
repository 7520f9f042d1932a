"""
A projection in a real database, fed with records by hand.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import psycopg

from inventory_stream.log import Partition
from inventory_stream.projection import Projection
from inventory_stream.projection.applier import Applier, DeadLetterLimits
from inventory_stream.projection.store import Store
from inventory_stream.projection.versions import ensure_live
from inventory_stream.records import Record, decode, encode
from inventory_stream.web import Service

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


class Projected:
    """
    Version 1 of a projection, with one partition a topic.
    """

    def __init__(self, database_url: str, factory: Callable[[], Projection], *topics: str) -> None:
        """
        Make the tables and own the partitions.
        """
        name = factory().name
        with psycopg.connect(database_url, autocommit=True) as connection:
            ensure_live(connection, factory())
        self._store = Store(database_url, name, f"{name}_v1")
        self._applier = Applier(factory, self._store.fetch, DeadLetterLimits())
        self._next = dict.fromkeys(topics, 0)
        self._store.acquire({Partition(topic, 0): 0 for topic in topics})

    def append(self, *records: Record, at: datetime = NOON) -> None:
        """
        Apply records in one batch and commit it.
        """
        batch = []
        for record in records:
            offset = self._next[record.topic]
            encoded = encode(record, id=f"{record.topic}-{offset}", source="/test", time=at)
            batch.append(decode(record.topic, 0, offset, encoded.key, encoded.value, encoded.headers))
            self._next[record.topic] = offset + 1
        prepared = self._applier.apply(batch)
        assert not prepared.dead_letters, prepared.dead_letters
        self._store.commit(self._store.stage(prepared), {}, datetime.now(UTC))

    def restart(self) -> None:
        """
        Go on as a new owner does: with nothing in memory.
        """
        self._applier.forget()

    @property
    def position(self) -> str:
        """
        How far it is, as a header says it.
        """
        return ";".join(f"{topic}:0={offset}" for topic, offset in sorted(self._next.items()))

    def close(self) -> None:
        """
        Close the connections.
        """
        self._store.close()


@asynccontextmanager
async def started(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    """
    Give a client of a service that runs.
    """
    transport = httpx.ASGITransport(service)
    async with (
        service.router.lifespan_context(service),
        httpx.AsyncClient(transport=transport, base_url="http://service") as client,
    ):
        yield client


def ask(service: Service, position: str, *paths: str) -> list[httpx.Response]:
    """
    Return the answers to some requests, asked when the service has followed to a position.
    """

    async def run() -> list[httpx.Response]:
        async with started(service) as client:
            await client.get("/healthz", params={"min_position": position})
            return [await client.get(path) for path in paths]

    return asyncio.run(run())


def follow(service: Service, projected: Projected, act: Callable[..., Any]) -> Any:
    """
    Run `act(client, reach)`: `reach` waits until the service has followed to the projection's position.
    """

    async def run() -> Any:
        async with started(service) as client:

            async def reach() -> None:
                answer = await client.get("/healthz", params={"min_position": projected.position})
                assert answer.status_code == 200

            await reach()
            return await act(client, reach)

    return asyncio.run(run())


def statuses(answers: Iterable[httpx.Response]) -> list[int]:
    """
    Return the status of each answer.
    """
    return [answer.status_code for answer in answers]
