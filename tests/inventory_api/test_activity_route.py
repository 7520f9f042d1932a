"""
Activity is posted to the inventory API.
"""

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from inventory_api.activity import MAX_BODY_BYTES
from inventory_api.app import create_app
from inventory_api.settings import InventoryApiSettings
from inventory_stream.settings import StreamSettings
from inventory_stream.testing import MemoryLog
from inventory_stream.web import parse_positions
from tests.inventory_api.test_activity import viewed
from tests.support.projected import started

PATH = "/v1/activity"
NOWHERE = StreamSettings(database_url="postgresql://postgres@127.0.0.1:1/none")  # activity needs no database
TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def log():
    """
    Where activity goes.
    """
    return MemoryLog()


def post(log, *contents, **headers):
    """
    Return the answers to these bodies, given as records or as bytes.
    """
    service = create_app(InventoryApiSettings(access_log=False), NOWHERE, log)
    bodies = [c if isinstance(c, bytes) else msgspec.json.encode({"records": c}) for c in contents]

    async def run():
        async with started(service) as client:
            return [await client.post(PATH, content=content, headers=headers) for content in bodies]

    return asyncio.run(run())


def appended(log):
    """
    Everything in the topic.
    """
    return log.read(log.start_positions(["activity"])).poll(1_000, 0)


def test_a_batch_is_accepted(log):
    """
    200, a row a record, and the position after it; the records lie in the stream under their keys.
    """
    (answer,) = post(log, [viewed("1"), viewed("2", customer_id="c1")], **{"content-type": "application/json"})

    assert answer.status_code == 200
    body = answer.json()
    assert body["records"][1] == {"index": 1, "id": "2", "status": "accepted", "errors": []}
    ends = {place: end for place, end in log.end_positions(["activity"]).items() if end}
    assert (body["accepted"], body["invalid"], parse_positions(body["position"])) == (2, 0, ends)
    assert sorted(found.key for found in appended(log)) == ["c1", "s1"]


@pytest.mark.parametrize("kind", ["text/plain;charset=UTF-8", "Application/JSON", None])
def test_a_browser_s_beacon_is_understood(log, kind):
    """
    `sendBeacon` says that text is text, or nothing about a blob.
    """
    (answer,) = post(log, [viewed()], **({"content-type": kind} if kind else {}))

    assert answer.status_code == 200


def test_a_mixed_batch_says_which_records_are_in(log):
    """
    207: the valid ones are appended, the others are named with their fields.
    """
    (answer,) = post(log, [viewed("1"), viewed("2", session_id=7), viewed("3")])

    assert answer.status_code == 207
    wrong = answer.json()["records"][1]
    assert (wrong["status"], wrong["errors"][0]["field"]) == ("invalid", "records[1].session_id")
    assert [found.id for found in appended(log)] == ["s1/1", "s1/3"]


@pytest.mark.parametrize(
    ("content", "headers", "status", "kind"),
    [
        ([viewed("1", event_id=None)], {}, 422, "invalid-request"),
        ([], {}, 422, "invalid-request"),
        (b"records", {}, 400, "invalid-request"),
        ([viewed()], {"content-type": "application/xml"}, 415, "unsupported-media-type"),
        ([viewed(str(n)) for n in range(501)], {}, 422, "invalid-request"),
    ],
)
def test_what_cannot_be_taken_is_refused(log, content, headers, status, kind):
    """
    A problem that names the field, and nothing in the stream.
    """
    (answer,) = post(log, content, **headers)

    assert answer.status_code == status
    problem = answer.json()
    assert problem["type"].endswith(kind)
    assert problem["errors"]
    assert appended(log) == []


def test_a_body_that_is_too_large_is_not_read_to_its_end(log):
    """
    413 after a megabyte, however much would follow.
    """
    parts = []

    async def endless():
        while True:
            parts.append(1)
            yield b" " * 100_000

    service = create_app(InventoryApiSettings(access_log=False), NOWHERE, log)

    async def run():
        async with started(service) as client:
            return await client.post(PATH, content=endless())

    answer = asyncio.run(run())
    assert (answer.status_code, len(parts)) == (413, MAX_BODY_BYTES // 100_000 + 1)


def test_the_callers_trace_goes_into_the_stream(log):
    """
    With a `traceparent` it is the caller's trace, under the request's own span; without one a trace begins.
    """
    parent = f"00-{TRACE}-b7ad6b7169203331-01"
    post(log, [viewed("1")], traceparent=parent)
    post(log, [viewed("2")], traceparent="nonsense")

    first, second = (dict(found.headers)["traceparent"].decode() for found in appended(log))
    assert (first[:36], first[52:]) == (parent[:36], parent[52:])
    assert first != parent
    assert (second[:3], second[-3:], len(second)) == ("00-", "-00", len(parent))


def test_a_record_of_a_moment_ago_is_taken_and_one_of_last_week_is_not(log):
    """
    Times are compared with the clock of the service.
    """
    now = datetime.now(UTC)
    times = [now - timedelta(minutes=1), now - timedelta(days=7), now + timedelta(hours=1)]
    (answer,) = post(log, [viewed(str(n), time=at.isoformat()) for n, at in enumerate(times)])

    assert [row["status"] for row in answer.json()["records"]] == ["accepted", "invalid", "invalid"]


def test_a_caller_that_leaves_in_the_middle_leaves_nothing(log):
    """
    Half a batch is no batch: nothing is appended, and nothing fails.
    """
    incoming = [{"type": "http.request", "body": b'{"records":[', "more_body": True}, {"type": "http.disconnect"}]
    scope = {"type": "http", "method": "POST", "path": PATH, "query_string": b"", "headers": [], "http_version": "1.1"}
    sent = []

    async def receive():
        return incoming.pop(0)

    async def send(message):
        sent.append(message)

    service = create_app(InventoryApiSettings(access_log=False), NOWHERE, log)

    async def run():
        async with started(service):
            await service(scope | {"scheme": "http", "server": ("service", 80)}, receive, send)

    asyncio.run(run())
    assert sent[0]["status"] == 400
    assert appended(log) == []
