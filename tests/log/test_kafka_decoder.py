"""
The fast loop gives what `records.decode` gives, for records as we write them and for anything else.
"""

from __future__ import annotations

import msgspec
from confluent_kafka import KafkaError, Message
from hypothesis import example, given
from hypothesis import strategies as st
from views import NOON, search, view

from inventory_stream.log.kafka_decoder import Decoder
from inventory_stream.records import Encoded, decode, encode
from inventory_stream.records.activity import EventViewed

ENCODED = view(1)
NAMES = st.sampled_from([name for name, _ in ENCODED.headers] + ["traceparent", "other"])
VALUES = st.sampled_from([value for _, value in ENCODED.headers] + [b"", b"\xff", b"2030-06-01T12:00:00", None])


def message(record: Encoded) -> Message:
    """
    The record as the client would give it.
    """
    return Message("p-activity", 3, 17, record.key, record.value, record.headers, None, (0, 0))


def plain(record: Encoded, wanted: frozenset[str] | None = None):
    """
    The record as `records.decode` gives it.
    """
    return decode("activity", 3, 17, record.key, record.value, record.headers, wanted)


@given(
    headers=st.one_of(st.permutations(ENCODED.headers), st.lists(st.tuples(NAMES, VALUES), max_size=9)),
    key=st.sampled_from([None, b"", b"s1", b"\xff"]),
    value=st.sampled_from([None, b"", b"{}", b"[" * 100_000, ENCODED.value]),
    wanted=st.sampled_from([None, frozenset(), frozenset({"event.viewed.v1"})]),
)
@example(headers=ENCODED.headers, key=b"s1", value=ENCODED.value, wanted=None)
@example(headers=[*ENCODED.headers, ("ce_id", b"other")], key=b"s1", value=ENCODED.value, wanted=None)
@example(headers=[*ENCODED.headers[:3], ("ce_source", b""), *ENCODED.headers[4:]], key=b"", value=b"", wanted=None)
def test_it_agrees_with_decode(headers, key, value, wanted):
    """
    Whatever lies in the log, both ways of decoding say the same.
    """
    record = msgspec.structs.replace(ENCODED, headers=headers, key=key, value=value)

    assert Decoder(wanted, "p-").decode([message(record)]) == ([plain(record, wanted)], [])


def test_a_trace_is_carried():
    """
    A record with a traceparent is decoded as any other.
    """
    record = encode(EventViewed(session_id="s", event_id="e"), id="1", source="/t", time=NOON, traceparent="00-a-b-01")

    assert Decoder(prefix="p-").decode([message(record)]) == ([plain(record)], [])


def test_errors_are_kept_apart():
    """
    An error among the messages is no record, and the records around it are there.
    """
    error = KafkaError(KafkaError.OFFSET_OUT_OF_RANGE)
    messages = [message(view(1)), Message("p-activity", 3, 17, error=error), message(search(2))]

    records, errors = Decoder().decode(messages)

    assert ([record.id for record in records], [found.code() for found in errors]) == (["1", "2"], [error.code()])


def test_words_are_not_remembered_for_ever():
    """
    Keys are shared between records, and let go once there are hundreds of thousands.
    """
    decoder = Decoder(prefix="p-")

    def key(number: int) -> str:
        record = msgspec.structs.replace(ENCODED, key=b"customer-%d" % number)
        return decoder.decode([message(record)])[0][0].key

    first = key(0)
    assert key(0) is first
    for number in range(200_001):
        key(number)

    assert key(0) == first
    assert key(0) is not first
