"""
What the gateway adds to the OpenAPI document of a route: who may ask, what the door itself may answer, and what it tells.
"""

from typing import Any

import msgspec

from gateway.routes import Audience, Route
from gateway.status import Overview
from inventory_stream.web.described import problem_answer, problem_schemas

Document = dict[str, Any]
TAG = "gateway"
_REFERENCE = "#/components/{}/{}"
_WORDS: dict[Audience, str] = {
    "fans": "Open to everybody.",
    "venues": "For venues: a key or token that names the venue.",
    "internal": "For internal services: a key or token with that role.",
    "operators": "For operators: a key or token with that role.",
}
ABOUT = (
    "All services of Seatstream behind one door. What fans ask is open; the rest needs a key or token. Every error is a "
    "problem (RFC 9457) with a `trace_id`: quote it when you ask for help."
)
TAGS = [
    {
        "name": "inventory_api",
        "description": "For fans' apps: which seats are left, what they cost, what comes with them",
    },
    {"name": "venue_api", "description": "For venues: who is buying, and how an event sells"},
    {"name": "fraud_api", "description": "For internal services: who is an ordinary customer, and who goes first"},
    {"name": TAG, "description": "How the whole system is"},
]


def _text(description: str) -> Document:
    return {"description": description, "schema": {"type": "string"}}


def _problem(description: str, *headers: str) -> Document:
    return problem_answer(description) | ({"headers": _headers(*headers)} if headers else {})


def _headers(*names: str) -> Document:
    return {name: {"$ref": _REFERENCE.format("headers", name)} for name in names}


_TELLS = ("traceparent", "RateLimit", "RateLimit-Policy")
_ANSWERS: dict[str, Document] = {
    "401": _problem("No key or token, or one that is not valid"),
    "403": _problem("The key or token does not open this"),
    "429": _problem("More requests than one caller, or one network, may make", "Retry-After", *_TELLS[1:]),
    "502": _problem("The service gave no usable answer", "Retry-After"),
    "503": _problem("The service cannot be reached or has too much to do", "Retry-After"),
    "504": _problem("The service did not answer in time", "Retry-After"),
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Makes repetitions of this request one: within a day the same key and body get the same answer, "
    "marked by the header `Idempotency-Replayed`; the same key with another body is 422.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[!#-\[\]-~]+$"},
}


def own_components() -> Document:
    """
    Return the components that descriptions refer to.
    """
    _, schemas = msgspec.json.schema_components([Overview], ref_template=_REFERENCE.format("schemas", "{name}"))
    return {
        "schemas": {**problem_schemas(), **schemas},
        "headers": {
            "traceparent": _text("The trace that the request belongs to (W3C); its id is in logs and traces"),
            "RateLimit": _text("What is left of the caller's budget (draft-ietf-httpapi-ratelimit-headers)"),
            "RateLimit-Policy": _text("The caller's budgets (draft-ietf-httpapi-ratelimit-headers)"),
            "Retry-After": {"description": "Seconds until another try makes sense", "schema": {"type": "integer"}},
        },
        "responses": {f"Refused{status}": answer for status, answer in _ANSWERS.items()},
        "securitySchemes": {
            "bearer": {
                "type": "http",
                "scheme": "bearer",
                "description": "An API key, or a token of the identity provider",
            }
        },
    }


def described(operation: Document, route: Route) -> Document:
    """
    Return a service's description of an operation with what the gateway adds.
    """
    refused = set(_ANSWERS) if route.audience != "fans" else set(_ANSWERS) - {"401", "403"}
    answers = {status: {"$ref": _REFERENCE.format("responses", f"Refused{status}")} for status in sorted(refused)}
    added: Document = {
        "description": "\n\n".join(filter(None, [operation.get("description"), _WORDS[route.audience]])),
        "tags": [route.upstream],
        "security": [] if route.audience == "fans" else [{"bearer": []}],
        "responses": dict(sorted((answers | _telling(operation.get("responses", {}))).items())),
        "x-audience": route.audience,
        "x-rate-class": route.rate,
    }
    if route.keyed:
        added["parameters"] = [*operation.get("parameters", ()), _KEY]
    return operation | added


def _telling(responses: Document) -> Document:
    """A service's answers, the good ones with the headers that the gateway gives them."""
    told = _headers(*_TELLS)
    return {
        code: answer | {"headers": answer.get("headers", {}) | told} if code.startswith("2") else answer
        for code, answer in responses.items()
    }


def own_paths() -> Document:
    """
    Return what the gateway answers itself.
    """
    table = {"application/json": {"schema": {"$ref": _REFERENCE.format("schemas", "Overview")}}, "text/html": {}}
    status = {
        "summary": "Read Status",
        "operationId": "read_status",
        "description": "Read how every service and projection is: a row each. Browsers get a page.\n\nOpen to everybody.",
        "tags": [TAG],
        "security": [],
        "responses": {
            "200": {"description": "Every service answers", "content": table},
            "503": {"description": "A service does not answer; the table says which", "content": table},
            "5XX": _problem("The gateway cannot answer"),
        },
    }
    return {"/status": {"get": status}}
