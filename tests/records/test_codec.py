"""
Records to bytes and back: every type round-trips, and no bytes raise.
"""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory_stream.records import TYPES, Delivered, Record, SeatRun, decode, encode
from inventory_stream.records.catalogue import ChartRow, ChartSeat, ChartSectionMapped, EventCancelled, SeatsReleased

TIME = datetime(2027, 5, 1, 20, tzinfo=UTC)
times = st.datetimes(
    datetime(1900, 1, 2),  # noqa: DTZ001 - Hypothesis adds the zone
    datetime(9000, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5))]),
)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
CANCELLED = EventCancelled(event_id="show-1")


def values(node: Any) -> st.SearchStrategy[Any]:
    """
    Return values of a field's type, within its limits, from msgspec's description of it.
    """
    if isinstance(node, msgspec.inspect.VarTupleType):
        items = values(node.item_type)
        return st.lists(items, min_size=node.min_length or 0, max_size=4, unique_by=repr).map(tuple)
    if isinstance(node, msgspec.inspect.TupleType):
        return st.tuples(*map(values, node.item_types))
    if isinstance(node, msgspec.inspect.DictType):
        return st.dictionaries(words, values(node.value_type), max_size=3)
    if isinstance(node, msgspec.inspect.StructType):
        return structs(node.cls)
    return choices(node)


def choices(node: Any) -> st.SearchStrategy[Any]:
    """
    Return values of a type that is one of several.
    """
    if isinstance(node, msgspec.inspect.UnionType):
        return st.one_of(*map(values, node.types))
    if isinstance(node, msgspec.inspect.LiteralType):
        return st.sampled_from(node.values)
    return scalars(node)


def scalars(node: Any) -> st.SearchStrategy[Any]:
    """
    Return values of a type that has no parts.
    """
    if isinstance(node, msgspec.inspect.StrType):
        if node.pattern:
            return st.from_regex(node.pattern.replace("$", r"\Z"))
        return names if node.min_length else words
    if isinstance(node, msgspec.inspect.IntType):
        return st.integers(node.ge, min(node.le or 2**53, 2**53))
    if isinstance(node, msgspec.inspect.FloatType):
        return st.floats(node.ge, node.le, allow_nan=False, allow_infinity=False)
    plain = {
        msgspec.inspect.BoolType: st.booleans(),
        msgspec.inspect.BytesType: st.binary(max_size=50),
        msgspec.inspect.DateTimeType: times,
        msgspec.inspect.NoneType: st.none(),
    }
    return plain[type(node)]


def structs(cls: type[Any]) -> st.SearchStrategy[Any]:
    """
    Return objects of a struct that keep its rules.
    """
    special = {SeatRun: runs, SeatsReleased: released, ChartSectionMapped: sections}
    if cls in special:
        return special[cls]()
    fields = {field.name: values(field.type) for field in msgspec.inspect.type_info(cls).fields}
    if {"seats", "quantity"} <= set(fields):
        return st.one_of(
            st.builds(cls, **fields | {"quantity": st.just(0), "seats": fields["seats"].filter(bool)}),
            st.builds(cls, **fields | {"quantity": st.integers(1, 9), "seats": st.just(())}),
        )
    return st.builds(cls, **fields)


def runs() -> st.SearchStrategy[SeatRun]:
    """
    Return runs that go forward.
    """
    return st.builds(
        lambda row, first, more, step: SeatRun(row, first, first + more, step),
        names,
        st.integers(0, 80_000),
        st.integers(0, 20_000),
        st.integers(1, 10),
    )


def released() -> st.SearchStrategy[SeatsReleased]:
    """
    Return releases of runs, and of a quantity.
    """
    return st.one_of(
        st.builds(SeatsReleased, event_id=names, section=names, price_level=words, runs=st.tuples(runs(), runs())),
        st.builds(SeatsReleased, event_id=names, section=names, price_level=words, quantity=st.integers(1, 10**6)),
    )


def sections() -> st.SearchStrategy[ChartSectionMapped]:
    """
    Return sections of one row, and areas.
    """
    seats = st.lists(st.builds(ChartSeat, names, st.just(1.5), st.just(2.0)), min_size=1, max_size=4, unique_by=repr)
    fields = {"venue_id": names, "chart_id": names, "chart_version": st.integers(0, 10**6), "section": names}
    row = st.builds(lambda label, found: (ChartRow(label, tuple(found)),), words, seats)
    return st.one_of(
        st.builds(ChartSectionMapped, **fields, rows=row),
        st.builds(ChartSectionMapped, **fields, kind=st.just("area"), capacity=st.integers(1, 10**6)),
    )


def deliver(encoded: Any, **changed: Any) -> Delivered:
    """
    Decode an encoded record, with headers (`ce_id=b"…"`), key or value changed; None as a header leaves it out.
    """
    key, value = changed.pop("key", encoded.key), changed.pop("value", encoded.value)
    headers = dict(encoded.headers) | changed
    return decode(encoded.topic, 3, 14, key, value, [(name, part) for name, part in headers.items() if part is not ...])


def encoded(record: Record = CANCELLED, **more: Any) -> Any:
    """
    Encode a record with an id, source and time.
    """
    return encode(record, id="id-1", source="/test", time=TIME, **more)


@pytest.mark.parametrize("name", TYPES)
def test_every_type_round_trips(name: str) -> None:
    """
    A record that keeps its rules comes back the same, with its headers.
    """

    @settings(max_examples=15, suppress_health_check=list(HealthCheck), deadline=None)
    @given(structs(TYPES[name].cls), times)
    def round_trips(record: Record, time: datetime) -> None:
        written = encode(record, id="id-1", source="/test", time=time)
        delivered = deliver(written)

        assert (delivered.failure, delivered.record, delivered.at) == ("", record, time)
        assert (delivered.type, delivered.key) == (name, record.key())

    round_trips()


def test_unknown_fields_are_left_alone() -> None:
    """
    A writer may be ahead of its readers.
    """
    delivered = deliver(encoded(), value=b'{"type":"event.cancelled.v1","event_id":"show-1","mood":{"a":[1]}}')

    assert delivered.record == CANCELLED


def test_what_is_not_wanted_is_not_decoded() -> None:
    """
    A reader that asks for other types gets headers alone.
    """
    written = encoded()
    delivered = decode("inventory", 0, 0, written.key, b"{broken", written.headers, frozenset({"seats.held.v1"}))

    assert (delivered.record, delivered.failure, delivered.id) == (None, "", "id-1")


def test_headers_are_those_of_cloud_events() -> None:
    """
    Binary content mode for Kafka, as other tools read it.
    """
    assert dict(encoded(traceparent="00-1-2-01").headers) == {
        "ce_specversion": b"1.0",
        "ce_type": b"event.cancelled.v1",
        "ce_id": b"id-1",
        "ce_source": b"/test",
        "ce_time": b"2027-05-01T20:00:00.000000Z",
        "content-type": b"application/json",
        "traceparent": b"00-1-2-01",
    }


def test_no_trace_no_header() -> None:
    """
    An empty trace context is left out.
    """
    assert "traceparent" not in dict(encoded().headers)


@pytest.mark.parametrize("header", ["ce_type", "ce_id", "ce_source", "ce_time"])
@pytest.mark.parametrize(
    ("part", "reason"), [(..., "is missing"), (None, "is empty"), (b"", "is empty"), (b"\xff", "is not UTF-8")]
)
def test_a_wrong_header_is_named(header: str, part: Any, reason: str) -> None:
    """
    Missing, null, empty and undecodable headers are failures with the header's name.
    """
    delivered = deliver(encoded(), **{header: part})

    assert (delivered.failure, delivered.record) == (f"header {header} {reason}", None)


NO_TIMES = (b"0001-01-01T00:00:00+14:00", b"9999-12-31T23:59:59-14:00")


@pytest.mark.parametrize("time", [b"yesterday", b"2027-05-01T20:00:00", b"2027-13-01T20:00:00Z", *NO_TIMES])
def test_a_time_needs_to_be_one(time: bytes) -> None:
    """
    A time that is none, has no zone, or lies before or after all years of UTC would stop whoever reads it later.
    """
    assert deliver(encoded(), ce_time=time).failure.startswith("header ce_time is not an RFC 3339 time")


@pytest.mark.parametrize("time", [b"0001-01-01T00:00:00Z", b"9999-12-31T23:59:59Z", b"0001-01-01T14:00:00+14:00"])
def test_a_time_may_be_the_first_or_the_last(time: bytes) -> None:
    """
    Systems that know no "never" say the last day there is.
    """
    assert not deliver(encoded(), ce_time=time).failure


def test_an_unknown_type_is_named() -> None:
    """
    The failure names the type that nobody knows here.
    """
    assert deliver(encoded(), ce_type=b"seats.lost.v9").failure == "unknown record type seats.lost.v9"


def test_a_key_has_to_be_text() -> None:
    """
    A key in another charset is a failure.
    """
    assert deliver(encoded(), key=b"\xff").failure == "key is not UTF-8"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "truncated"),
        (b"{broken", "JSON is malformed"),
        (b'{"type":"event.cancelled.v1"}', "missing required field `event_id`"),
        (b'{"type":"event.cancelled.v1","event_id":7}', "Expected `str`, got `int` - at `$.event_id`"),
        (b'{"type":"event.cancelled.v1","event_id":"\xe9"}', "utf-8"),
        (json.dumps({"type": "event.cancelled.v1", "event_id": "é"}, ensure_ascii=False).encode("utf-16"), "malformed"),
        (b'{"type":"seats.held.v1","event_id":"show-1"}', "Invalid value 'seats.held.v1'"),
        (b'{"type":"event.cancelled.v1","x":' + b"[" * 100_000, "recursion"),
    ],
)
def test_a_wrong_value_is_a_failure_with_its_place(value: bytes | None, reason: str) -> None:
    """
    Whatever is wrong with a value is said, and nothing raises.
    """
    delivered = deliver(encoded(), value=value)

    assert delivered.failure.startswith("value is not a valid event.cancelled.v1: ")
    assert reason in delivered.failure


@given(
    st.binary(max_size=200) | st.none(),
    st.binary(max_size=20) | st.none(),
    st.dictionaries(
        st.sampled_from(["ce_type", "ce_id", "ce_source", "ce_time", "x"]),
        st.sampled_from([b"event.cancelled.v1", b"2027-05-01T20:00:00Z"]) | st.binary(max_size=30) | st.none(),
    ),
)
def test_no_bytes_raise(value: bytes | None, key: bytes | None, headers: dict[str, Any]) -> None:
    """
    Whatever lies in the log is either a record or a failure, and its bytes are kept.
    """
    delivered = decode("inventory", 0, 0, key, value, list(headers.items()))

    assert bool(delivered.failure) != (delivered.record is not None)
    assert delivered.value == (value or b"")


def test_no_headers_at_all_are_a_failure() -> None:
    """
    A record of a writer that knows nothing of this contract does not raise.
    """
    assert decode("inventory", 0, 0, None, None, None).failure == "header ce_type is missing"
