"""
Changes of seats as they are streamed, from a real projection.
"""

import asyncio
import json

import psycopg
import pytest

from inventory_api.live.answers import IMMUTABLE
from tests.support.charted import mapped, straight
from tests.support.listened import CHANGES, replica, two_events
from tests.support.listening import connected
from tests.support.places import held, ordered, released, scheduled
from tests.support.projected import follow


@pytest.fixture
def projected(database_url):
    """
    Two events, listened to.
    """
    with two_events(database_url) as projected:
        yield projected


@pytest.fixture
def service(database_url):
    """
    The API over them.
    """
    return replica(database_url)


def test_a_listener_is_told_what_changes(service, projected):
    """
    First where it begins, then each change with its position, as runs of seats and counts of areas.
    """

    async def act(client, reach):
        async with connected(service, CHANGES) as wire:
            first = await wire.frame()
            projected.append(held(["F-1", "F-2", "F-4"]))
            second = await wire.frame()
            projected.append(ordered(["F-1"]), held(10, section="GA"))
            return wire, first, second, await wire.frame()

    wire, *frames = follow(service, projected, act)
    assert (wire.status, wire.headers["content-type"], wire.headers["cache-control"]) == (
        200,
        "text/event-stream",
        "no-store",
    )
    assert frames == [
        ("changes", 7, {"position": 7, "seats": [], "areas": []}),
        ("changes", 8, {"position": 8, "seats": [[0, 2, 1], [3, 1, 1]], "areas": []}),
        ("changes", 10, {"position": 10, "seats": [[0, 1, 2]], "areas": [[0, 40, 10, 0, 0, 0]]}),
    ]


def test_a_listener_goes_on_where_it_was(service, projected):
    """
    With a position, what changed since comes first; the browser's header counts before the address.
    """

    async def act(client, reach):
        async with connected(service, CHANGES) as wire:
            await wire.frame()
            for seat in ("F-1", "F-2", "F-3"):
                projected.append(held([seat]))
                await wire.frame()
        found = []
        for query, headers in (("?since=8", []), ("?since=8", [("Last-Event-ID", "9")]), ("?since=10", [])):
            async with connected(service, CHANGES + query, headers) as wire:
                found.append(await wire.frame())
        return found

    assert [(position, data["seats"]) for _, position, data in follow(service, projected, act)] == [
        (10, [[1, 2, 1]]),
        (10, [[2, 1, 1]]),
        (10, []),
    ]


def elsewhere(projected, database_url, since, records, chart=""):
    """
    What a replica says first that starts after the records, to one who listened to another.
    """
    for record in records:
        projected.append(record)
    service = replica(database_url)

    async def act(client, reach):
        async with connected(service, f"{CHANGES}?since={since}&chart={chart}") as wire:
            return (await wire.frame())[:2]

    return follow(service, projected, act)


def test_another_replica_goes_on_if_nothing_changed(projected, database_url):
    """
    Where only other events changed since, nothing has to be loaded again.
    """
    assert elsewhere(projected, database_url, 7, [held(["F-1"], event_id="e2")]) == ("changes", 8)


def test_another_replica_asks_to_load_again_if_something_changed(projected, database_url):
    """
    Where the event changed before this process looked at it, the listener has to load it.
    """
    assert elsewhere(projected, database_url, 7, [held(["F-1"]), held(["F-1"], event_id="e2")]) == ("reset", 9)


def test_a_position_that_is_forgotten_asks_to_load_again(projected, database_url):
    """
    The change feed does not reach back for ever.
    """
    projected.append(held(["F-1"], event_id="e2"))
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("DELETE FROM inventory_v1.projection_changes")

    assert elsewhere(projected, database_url, 7, []) == ("reset", 8)


def test_a_position_that_was_never_reached_asks_to_load_again(projected, database_url):
    """
    It is of another stream, however long one waits.
    """
    assert elsewhere(projected, database_url, 2**62, []) == ("reset", 7)


def test_another_chart_asks_to_load_again(projected, database_url):
    """
    Who names a chart that is not the current one has to load it.
    """
    assert elsewhere(projected, database_url, 7, [], chart="00000000") == ("reset", 7)


def test_a_position_of_another_replica_is_waited_for(service, projected):
    """
    One who has seen a later position elsewhere is answered when this replica has reached it.
    """

    async def act(client, reach):
        async with connected(service, CHANGES + "?since=8") as wire:
            projected.append(held(["F-1"]))
            return await wire.frame()

    assert follow(service, projected, act) == ("changes", 8, {"position": 8, "seats": [], "areas": []})


@pytest.mark.parametrize(
    "record",
    [
        released(seats=("G-1",), price_level="A"),
        released(section="GA", quantity=5, price_level="B"),
        mapped(rows=[straight("F", [0, 1, 2, 9])]),
    ],
    ids=["more seats", "more room", "drawn again"],
)
def test_a_new_chart_is_told(service, projected, record):
    """
    All are asked to load again, from addresses that are at least as new; changes follow on the same connection.
    """

    async def act(client, reach):
        async with connected(service, CHANGES) as wire:
            await wire.frame()
            projected.append(record)
            name, _, data = await wire.frame()
            chart, seats = await client.get(data["chart"]), await client.get(data["seats"])
            projected.append(held(["F-1"]))
            return name, data, chart, seats, await wire.frame()

    name, data, chart, seats, after = follow(service, projected, act)
    assert (name, chart.status_code, chart.headers["cache-control"]) == ("reset", 200, IMMUTABLE.decode())
    assert int.from_bytes(seats.content[4:12], "little") >= data["position"]
    assert seats.content[20:28].decode() == chart.json()["version"]
    assert (after[0], after[2]["seats"]) == ("changes", [[0, 1, 1]])


def test_other_events_are_not_told(service, projected):
    """
    A listener hears of its own event only.
    """

    async def act(client, reach):
        async with connected(service, CHANGES) as wire:
            await wire.frame()
            projected.append(held(["F-1"], event_id="e2"))
            await reach()
            projected.append(held(["F-2"]))
            return await wire.frame()

    assert follow(service, projected, act)[2]["seats"] == [[1, 1, 1]]


def test_nothing_is_said_while_a_change_may_be_missing(service, projected):
    """
    Without the change feed listeners are told nothing; when it is back, all that changed meanwhile.
    """

    async def act(client, reach):
        async with connected(service, CHANGES) as wire:
            await wire.frame()
            reader = service.state.live_events.follower.reader
            reader.trusted = False
            (channel,) = service.state.seat_changes.channels.all()
            channel.stirred.set()
            while channel.stirred.is_set():
                await asyncio.to_thread(int)  # let it look
            position = channel.position
            projected.append(held(["F-1"]))
            return position, await wire.frame()

    position, frame = follow(service, projected, act)
    assert (position, frame[2]["seats"]) == (7, [[0, 1, 1]])


def test_an_event_without_places_is_followed(service, projected):
    """
    Its first seats come as another chart.
    """

    async def act(client, reach):
        projected.append(scheduled("e3"))
        await reach()
        async with connected(service, "/v1/events/e3/seats/changes?since=0") as wire:
            first = await wire.frame()
            projected.append(released("e3"))
            return first[0], (await wire.frame())[0]

    assert follow(service, projected, act) == ("changes", "reset")


@pytest.mark.parametrize(
    ("target", "headers", "status", "field"),
    [
        ("/v1/events/e9/seats/changes", {}, 404, None),
        (f"{CHANGES}?since=x", {}, 422, "since"),
        (f"{CHANGES}?since=-1", {}, 422, "since"),
        (f"{CHANGES}?since={2**63}", {}, 422, "since"),
        (f"{CHANGES}?chart={'x' * 41}", {}, 422, "chart"),
        (CHANGES, {"Last-Event-ID": "7 "}, 422, "Last-Event-ID"),
        (CHANGES, {"Last-Event-ID": "-7"}, 422, "Last-Event-ID"),
        (CHANGES, {"Last-Event-ID": "9" * 19}, 422, "Last-Event-ID"),
    ],
)
def test_bad_input(service, projected, target, headers, status, field):
    """
    Unknown events are not found; what is no position is named.
    """

    async def act(client, reach):
        async with connected(service, target, headers.items()) as wire:
            return wire, json.loads(await wire.body())

    wire, problem = follow(service, projected, act)
    assert (wire.status, wire.headers["content-type"]) == (status, "application/problem+json")
    assert [error["field"] for error in problem.get("errors", [])] == ([field] if field else [])
