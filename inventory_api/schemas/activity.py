"""
Batches of activity records.
"""

from typing import Any, Literal

from pydantic import BaseModel

from inventory_api.activity import ACTIVITY_TYPES, ID_PATTERN, MAX_RECORDS
from inventory_stream.records.schema import schema_components
from inventory_stream.web.described import FieldError


class ActivityRecordResult(BaseModel):
    """
    What became of one record; `errors` name the fields that are wrong. `id` is null where none can be read.
    """

    index: int
    id: str | None
    status: Literal["accepted", "invalid"]
    errors: list[FieldError]


class ActivityAccepted(BaseModel):
    """
    What became of a batch. `position` reflects its accepted records: give it as `min_position` to read what they change.
    """

    accepted: int
    invalid: int
    position: str
    records: list[ActivityRecordResult]


EXAMPLE = {
    "records": [
        {
            "id": "7f1c-1",
            "type": "event.viewed.v1",
            "session_id": "s-20e8",
            "event_id": "demo-e2",
            "device_kind": "ios",
        },
        {"id": "7f1c-2", "type": "search.made.v1", "session_id": "s-20e8", "results": 12, "query_length": 5},
    ]
}


def batch_schema() -> dict[str, Any]:
    """
    Return the JSON Schema of a batch: the contract's own of each type, with an id and perhaps a time.
    """
    _, components = schema_components([row.cls for row in ACTIVITY_TYPES.values()], "{name}")
    records = [_in_batch(schema) for schema in components.values()]
    listed = {"type": "array", "minItems": 1, "maxItems": MAX_RECORDS, "items": {"oneOf": records}}
    return {"type": "object", "properties": {"records": listed}, "required": ["records"]}


def request_body() -> dict[str, Any]:
    """
    Return how OpenAPI shows the body of the request.
    """
    json = {"schema": batch_schema(), "example": EXAMPLE}
    text = {"schema": {"type": "string", "contentMediaType": "application/json"}}
    return {"required": True, "content": {"application/json": json, "text/plain": text}}


def _in_batch(schema: dict[str, Any]) -> dict[str, Any]:
    own = {
        "id": {
            "type": "string",
            "minLength": 1,
            "maxLength": 120,
            "pattern": ID_PATTERN,
            "description": "Unique within the session; the same id again is the same record.",
        },
        "time": {
            "type": ["string", "null"],
            "format": "date-time",
            "description": "When it happened: at most 24 hours ago, at most 5 minutes ahead. Absent: now.",
        },
    }
    fields = {name: _without_nul(field) for name, field in schema["properties"].items()}
    return {**schema, "properties": {**own, **fields}, "required": ["id", *schema["required"]]}


def _without_nul(field: dict[str, Any]) -> dict[str, Any]:
    plain = field.get("type") == "string" and "pattern" not in field
    return {**field, "pattern": "^[^\0]*$"} if plain else field
