"""
What a batch of activity records may hold, and what is said about each record.
"""

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from inventory_api.activity import ACTIVITY_TYPES, MAX_RECORDS, SOURCE, check_batch, decode_batch
from inventory_api.schemas.activity import EXAMPLE, batch_schema
from inventory_stream.log import Position
from inventory_stream.records import TYPES, decode
from inventory_stream.records.activity import EventViewed
from inventory_stream.web import InvalidRequest, UnprocessableRequest

NOW = datetime(2030, 6, 1, 12, tzinfo=UTC)
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def viewed(id="1", **fields):
    """
    A view of e1 as an app reports it.
    """
    return {"id": id, "type": "event.viewed.v1", "session_id": "s1", "event_id": "e1"} | fields


def checked(*records):
    """
    The batch of these records.
    """
    return asyncio.run(check_batch(decode_batch(msgspec.json.encode({"records": records})), NOW, TRACE))


def decoded(batch):
    """
    What would be appended, as a projector reads it.
    """
    return [decode(e.topic, 0, n, e.key, e.value, e.headers) for n, e in enumerate(batch.encoded)]


def errors(batch):
    """
    Field and reason of everything that is wrong.
    """
    return [(error.field, error.reason) for result in batch.results for error in result.errors]


def test_a_record_becomes_one_of_the_contract():
    """
    Type, key, source, time and trace are as the contract wants them; the id is unique within the session.
    """
    (found,) = decoded(checked(viewed(customer_id="c1", time="2030-06-01T11:59:00+02:00")))

    assert found.record == EventViewed(session_id="s1", customer_id="c1", event_id="e1")
    assert (found.key, found.id, found.source, found.time) == ("c1", "s1/1", SOURCE, "2030-06-01T09:59:00.000000Z")
    assert dict(found.headers)["traceparent"] == TRACE.encode()


def test_a_record_without_time_happened_now():
    """
    The time of the request, when the app names none or null.
    """
    assert {found.at for found in decoded(checked(viewed(), viewed("2", time=None)))} == {NOW}


def test_unknown_fields_go_no_further():
    """
    What the contract does not know is dropped, so that nobody's name gets into the stream by mistake.
    """
    (found,) = checked(viewed(email="someone@example.org")).encoded

    assert b"example" not in found.value


@pytest.mark.parametrize("name", ACTIVITY_TYPES)
def test_every_type_of_the_contract_is_taken(name):
    """
    A record of each activity type is accepted with the fields that it must have.
    """
    required = {"event_id": "e1", "reason": "expired", "admitted": True}
    fields = {key: value for key, value in required.items() if key in TYPES[name].cls.__struct_fields__}

    assert [r.status for r in checked({"id": "1", "type": name, "session_id": "s1"} | fields).results] == ["accepted"]


@pytest.mark.parametrize(
    ("record", "field"),
    [
        (viewed(session_id=5), ".session_id"),
        (viewed(session_id=""), ".session_id"),
        ({"id": "1", "type": "event.viewed.v1", "event_id": "e1"}, ".session_id"),
        (viewed(region="\0"), ".region"),
        (viewed(region="\\u0000"), ".region"),
        (viewed(type="order.placed.v1"), ".type"),
        (viewed(type="event.viewed.v9"), ".type"),
        (viewed(type=None), ".type"),
        ({"id": "1", "session_id": "s1"}, ".type"),
        ({"type": "event.viewed.v1", "session_id": "s1"}, ".id"),
        (viewed(id=""), ".id"),
        (viewed(id="x" * 121), ".id"),
        (viewed(id="1~retry1"), ".id"),
        (viewed(id="a/b"), ".id"),
        (viewed(id=7), ".id"),
        (viewed(time="yesterday"), ".time"),
        (viewed(time="2030-06-01T12:00:00"), ".time"),
        (viewed(time="2030-06-01T12:05:01Z"), ".time"),
        (viewed(time="2030-05-31T11:59:59Z"), ".time"),
        (viewed(time="0001-01-01T00:00:00+23:59"), ".time"),
        (viewed(time="9999-12-31T23:59:59-23:59"), ".time"),
        (viewed(type="queue.left.v1", admitted=True, waited_s=-1), ".waited_s"),
        (5, ""),
        (None, ""),
        ([viewed()], ""),
    ],
)
def test_a_wrong_field_is_named(record, field):
    """
    The record is invalid and says which field is wrong; the ones around it go on.
    """
    batch = checked(viewed("a"), viewed("b"), viewed("c"), record, viewed("d"))

    assert [result.status for result in batch.results] == ["accepted"] * 3 + ["invalid", "accepted"]
    assert [name for name, _ in errors(batch)] == [f"records[3]{field}"]
    assert len(batch.encoded) == 4


def test_times_may_be_a_little_off():
    """
    A clock that is five minutes ahead is believed, and so is what was noted a day ago.
    """
    times = (NOW + timedelta(minutes=5), NOW - timedelta(hours=24))

    assert checked(*(viewed(str(n), time=at.isoformat()) for n, at in enumerate(times))).invalid == 0


def test_the_same_record_twice_in_a_batch_is_appended_once():
    """
    Both are accepted; other sessions may use the same ids.
    """
    batch = checked(viewed(), viewed(), viewed(session_id="s2"))

    assert [result.status for result in batch.results] == ["accepted"] * 3
    assert [found.id for found in decoded(batch)] == ["s1/1", "s2/1"]


@pytest.mark.parametrize("other", [{"event_id": "e2"}, {"time": "2030-06-01T11:00:00Z"}])
def test_an_id_is_given_to_one_record_only(other):
    """
    The second record under an id that says something else is invalid; the first stands.
    """
    batch = checked(viewed(), viewed(**other))

    assert errors(batch) == [("records[1].id", "is also that of records[0], which says something else")]
    assert len(batch.encoded) == 1


def test_an_id_that_cannot_be_read_is_null():
    """
    Results are told apart by index where there is no id.
    """
    batch = checked(viewed(id=7), viewed(id="x" * 121), {"x": 1}, 5)

    assert [result.id for result in batch.results] == [None, "x" * 121, None, None]


def test_the_position_reflects_every_accepted_record():
    """
    It is the next one to read after the last record in each partition.
    """
    batch = checked(viewed("1"), viewed("2"), viewed("3"), viewed(id=""))

    result = batch.result([Position("activity", 3, 8), Position("activity", 3, 7), Position("activity", 0, 0)])

    assert (result.accepted, result.invalid, result.position) == (3, 1, "activity:0=1,3=9")


def test_a_batch_without_any_valid_record_is_refused():
    """
    The problem names each field.
    """
    with pytest.raises(UnprocessableRequest) as refused:
        checked(viewed(session_id=""), viewed(time="x")).require_valid()

    assert [error.field for error in refused.value.errors] == ["records[0].session_id", "records[1].time"]


@pytest.mark.parametrize(
    ("body", "kind", "field"),
    [
        (b"", InvalidRequest, "body"),
        (b"{", InvalidRequest, "body"),
        (b'{"records": [{"id": "\xff"}, \xff]}', InvalidRequest, "body"),
        (b'{"records": ' + b"[" * 9_000, InvalidRequest, "body"),
        (b"[]", UnprocessableRequest, "body"),
        (b"{}", UnprocessableRequest, "records"),
        (b'{"records": null}', UnprocessableRequest, "records"),
        (b'{"records": []}', UnprocessableRequest, "records"),
        (b'{"records": [%s]}' % b",".join([b"{}"] * (MAX_RECORDS + 1)), UnprocessableRequest, "records"),
    ],
)
def test_what_is_no_batch_is_refused(body, kind, field):
    """
    Broken JSON, no list, an empty one, or more records than go together.
    """
    with pytest.raises(kind) as refused:
        decode_batch(body)

    assert type(refused.value) is kind
    assert [error.field for error in refused.value.errors] == [field]


def test_broken_text_in_one_record_leaves_the_others_alone():
    """
    Bytes that are no text make that record invalid.
    """
    bad = msgspec.json.encode(viewed("2")).replace(b"e1", b"\xff")
    body = b'{"records": [%s, %s]}' % (msgspec.json.encode(viewed()), bad)

    batch = asyncio.run(check_batch(decode_batch(body), NOW))

    assert [result.status for result in batch.results] == ["accepted", "invalid"]


def test_fields_of_a_batch_are_no_fields_of_records():
    """
    `id` and `time` stand beside the contract's own fields, and none is called like them.
    """
    assert all({"id", "time"}.isdisjoint(row.cls.__struct_fields__) for row in ACTIVITY_TYPES.values())


def test_the_document_shows_every_type_and_an_example_that_is_accepted():
    """
    The schema of the body lists the contract's types, and its example has nothing wrong.
    """
    shown = [
        record["properties"]["type"]["enum"] for record in batch_schema()["properties"]["records"]["items"]["oneOf"]
    ]

    assert sorted(shown) == sorted([name] for name in ACTIVITY_TYPES)
    assert checked(*EXAMPLE["records"]).invalid == 0


def test_others_have_their_turn_while_a_large_batch_is_checked():
    """
    Checking 500 records lets the loop go on in between.
    """
    turns = 0

    async def run():
        nonlocal turns
        records = decode_batch(msgspec.json.encode({"records": [viewed(str(n)) for n in range(MAX_RECORDS)]}))
        checking = asyncio.create_task(check_batch(records, NOW))
        while not checking.done():
            turns += 1
            await asyncio.sleep(0)

    asyncio.run(run())
    assert turns >= 20
