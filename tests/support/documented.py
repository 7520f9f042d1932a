"""
Holds answers against the OpenAPI document that describes them, with Schemathesis over HTTP.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, CheckContext, load_all_checks
from schemathesis.core.transport import Response
from schemathesis.schemas import APIOperation, BaseSchema

ANSWER_S = 20.0
# What the schema cannot say: which cursors were given, what an event has, that one value lies before another, what is between
# commas, when a record happened, that its id is given once, that a text is JSON of a certain kind, and which paths two programs
# could read differently.
BEYOND_THE_SCHEMA = re.compile(
    r"cursor|section|price_level|to|(min|max)_price_cents|event_ids|facets|records\[\d+\]\.(time|id)|body|path"
)
WHOLE_BUT_WRITTEN_AS_FRACTION = (
    "Expected `int`, got `float`"  # 5.0 is an integer to JSON Schema, and none to the contract
)


@contextmanager
def lasting_session(**headers: str) -> Iterator[requests.Session]:
    """
    Give connections that stay, with headers that every request has.
    """
    with requests.Session() as session:
        session.trust_env = False
        session.headers.update(headers)
        yield session


def read_document(origin: str) -> BaseSchema:
    """
    Return what is said there about itself.
    """
    found = schemathesis.openapi.from_url(f"{origin}/openapi.json")
    found.config.max_stream_events = 1  # a stream never ends, and begins with an event
    return found


def find_operation(document: BaseSchema, label: str) -> APIOperation:
    """
    Return one method of one path.
    """
    found = document.find_operation_by_label(label)
    assert found is not None, "the document does not show this route"
    return found


def shown(document: BaseSchema, operation: APIOperation) -> dict[str, Any]:
    """
    Return an operation as it stands in the document.
    """
    found: dict[str, Any] = document.raw_schema["paths"][operation.path][operation.method]
    return found


def has_only_ids(document: BaseSchema, operation: APIOperation) -> bool:
    """
    Return whether nothing but the path can be said, beside what every route takes.
    """
    found = shown(document, operation)
    said = {parameter["name"] for parameter in found.get("parameters", ()) if parameter["in"] != "path"}
    return "requestBody" not in found and said <= {"min_position"}


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


def try_out(case: Case, session: requests.Session) -> int:
    """
    Ask, hold the answer against the document, and return its status.
    """
    load_all_checks()
    excluded = CHECKS.get_by_names(["positive_data_acceptance"])
    response = case.call_and_validate(
        session=session, additional_checks=[refused_for_a_reason], excluded_checks=excluded, timeout=ANSWER_S
    )
    return response.status_code


def try_some(cases: SearchStrategy[Case], session: requests.Session, most: int) -> set[int]:
    """
    Draw at most so many cases, the same ones each time, and try them out; return the statuses of the answers.
    """
    statuses = set()

    @given(cases)
    @settings(max_examples=most, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
    def run(case: Case) -> None:
        statuses.add(try_out(case, session))

    run()
    return statuses
