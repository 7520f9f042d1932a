"""
What the OpenAPI documents of all services have in common: the one shape of errors, and positions in and out.
"""

from typing import Any

from pydantic import BaseModel

from inventory_stream.web.problems import CONTENT_TYPE

Document = dict[str, Any]
_REFERENCE = "#/components/schemas/{model}"
_PART = r"[a-z][a-z0-9-]{0,80}:\d{1,5}=\d{1,18}(,\d{1,5}=\d{1,18})*"
_POSITIONS = {"type": "string", "pattern": f"^({_PART})?(;({_PART})?)*$"}
_ASKED = (
    "Answer when this position is reflected, or say after a few seconds (504) that it is not: what `Stream-Position` of an "
    "earlier answer said. The header `Min-Position` means the same."
)
_MIN_POSITION = {"name": "min_position", "in": "query", "description": _ASKED, "schema": _POSITIONS}


class FieldError(BaseModel):
    """
    One wrong field.
    """

    field: str
    location: str
    reason: str


class Problem(BaseModel):
    """
    Every error of every service (RFC 9457).
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str
    trace_id: str
    errors: list[FieldError] = []


def problem_answer(description: str) -> Document:
    """
    Return the description of an answer that is a problem.
    """
    return {
        "description": description,
        "content": {CONTENT_TYPE: {"schema": {"$ref": _REFERENCE.format(model="Problem")}}},
    }


PROBLEM_RESPONSES: dict[int | str, Document] = {
    "4XX": problem_answer("The request is wrong; names the field"),
    "5XX": problem_answer("The service cannot answer"),
}


def problem_schemas() -> Document:
    """
    Return the schema of problems and what it refers to, by name.
    """
    schema = Problem.model_json_schema(ref_template=_REFERENCE)
    return {**schema.pop("$defs"), "Problem": schema}


def complete(document: Document) -> Document:
    """
    Return a service's document with what every service does, whatever a route says of itself.
    """
    components = document.setdefault("components", {})
    components["schemas"] = problem_schemas() | components.get("schemas", {})
    components["headers"] = {
        "Stream-Position": {"description": "What the answer reflects at least", "schema": _POSITIONS}
    }
    told = {"Stream-Position": {"$ref": "#/components/headers/Stream-Position"}}
    for operations in document["paths"].values():
        for method, operation in operations.items():
            known = operation.get("parameters", [])
            if method == "get" and _MIN_POSITION not in known:
                operation["parameters"] = [*known, _MIN_POSITION]
            for code, answer in operation["responses"].items():
                if code.startswith("2"):
                    answer["headers"] = answer.get("headers", {}) | told
    return document
