"""
The gate of the contract: what a schema may no longer do once records were written by it.

Readers of today must read every record of any day (BACKWARD_TRANSITIVE), and nothing that writers gave may get lost.
Within a version a record type may gain optional fields and wider limits; anything else is a new version.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
# keyword → how a value is narrower than the one before; a keyword that appears is narrower than none
_LOWER_LIMITS = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER_LIMITS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_EXACT = ("pattern", "format", "contentEncoding", "multipleOf")


def incompatibilities(released: Mapping[str, Schema], current: Mapping[str, Schema]) -> list[str]:
    """
    Return one sentence for each way in which the current schemas break with the released ones; none is compatible.

    Args:
        released: type name → JSON Schema, as it was.
        current: the same, as the code has it. Types that are new are no concern.
    """
    found: list[str] = []
    for name, schema in released.items():
        if name in current:
            found += _Comparison(name, schema, current[name]).sentences()
        else:
            found.append(f"{name}: the record type was removed, but the stream still holds records of it")
    return found


class _Comparison:
    """
    Walks two schemas of one type side by side.
    """

    def __init__(self, name: str, old: Schema, new: Schema) -> None:
        self._name = name
        self._old = old
        self._new = new

    def sentences(self) -> list[str]:
        """
        Return what the new schema breaks, each with the type's name before it.
        """
        return [f"{self._name}: {sentence}" for sentence in self._values(self._old, self._new, "")]

    def _values(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        """
        Yield what the new schema refuses, or reads in another way, of what the old one allowed at `path`.
        """
        old_ways, new_ways = _alternatives(old, self._old), _alternatives(new, self._new)
        if len(old_ways) == len(new_ways) == 1:
            yield from self._single(old_ways[0], new_ways[0], path)
            return
        for way in old_ways:
            if all(any(self._single(way, other, path)) for other in new_ways):
                yield f"field {path} changed its type: {_words(way)} is no longer allowed"

    def _single(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        if "type" in new and not _types(old) <= _types(new):
            yield f"field {path} changed its type from {_words(old)} to {_words(new)}"
            return
        yield from self._limits(old, new, path)
        if "properties" in old:
            yield from self._fields(old, new, path)
        if isinstance(old.get("items"), Mapping):
            yield from self._items(old, new, path)
        if old.get("prefixItems") != new.get("prefixItems"):
            yield from self._tuple(old.get("prefixItems", []), new.get("prefixItems", []), path)
        if isinstance(old.get("additionalProperties"), Mapping):
            yield from self._values(old["additionalProperties"], new.get("additionalProperties", {}), f"{path}{{}}")

    def _limits(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        for word in (*_LOWER_LIMITS, *_UPPER_LIMITS, *_EXACT):
            before, after = old.get(word), new.get(word)
            if after not in (None, before) and _narrows(word, before, after):
                yield f"field {path} is narrower: {word} was {_shown(before)} and is {after}"
        if "enum" in new:
            gone = [value for value in old.get("enum", ["anything else"]) if value not in new["enum"]]
            if gone:
                yield f"field {path} is narrower: {', '.join(map(str, gone))} is no longer allowed"

    def _fields(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        before, after = old["properties"], new.get("properties", {})
        for field, schema in before.items():
            where = f"{path}.{field}" if path else field
            if field not in after:
                yield f"field {where} was removed, so what was written in it is lost"
                continue
            yield from self._values(schema, after[field], where)
            yield from self._default(schema, after[field], where)
        required = set(new.get("required", ())) - set(old.get("required", ()))
        for field in sorted(required):
            where = f"{path}.{field}" if path else field
            change = "became required" if field in before else "is new and required"
            yield f"field {where} {change}, but records already written may lack it"

    def _default(self, old: Schema, new: Schema, where: str) -> Iterator[str]:
        """
        Yield a changed default: a value equal to the default is left out of the bytes, so a change rewrites the past.
        """
        if "default" in old and "default" in new and old["default"] != new["default"]:
            yield f"field {where} had the default {old['default']!r} and has {new['default']!r}, which rewrites old records"

    def _items(self, old: Schema, new: Schema, path: str) -> Iterator[str]:
        items = new.get("items", {})
        if isinstance(items, Mapping):
            yield from self._values(old["items"], items, f"{path}[]")
        else:
            yield f"field {path} changed its type: items of a list are no longer allowed"

    def _tuple(self, old: list[Schema], new: list[Schema], path: str) -> Iterator[str]:
        if len(old) != len(new):
            yield f"field {path} changed its type: it had {len(old)} fixed items and has {len(new)}"
            return
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from self._values(before, after, f"{path}[{index}]")


def _narrows(word: str, before: Any, after: Any) -> bool:
    """
    Whether a keyword that changed refuses values that it let through. Of two patterns nobody can tell, so any may.
    """
    if before is None or word in _EXACT:
        return True
    return bool((after > before) == (word in _LOWER_LIMITS))


def _alternatives(schema: Schema, document: Schema) -> list[Schema]:
    """
    Return the schemas of which one has to fit, with references followed.
    """
    if "$ref" in schema:
        return _alternatives(document["$defs"][schema["$ref"].rpartition("/")[2]], document)
    if "anyOf" in schema:
        return [found for way in schema["anyOf"] for found in _alternatives(way, document)]
    return [schema]


def _types(schema: Schema) -> set[str]:
    """
    Return the JSON types that fit; a number takes whatever an integer takes.
    """
    types = schema.get("type", [type(value).__name__ for value in schema.get("enum", ())])
    found = {"string" if name == "str" else name for name in ([types] if isinstance(types, str) else types)}
    return found | {"integer"} if "number" in found else found


def _words(schema: Schema) -> str:
    return " or ".join(sorted(_types(schema) - ({"integer"} if "number" in _types(schema) else set()))) or "anything"


def _shown(limit: object) -> str:
    return "open" if limit is None else str(limit)
