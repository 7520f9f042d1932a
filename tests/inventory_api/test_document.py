"""
The inventory API answers as its OpenAPI document says, whatever is asked: tried with Schemathesis over HTTP.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
import requests
from demo_event import demo_event
from documented import find_operation, has_only_ids, lasting_session, read_document, shown, try_out, try_some
from projected import Projected
from schemathesis import GenerationMode
from schemathesis.schemas import APIOperation, BaseSchema
from upstreams import served

from inventory_api.app import create_app
from inventory_api.projection import InventoryProjection
from inventory_api.routes import ROUTERS
from inventory_api.settings import InventoryApiSettings
from inventory_stream.local import LocalPostgres
from inventory_stream.settings import StreamSettings
from inventory_stream.testing import MemoryLog

SHOWN = [route for router in ROUTERS for route in router.routes if route.include_in_schema]  # pages are for people
LABELS = sorted(f"{method} {route.path}" for route in SHOWN for method in route.methods)
FEW = 25


@pytest.fixture(scope="module")
def origin(postgres: LocalPostgres) -> Iterator[str]:
    """
    Where the API answers about the event that its examples name.
    """
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE documented")
        url = postgres.url_of("documented")
        with closing(Projected(url, InventoryProjection, "inventory")) as projected:
            projected.append(*demo_event())
            position = projected.position
        settings = InventoryApiSettings(access_log=False, listener_ahead_s=0.01)
        with served(create_app(settings, StreamSettings(database_url=url), MemoryLog())) as origin:
            requests.get(f"{origin}/healthz", {"min_position": position}, timeout=20).raise_for_status()
            yield origin
        connection.execute("DROP DATABASE documented WITH (FORCE)")


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    """
    Connections that stay.
    """
    with lasting_session() as session:
        yield session


@pytest.fixture(scope="module")
def document(origin: str) -> BaseSchema:
    """
    What the API says about itself.
    """
    return read_document(origin)


@pytest.fixture
def operation(document: BaseSchema, label: str) -> APIOperation:
    """
    One method of one path.
    """
    return find_operation(document, label)


def examples(document: BaseSchema, operation: APIOperation) -> dict[str, dict[str, Any]]:
    """
    Return location → name → value, of those parameters that the document gives an example for.
    """
    found: dict[str, dict[str, Any]] = {"path": {}, "query": {}}
    for parameter in shown(document, operation).get("parameters", ()):
        for value in parameter.get("schema", {}).get("examples", ())[:1]:
            found[parameter["in"]][parameter["name"]] = value
    return found


def example_body(document: BaseSchema, operation: APIOperation) -> Any:
    """
    Return the example of a JSON body, None where there is no body.
    """
    content = shown(document, operation).get("requestBody", {}).get("content", {})
    return content.get("application/json", {}).get("example")


@pytest.mark.parametrize("label", LABELS)
def test_the_examples_of_every_route_succeed(
    origin: str, document: BaseSchema, session: requests.Session, operation: APIOperation
) -> None:
    """
    Whoever tries the document's own examples gets an answer.
    """
    given, body = examples(document, operation), example_body(document, operation)
    url = origin + operation.path.format(**given["path"])
    answer = session.request(operation.method, url, params=given["query"], json=body, timeout=5, stream=True)
    answer.close()

    assert 200 <= answer.status_code < 300, answer.url


@pytest.mark.parametrize("label", LABELS)
def test_the_limits_in_the_document_are_kept(
    document: BaseSchema, session: requests.Session, operation: APIOperation
) -> None:
    """
    At each limit of each parameter an answer, and beyond it a problem that is documented.
    """
    config = document.config.generation_for(operation=operation, phase="coverage")
    cases = document.iter_coverage_cases(operation, generation_modes=list(GenerationMode), generation_config=config)
    for case in cases:
        try_out(case, session)


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("label", LABELS)
def test_whatever_is_asked_is_answered_as_documented(
    document: BaseSchema, session: requests.Session, operation: APIOperation, mode: GenerationMode
) -> None:
    """
    Requests that fit the schema, and some that do not, get documented statuses, types and shapes.
    """
    if mode is GenerationMode.NEGATIVE and has_only_ids(document, operation):
        return  # what an id must not be is tried at the limits

    try_some(operation.as_strategy(generation_mode=mode), session, FEW)


@pytest.mark.parametrize("label", [label for label in LABELS if "{" in label])
def test_whatever_is_asked_of_the_example_is_answered_as_documented(
    document: BaseSchema, session: requests.Session, operation: APIOperation
) -> None:
    """
    The same about something that exists.
    """
    try_some(operation.as_strategy(path_parameters=examples(document, operation)["path"]), session, FEW)
