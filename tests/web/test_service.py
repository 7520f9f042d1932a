"""
What `create_service` gives every service, shown on a small one.
"""

import asyncio
import json
from collections.abc import Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Annotated, Any

import httpx
import psycopg
import pytest
from fastapi import APIRouter, Query
from pydantic import BaseModel

from inventory_stream.log.base import Partition
from inventory_stream.web import NotFound, Service, ServiceSettings, create_service

A, B = Partition("inventory", 0), Partition("inventory", 1)
router = APIRouter()


class Body(BaseModel):
    """
    A body with one field.
    """

    seats: int


class FakeReader:
    """
    A reader whose positions are set by the test.
    """

    projection = "inventory"
    trusted = True

    def __init__(self, ready=True):
        self.ready = ready
        self.positions = {A: 5, B: 7}

    async def start(self):
        """Do nothing."""

    async def stop(self):
        """Do nothing."""

    async def wait_for(self, positions: Mapping[Partition, int], timeout_s: float) -> None:
        """Reach nothing that is not reached."""
        if any(self.positions.get(partition, 0) < offset for partition, offset in positions.items()):
            raise TimeoutError

    async def status(self) -> Any:
        """Say little."""
        return {"projection": "inventory"}


@router.get("/v1/things")
async def list_things(limit: Annotated[int, Query(ge=1, le=100)] = 10) -> dict[str, int]:
    """List things."""
    return {"limit": limit}


@router.get("/v1/things/{thing_id}")
async def read_thing(thing_id: int) -> dict[str, int]:
    """Read a thing."""
    if thing_id == 404:
        raise NotFound(f"there is no thing {thing_id}")
    if thing_id == 503:
        raise psycopg.OperationalError("secret host name")
    if thing_id == 500:
        raise RuntimeError("secret of the inside")
    return {"thing_id": thing_id}


@router.post("/v1/things")
async def add_thing(body: Body) -> dict[str, int]:
    """Add a thing."""
    return {"seats": body.seats}


def sample(reader=None, lines=None, prepared=None) -> Service:
    """
    Return a small service.
    """
    written = lines if lines is not None else []
    return create_service(
        "sample",
        settings=ServiceSettings(),
        readers=[reader or FakeReader()],
        routers=[router],
        prepared=prepared,
        write_log=written.append,
    )


@asynccontextmanager
async def client_of(service: Service):
    """
    Give a client of a started service.
    """
    transport = httpx.ASGITransport(service)
    async with (
        service.router.lifespan_context(service),
        httpx.AsyncClient(transport=transport, base_url="http://sample") as client,
    ):
        yield client


def ask(service: Service, *requests: tuple[str, str] | str, **kwargs) -> list[httpx.Response]:
    """
    Return the answers to some requests, asked one after the other.
    """

    async def run():
        async with client_of(service) as client:
            pairs: Iterable[tuple[str, str]] = (("GET", r) if isinstance(r, str) else r for r in requests)
            return [await client.request(method, path, **kwargs) for method, path in pairs]

    return asyncio.run(run())


def test_no_route_answers_an_error_that_is_no_problem():
    """
    Every route, asked with wrong methods, ids and bodies, gives problem+json for an error and no stack trace.
    """
    service = sample()
    paths = set(service.openapi()["paths"]) | {"/healthz", "/readyz", "/metrics", "/status", "/no/where"}
    values = ("1", "404", "500", "503", "x", "%00", "🎟")
    requests = [
        (m, p.replace("{thing_id}", v)) for p in paths for v in values for m in ("GET", "POST", "DELETE", "PUT")
    ]

    answers = ask(service, *requests, content=b'{"seats": "many"}', headers={"content-type": "application/json"})

    for answer in (answer for answer in answers if answer.status_code >= 400):
        assert answer.headers["content-type"] == "application/problem+json"
        assert {"type", "title", "status", "detail", "instance", "trace_id"} <= answer.json().keys()
        assert "Traceback" not in answer.text
        assert "secret" not in answer.text


@pytest.mark.parametrize(("path", "field"), [("/v1/things?limit=0", "limit"), ("/v1/things/x", "thing_id")])
def test_validation_names_the_field(path, field):
    """
    A field that is wrong is named.
    """
    (answer,) = ask(sample(), path)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_every_answer_says_its_position():
    """
    The header is on answers of every kind.
    """
    answers = ask(sample(), "/v1/things", "/v1/things/404", "/v1/things/500", "/no/where", "/healthz", "/openapi.json")

    assert {answer.headers["stream-position"] for answer in answers} == {"inventory:0=5,1=7"}


def test_a_position_that_was_reached_is_answered():
    """
    `min_position` lets a reached position through, as parameter and as header.
    """
    (answer,) = ask(sample(), "/v1/things?min_position=inventory:0=5;feedback:0=99")

    assert answer.status_code == 200


def test_a_position_out_of_reach_is_a_timeout():
    """
    A position that is not reached in time is a 504 problem.
    """
    (answer,) = ask(sample(), "/v1/things", headers={"Min-Position": "inventory:0=6"})

    assert answer.status_code == 504
    assert answer.json()["type"].endswith("position-not-reached")


def test_a_malformed_position_is_refused_by_name():
    """
    Nonsense in `min_position` is a 400 problem that names it.
    """
    (answer,) = ask(sample(), "/v1/things?min_position=yesterday")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "min_position"


def test_an_unavailable_database_may_be_asked_again():
    """
    A lost database is 503 with Retry-After.
    """
    (answer,) = ask(sample(), "/v1/things/503")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


def test_not_ready_until_caught_up():
    """
    A projection that has not caught up makes the service not ready, though alive.
    """
    alive, ready = ask(sample(FakeReader(ready=False)), "/healthz", "/readyz")

    assert (alive.status_code, ready.status_code) == (200, 503)
    assert "inventory has not caught up" in ready.json()["detail"]


def test_not_ready_while_draining():
    """
    A service on its way out says so before it stops listening.
    """
    service = sample()
    service.service_state.draining = True

    ready, thing = ask(service, "/readyz", "/v1/things")

    assert (ready.status_code, thing.status_code) == (503, 200)


def test_status_lists_projections():
    """
    `/status` names the service, its health and its projections.
    """
    (answer,) = ask(sample(), "/status")

    body = answer.json()
    assert (body["service"], body["health"], body["projections"]) == ("sample", "ok", [{"projection": "inventory"}])


def test_metrics_count_by_route_template():
    """
    Ids do not become labels.
    """
    *_, metrics = ask(sample(), "/v1/things/1", "/v1/things/2", "/metrics")

    line = next(row for row in metrics.text.splitlines() if "_count{" in row and "thing_id" in row)
    assert line.endswith(" 2.0")


def test_access_log_carries_the_trace():
    """
    A line of the access log is JSON and has the caller's trace id.
    """
    lines: list[str] = []
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"

    ask(sample(lines=lines), "/v1/things", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})

    row = json.loads("".join(lines))
    assert (row["trace_id"], row["path"], row["status"]) == (trace, "/v1/things", 200)


def test_head_is_get_without_the_body():
    """
    HEAD has the status and headers of GET, also where a route knows only GET, and for errors.
    """
    service = sample()
    paths = ("/v1/things", "/v1/things/404", "/healthz")

    got, head = ask(service, *paths), ask(service, *(("HEAD", path) for path in paths))

    assert [answer.status_code for answer in head] == [answer.status_code for answer in got] == [200, 404, 200]
    assert {answer.content for answer in head} == {b""}
    assert [a.headers["content-length"] for a in head] == [a.headers["content-length"] for a in got]


def test_openapi_declares_problems():
    """
    Every operation declares the one error shape.
    """
    document = sample().openapi()

    assert "Problem" in document["components"]["schemas"]
    assert all({"4XX", "5XX"} <= op["responses"].keys() for path in document["paths"].values() for op in path.values())


def test_openapi_declares_positions():
    """
    Every read may ask for a position, and says which one it reflects; calling twice changes nothing.
    """
    service = sample()
    first = service.openapi()
    reads = [op for path in first["paths"].values() for method, op in path.items() if method == "get"]

    assert all([p["name"] for p in op["parameters"]].count("min_position") == 1 for op in reads)
    assert all("Stream-Position" in op["responses"]["200"]["headers"] for op in reads)
    assert service.openapi() == first
