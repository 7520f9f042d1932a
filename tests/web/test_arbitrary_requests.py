"""
Whatever is asked of a service, it answers: never with a fault of its own, and always with the one shape of errors.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, closing

import msgspec
import psycopg
import pytest
from fuzzed import PROBLEM_FIELDS, Answered, Asked, Operation, ask, operations, requests
from hypothesis import HealthCheck, given, settings
from places import held, released, scheduled
from projected import Projected

import fraud_api.app
import inventory_api.app
import venue_api.app
from fraud_api.projection import FraudProjection
from fraud_api.settings import FraudApiSettings
from inventory_api.projection import InventoryProjection
from inventory_api.settings import InventoryApiSettings
from inventory_stream.local import LocalPostgres
from inventory_stream.records.activity import EventViewed
from inventory_stream.records.catalogue import LevelPrice, PricesSet, VenueDefined
from inventory_stream.settings import StreamSettings
from inventory_stream.web import Service
from venue_api.projection import VenueProjection
from venue_api.settings import VenueApiSettings

SERVICES = ("inventory_api", "venue_api", "fraud_api")
PATHS = ["/healthz", "/readyz", "/metrics", "/status", "/openapi.json", "/nowhere"]
QUICK = {"access_log": False, "position_timeout_s": 0.02}

Put = Callable[[str, Asked], Answered]


@pytest.fixture(scope="module")
def stream(postgres: LocalPostgres) -> Iterator[StreamSettings]:
    """
    A database in which every service has something to tell of e1, v1 and c1.
    """
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE arbitrary")
        url = postgres.url_of("arbitrary")
        prices = PricesSet(event_id="e1", currency="EUR", prices=(LevelPrice("A", 9000, 900),))
        world = (VenueDefined(venue_id="v1", name="Hall"), scheduled(), released(), prices, held(["F-1"]))
        topics = {
            InventoryProjection: (),
            VenueProjection: ("activity",),
            FraudProjection: ("activity", "feedback", "models"),
        }
        for projection, others in topics.items():
            with closing(Projected(url, projection, "inventory", *others)) as projected:
                projected.append(*world)
                if others:
                    projected.append(EventViewed(session_id="s", customer_id="c1", event_id="e1"))
        yield StreamSettings(database_url=url)
        connection.execute("DROP DATABASE arbitrary WITH (FORCE)")


@pytest.fixture(scope="module")
def services(stream: StreamSettings) -> dict[str, Service]:
    """
    The three services over it.
    """
    return {
        "inventory_api": inventory_api.app.create_app(InventoryApiSettings(**QUICK), stream),
        "venue_api": venue_api.app.create_app(VenueApiSettings(**QUICK), stream),
        "fraud_api": fraud_api.app.create_app(FraudApiSettings(**QUICK), stream),
    }


@pytest.fixture(scope="module")
def put(services: dict[str, Service]) -> Iterator[Put]:
    """
    Ask a running service: `put(name, asked)`.
    """
    with ExitStack() as stack:
        runner = stack.enter_context(asyncio.Runner())
        running = AsyncExitStack()

        async def start() -> None:
            for service in services.values():
                await running.enter_async_context(service.router.lifespan_context(service))
                (reader,) = service.service_state.readers
                while not reader.ready:
                    await asyncio.to_thread(int)

        runner.run(start())
        stack.callback(lambda: runner.run(running.aclose()))
        yield lambda name, asked: runner.run(ask(services[name], asked))


def check(asked: Asked, answer: Answered) -> None:
    """
    Hold an answer against what every service promises.
    """
    assert answer.headers["stream-position"].startswith(("activity:", "feedback:", "inventory:"))
    if answer.status < 400:
        return
    assert answer.headers["content-type"] == "application/problem+json", answer
    assert b"Traceback" not in answer.body
    if asked.method == "HEAD":
        return

    problem = msgspec.json.decode(answer.body)
    assert problem.keys() >= PROBLEM_FIELDS
    assert answer.status < 500 or problem["type"].endswith("position-not-reached") or "no model" in problem["detail"]


@pytest.mark.parametrize("name", SERVICES)
def test_whatever_is_asked_is_answered(name: str, put: Put, services: dict[str, Service]) -> None:
    """
    Any method, path, parameters, headers and body give an answer with its position, or a problem that is not ours.
    """
    known = [*operations(services[name].openapi()), *(Operation("GET", path, []) for path in PATHS)]

    @given(requests(known))
    @settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
    def run(asked: Asked) -> None:
        check(asked, put(name, asked))

    run()
