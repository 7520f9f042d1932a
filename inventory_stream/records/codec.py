"""
Records to bytes and back: one table of types, CloudEvents 1.0 headers in binary content mode.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from inventory_stream.records import activity, catalogue, feedback, inventory, models, operations
from inventory_stream.records.base import Delivered, Encoded, Record, in_utc

CONTENT_TYPE = b"application/json"
SPEC_VERSION = b"1.0"


class RecordType(msgspec.Struct, frozen=True):
    """
    One row of the table of types: its name with version, family, class and decoder.
    """

    name: str
    family: str
    cls: type[Record]
    decoder: msgspec.json.Decoder[Record]


def type_name(cls: type[Record]) -> str:
    """
    Return the type name with its major version, as in `ce_type`: `seats.held.v1`.
    """
    tag = cls.__struct_config__.tag
    if not isinstance(tag, str) or "." not in tag:
        raise TypeError(f"{cls.__name__} has no tag with a version and is no record type")
    return tag


TYPES: dict[str, RecordType] = {
    type_name(cls): RecordType(type_name(cls), family.__name__.rsplit(".", 1)[-1], cls, msgspec.json.Decoder(cls))
    for family in (catalogue, inventory, activity, feedback, models, operations)
    for cls in family.RECORDS
}
_encoder = msgspec.json.Encoder()
# Headers that are the same for every record, or for every record of a type, are made once: encode is a hot path.
_SPEC_VERSION_HEADER = ("ce_specversion", SPEC_VERSION)
_CONTENT_TYPE_HEADER = ("content-type", CONTENT_TYPE)
_type_headers = {row.cls: ("ce_type", name.encode()) for name, row in TYPES.items()}
# What wrong bytes raise: a header that is missing, empty, null or no text; a time that is none; JSON that is broken,
# does not fit the type, or is nested so deeply that skipping it fails.
_BAD_BYTES = (KeyError, AttributeError, ValueError, msgspec.DecodeError, RecursionError)
_decoders: dict[bytes | None, tuple[str, Callable[[bytes], Record]]] = {
    name.encode(): (name, row.decoder.decode) for name, row in TYPES.items()
}


def encode(record: Record, *, id: str, source: str, time: datetime, traceparent: str = "") -> Encoded:
    """
    Return the record as bytes with its headers.

    Args:
        id: unique within the source; the same id twice is one record.
        source: who says so, a URI reference such as `/simulator/7`.
        time: when it happened (aware; written in UTC with microseconds).
        traceparent: W3C trace context, left out when empty.
    """
    if time.tzinfo is not UTC:
        time = time.astimezone(UTC)
    headers = [
        _SPEC_VERSION_HEADER,
        _type_headers.get(type(record)) or ("ce_type", type_name(type(record)).encode()),
        ("ce_id", id.encode()),
        ("ce_source", source.encode()),
        ("ce_time", time.isoformat("T", "microseconds").encode()[:-6] + b"Z"),
        _CONTENT_TYPE_HEADER,
    ]
    if traceparent:
        headers.append(("traceparent", traceparent.encode()))
    return Encoded(record.topic, record.key().encode(), _encoder.encode(record), headers, int(time.timestamp() * 1000))


def decode(
    topic: str,
    partition: int,
    offset: int,
    key: bytes | None,
    value: bytes | None,
    headers: Sequence[tuple[str, bytes]] | None,
    wanted: frozenset[str] | None = None,
) -> Delivered:
    """
    Return what lies at one place of the log, decoded; never raises for bad bytes but says so in `failure`.

    Args:
        wanted: type names whose values are decoded; others keep `record` None. All when None.
    """
    found = dict(headers or ())
    try:
        name, decoder = _decoders[found["ce_type"]]
        identity = found["ce_id"].decode()
        source = found["ce_source"].decode()
        time = found["ce_time"].decode()
        text_key = (key or b"").decode()
        at = datetime.fromisoformat(time)
        if not (identity and source and at.tzinfo and in_utc(at)):
            raise ValueError("empty header, or a time without zone or year")
        record = decoder(value or b"") if wanted is None or name in wanted else None
    except _BAD_BYTES as error:
        failure = _explain(found, key, error)
        return _undecoded(topic, partition, offset, key, value, headers, failure)
    return Delivered(
        topic,
        partition,
        offset,
        text_key,
        identity,
        name,
        source,
        time,
        record,
        "",
        value or b"",
        list(headers or ()),
    )


def _undecoded(
    topic: str,
    partition: int,
    offset: int,
    key: bytes | None,
    value: bytes | None,
    headers: Sequence[tuple[str, bytes]] | None,
    failure: str,
) -> Delivered:
    """
    Return what lies at a place and cannot be decoded: as much of its words as is text.
    """
    found = dict(headers or ())
    identity, name, source, time = map(_lenient, map(found.get, ("ce_id", "ce_type", "ce_source", "ce_time")))
    return Delivered(
        topic,
        partition,
        offset,
        _lenient(key),
        identity,
        name,
        source,
        time,
        None,
        failure,
        value or b"",
        list(headers or ()),
    )


def _lenient(part: bytes | None) -> str:
    return (part or b"").decode(errors="replace")


def _explain(found: Mapping[str, bytes | None], key: bytes | None, error: Exception) -> str:
    """
    Return what is wrong, headers before key before value.
    """
    type_bytes = found.get("ce_type")
    for name in ("ce_type", "ce_id", "ce_source", "ce_time"):
        if not found.get(name):
            return f"header {name} is {'empty' if name in found else 'missing'}"
        if not _is_text(found[name]):
            return f"header {name} is not UTF-8"
    if type_bytes not in _decoders:
        return f"unknown record type {_lenient(type_bytes)}"
    if not _is_time(found["ce_time"]):
        return f"header ce_time is not an RFC 3339 time with a zone: {_lenient(found['ce_time'])[:60]}"
    if not _is_text(key):
        return "key is not UTF-8"
    return f"value is not a valid {_lenient(type_bytes)}: {error}"


def _is_text(part: bytes | None) -> bool:
    try:
        (part or b"").decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_time(part: bytes | None) -> bool:
    try:
        at = datetime.fromisoformat(_lenient(part))
    except ValueError:
        return False
    return at.tzinfo is not None and in_utc(at)
