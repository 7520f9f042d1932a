"""
The AsyncAPI 3 document: topics as channels, record types as their contents, made from the tables of the code.
"""

from typing import Any

from inventory_stream.records.base import Record
from inventory_stream.records.codec import TYPES, RecordType
from inventory_stream.records.operations import TracerSent
from inventory_stream.records.schema import schema_components
from inventory_stream.records.topics import TOPICS, Topic

_BINDING = "0.5.0"
_TRACED = ("inventory", "activity", "feedback", "models")  # topics that carry tracers


def asyncapi_document() -> dict[str, Any]:
    """
    Return the whole document.
    """
    rows = list(TYPES.values())
    references, schemas = schema_components((row.cls for row in rows), "#/components/schemas/{name}")
    contents = {row.name: _content(row, reference) for row, reference in zip(rows, references, strict=True)}
    document: dict[str, Any] = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Seatstream inventory stream",
            "version": "1.0.0",
            "description": "Everything that happens to tickets, as records of Apache Kafka topics.",
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in TOPICS.values()},
        "operations": {
            f"{action}-{name}": {"action": action, "channel": {"$ref": f"#/channels/{name}"}}
            for name in TOPICS
            for action in ("send", "receive")
        },
        "components": {"messages": contents, "schemas": {"CloudEventsHeaders": cloud_events_headers(), **schemas}},
    }
    tuples: dict[str, Any] = _draft_07(document)
    return tuples


def types_of(topic: str) -> list[RecordType]:
    """
    Return the record types that a topic carries.
    """
    return [row for row in TYPES.values() if row.cls.topic == topic or (row.cls is TracerSent and topic in _TRACED)]


def key_words(cls: type[Record]) -> str:
    """
    Return what makes the key of a type, for people.
    """
    if cls.key is not Record.key:
        return "model/promoted" if cls.__name__ == "ModelPromoted" else "model/model_version"
    return ", else ".join(cls.key_fields)


def summary(cls: type[Record]) -> str:
    """
    Return the docstring of a type on one line.
    """
    return " ".join((cls.__doc__ or "").split())


def cloud_events_headers() -> dict[str, Any]:
    """
    Return the JSON Schema of the headers, each of which is UTF-8 text.
    """
    meanings = {
        "ce_specversion": "Version of CloudEvents: 1.0.",
        "ce_type": "Record type with its major version.",
        "ce_id": "Unique within the source: the same id twice is one record.",
        "ce_source": "Who says so, a URI reference such as /simulator/7.",
        "ce_time": "When it happened, RFC 3339 with a zone.",
        "content-type": "application/json.",
        "traceparent": "W3C trace context.",
    }
    properties: dict[str, Any] = {
        name: {"type": "string", "minLength": 1, "description": text} for name, text in meanings.items()
    }
    properties["ce_specversion"]["const"] = "1.0"
    properties["ce_time"]["format"] = "date-time"
    properties["content-type"]["const"] = "application/json"
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name != "traceparent"],
    }


def _channel(topic: Topic) -> dict[str, Any]:
    cleanup = ["compact"] if topic.compacted else ["delete"]
    return {
        "address": topic.name,
        "description": f"{topic.carries[0].upper()}{topic.carries[1:]}.",
        "messages": {row.name: {"$ref": f"#/components/messages/{row.name}"} for row in types_of(topic.name)},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {"cleanup.policy": cleanup, "retention.ms": topic.retention_ms},
                "bindingVersion": _BINDING,
            }
        },
    }


def _content(row: RecordType, reference: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": row.name,
        "title": row.cls.__name__,
        "summary": summary(row.cls),
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/CloudEventsHeaders"},
        "payload": reference,
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": key_words(row.cls)},
                "bindingVersion": _BINDING,
            }
        },
    }


def _draft_07(node: Any) -> Any:
    """
    Return the node with lists of fixed items in the words of JSON Schema draft 07, which AsyncAPI speaks.
    """
    if isinstance(node, dict):
        found = {name: _draft_07(value) for name, value in node.items()}
        if "prefixItems" in found:
            found["items"], found["additionalItems"] = found.pop("prefixItems"), False
        return found
    return [_draft_07(value) for value in node] if isinstance(node, list | tuple) else node
