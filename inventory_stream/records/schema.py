"""
JSON Schemas of all record types: those of the code, and those that were released and are checked in.
"""

import json
from collections.abc import Iterable
from importlib.resources import files
from typing import Any

import msgspec

from inventory_stream.records.base import Record
from inventory_stream.records.codec import TYPES
from inventory_stream.records.meanings import meaning

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
FOLDER = files("inventory_stream.records") / "schemas"


def current_schemas() -> dict[str, Schema]:
    """
    Return type name → JSON Schema, from the classes.
    """
    return {name: type_schema(row.cls) for name, row in TYPES.items()}


def type_schema(cls: type[Record]) -> Schema:
    """
    Return the JSON Schema of one record type, self-contained.
    """
    schema = msgspec.json.decode(msgspec.json.encode(msgspec.json.schema(cls)))  # lists, as in the files
    return {"$schema": DIALECT, "$ref": schema["$ref"], "$defs": described(schema["$defs"])}


def schema_components(classes: Iterable[type[Record]], ref_template: str) -> tuple[list[Schema], dict[str, Schema]]:
    """
    Return a reference for each class, and all structs they are made of by name.
    """
    references, components = msgspec.json.schema_components(list(classes), ref_template=ref_template)
    return list(references), described(components)


def described(components: dict[str, Any]) -> dict[str, Schema]:
    """
    Return struct schemas with a description at every field. Fields are in the order of the classes.
    """
    for struct, schema in components.items():
        for field, value in schema.get("properties", {}).items():
            schema["properties"][field] = {**value, "description": meaning(struct, field)}
    return components


def released_schemas() -> dict[str, Schema]:
    """
    Return type name → JSON Schema, as checked in.
    """
    return {
        file.name.removesuffix(".json"): json.loads(file.read_text("utf-8"))
        for file in sorted(FOLDER.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".json")
    }


def as_text(document: Any) -> str:
    """
    Return JSON as it is checked in.
    """
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
