"""
The inventory API answers as its OpenAPI document says, whatever is asked: tried with Schemathesis over HTTP.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
import requests
import schemathesis
from demo_event import demo_event
from hypothesis import HealthCheck, given, settings
from projected import Projected
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, CheckContext, load_all_checks
from schemathesis.core.transport import Response
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
FEW = settings(max_examples=25, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
ANSWER_S = 20.0
# What the schema cannot say: which cursors were given, what an event has, that one value lies before another, what is between
# commas, when a record happened, that its id is given once, and that a text is JSON of a certain kind.
BEYOND_THE_SCHEMA = re.compile(
    r"cursor|section|price_level|to|(min|max)_price_cents|event_ids|facets|records\[\d+\]\.(time|id)|body"
)
WHOLE_BUT_WRITTEN_AS_FRACTION = (
    "Expected `int`, got `float`"  # 5.0 is an integer to JSON Schema, and none to the contract
)


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
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture(scope="module")
def document(origin: str) -> BaseSchema:
    """
    What the API says about itself.
    """
    found = schemathesis.openapi.from_url(f"{origin}/openapi.json")
    found.config.max_stream_events = 1  # a stream never ends, and begins with an event
    return found


@pytest.fixture
def operation(document: BaseSchema, label: str) -> APIOperation:
    """
    One method of one path.
    """
    found = document.find_operation_by_label(label)
    assert found is not None, "the document does not show this route"
    return found


def refused_for_a_reason(_: CheckContext, response: Response, case: Case) -> None:
    """
    What fits the schema is refused only for rules that no schema can hold.
    """
    fits = case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE
    if fits and 400 <= response.status_code < 500 and response.status_code not in (404, 405, 409):
        unexplained = [
            error
            for error in response.json().get("errors", [{"field": "(none)", "reason": ""}])
            if not BEYOND_THE_SCHEMA.fullmatch(error["field"]) and error["reason"] != WHOLE_BUT_WRITTEN_AS_FRACTION
        ]
        assert not unexplained, unexplained


def try_out(case: Case, session: requests.Session) -> None:
    """
    Ask, and hold the answer against the document.
    """
    load_all_checks()
    excluded = CHECKS.get_by_names(["positive_data_acceptance"])
    case.call_and_validate(
        session=session, additional_checks=[refused_for_a_reason], excluded_checks=excluded, timeout=ANSWER_S
    )


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


def shown(document: BaseSchema, operation: APIOperation) -> dict[str, Any]:
    """
    Return an operation as it stands in the document.
    """
    found: dict[str, Any] = document.raw_schema["paths"][operation.path][operation.method]
    return found


def has_only_ids(document: BaseSchema, operation: APIOperation) -> bool:
    """
    Return whether nothing but the path can be said.
    """
    found = shown(document, operation)
    return "requestBody" not in found and all(parameter["in"] == "path" for parameter in found.get("parameters", ()))


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

    @given(operation.as_strategy(generation_mode=mode))
    @FEW
    def run(case: Case) -> None:
        try_out(case, session)

    run()


@pytest.mark.parametrize("label", [label for label in LABELS if "{" in label])
def test_whatever_is_asked_of_the_example_is_answered_as_documented(
    document: BaseSchema, session: requests.Session, operation: APIOperation
) -> None:
    """
    The same about something that exists.
    """

    @given(operation.as_strategy(path_parameters=examples(document, operation)["path"]))
    @FEW
    def run(case: Case) -> None:
        try_out(case, session)

    run()
