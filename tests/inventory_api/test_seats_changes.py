"""
Changes of seats as they are streamed, from a real projection.
"""

import asyncio
import json
from contextlib import AsyncExitStack

import psycopg
import pytest

from inventory_api.app import create_app
from inventory_api.live.answers import IMMUTABLE
from inventory_api.projection import InventoryProjection
from inventory_api.seats.limits import ListenerLimits
from inventory_api.settings import InventoryApiSettings
from inventory_stream.settings import StreamSettings
from inventory_stream.testing import MemoryLog
from tests.support.charted import mapped, straight
from tests.support.listening import PATIENCE_S, Clock, Wire, connected
from tests.support.places import held, ordered, released, scheduled
from tests.support.projected import Projected, follow

CHANGES = "/v1/events/e1/seats/changes"
DRAWN = mapped(rows=[straight("F", [0, 1, 2, 3])])


@pytest.fixture
def projected(database_url):
    """
    Two events of four seats and an area each, on a chart.
    """
    projected = Projected(database_url, InventoryProjection, "inventory")
    projected.append(DRAWN)
    for event_id in ("e1", "e2"):
        area = released(event_id, "GA", quantity=50, price_level="B")
        projected.append(scheduled(event_id, chart_id="c", chart_version=1), released(event_id), area)
    yield projected
    projected.close()


def made(database_url, **settings):
    """
    A replica that rests as little as it can between frames.
    """
    settings = InventoryApiSettings(access_log=False, **{"changes_pause_s": 0.0} | settings)
    return create_app(settings, StreamSettings(database_url=database_url), MemoryLog({}))


@pytest.fixture
def service(database_url):
    """
    The API over it.
    """
    return made(database_url)


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
    service = made(database_url)

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


def test_all_that_listen_are_told(service, projected):
    """
    A hundred listeners of two events get the frames of theirs; the gauge counts them, and not when they left.
    """

    async def act(client, reach):
        async with AsyncExitStack() as stack:
            wires = [
                await stack.enter_async_context(connected(service, f"/v1/events/e{1 + number % 2}/seats/changes"))
                for number in range(100)
            ]
            first = [await wire.frame() for wire in wires]
            projected.append(held(["F-1"]), held(["F-2"], event_id="e2"))
            second = [await wire.frame() for wire in wires]
            counted = (await client.get("/metrics")).text
        return first, second, counted, (await client.get("/metrics")).text

    _, second, counted, left = follow(service, projected, act)
    assert [data["seats"] for _, _, data in second] == [[[0, 1, 1]], [[1, 1, 1]]] * 50
    assert "\nseatstream_listeners{" in counted
    assert (gauge(counted), gauge(left)) == (100, 0)


def gauge(exposition):
    """
    How many listen, as the metrics say.
    """
    return float(next(line for line in exposition.splitlines() if line.startswith("seatstream_listeners{")).split()[-1])


def test_head_ends(service, projected):
    """
    HEAD says what GET would be, and is over.
    """

    async def act(client, reach):
        return await client.head(CHANGES)

    answer = follow(service, projected, act)
    assert (answer.status_code, answer.headers["content-type"], answer.content) == (200, "text/event-stream", b"")


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


def test_too_many_are_refused(projected, database_url):
    """
    Above the limit, 503 with Retry-After; a place that is free again is given away.
    """
    service = made(database_url, max_listeners=1)

    async def act(client, reach):
        async with connected(service, CHANGES) as wire:
            await wire.frame()
            refused = await client.get(CHANGES)
        async with connected(service, CHANGES) as wire:
            return refused, await wire.frame()

    refused, frame = follow(service, projected, act)
    assert (refused.status_code, refused.headers["retry-after"], frame[0]) == (503, "1", "changes")


def test_seats_that_are_listened_to_are_bounded(projected, database_url):
    """
    Where another event finds no room it is refused, and let in once nobody listens to the first.
    """
    service = made(database_url, listened_seats=5)

    async def act(client, reach):
        async with connected(service, CHANGES) as wire:
            await wire.frame()
            refused = await client.get("/v1/events/e2/seats/changes")
        async with connected(service, "/v1/events/e2/seats/changes") as wire:
            return refused.status_code, await wire.frame()

    assert follow(service, projected, act)[0] == 503


def test_all_are_let_go_when_the_service_leaves(service, projected):
    """
    Connections end by themselves, complete, once no new ones are taken.
    """

    async def act(client, reach):
        async with connected(service, CHANGES) as wire:
            await wire.frame()
            service.service_state.draining = True
            projected.append(held(["F-1"]))
            still = await wire.frame()
            for leave in service.service_state.on_leave:
                leave()
            return still, await wire.frame(), wire.task.done() and wire.task.exception()

    still, end, error = follow(service, projected, act)
    assert (still[0], end, error) == ("changes", None, None)


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


def ticking(database_url, clock, **limits):
    """
    A service whose listeners live by this clock, which somebody else winds.
    """
    service = made(database_url)
    changes = service.state.seat_changes
    changes._clock = changes.channels._clock = clock
    changes._limits = changes.channels._limits = ListenerLimits(pause_s=0.0, **limits)
    changes._pulsed = changes._looked = clock()
    return service, changes


def test_a_listener_that_does_not_read_is_dropped(projected, database_url):
    """
    One frame may wait so long; then the connection is cut, is counted, and the others are told as before.
    """
    clock = Clock()
    service, changes = ticking(database_url, clock, slow_s=10.0)

    async def act(client, reach):
        async with connected(service, CHANGES) as wire, connected(service, CHANGES) as slow:
            await wire.frame()
            await slow.frame()
            slow.reading.clear()
            told = []
            for seat in ("F-1", "F-2", "F-3"):
                projected.append(held([seat]))
                told.append((await wire.frame())[1])
                changes.tick()
                clock.now += 6
            await asyncio.wait([slow.task], timeout=PATIENCE_S)
            return told, slow.task.done(), wire.task.done(), (await client.get("/metrics")).text

    told, dropped, others, metrics = follow(service, projected, act)
    assert (told, dropped, others) == ([8, 9, 10], True, False)
    assert "seatstream_listeners_dropped_total{" in metrics


def test_silence_is_filled(projected, database_url):
    """
    After the longest silence there is a comment.
    """
    clock = Clock()
    service, changes = ticking(database_url, clock, keep_alive_s=15.0)

    async def act(client, reach):
        async with connected(service, CHANGES) as wire:
            await wire.part()
            for _ in range(3):
                clock.now += 14
                changes.tick()
            return await wire.part()

    assert follow(service, projected, act) == b": keep-alive\n\n"


def test_a_channel_outlives_its_last_listener_a_while(projected, database_url):
    """
    Who comes back soon goes on without a query; later, the event is not followed any more.
    """
    clock = Clock()
    service, changes = ticking(database_url, clock, linger_s=30.0)

    async def act(client, reach):
        async with connected(service, CHANGES) as wire:
            await wire.frame()
        clock.now += 29
        changes.tick()
        before = len(changes.channels.all())
        clock.now += 2
        changes.tick()
        return before, len(changes.channels.all())

    assert follow(service, projected, act) == (1, 0)


def test_many_that_come_at_once_open_one_channel(service, projected):
    """
    The rush of the first moment shares one query.
    """

    async def act(client, reach):
        async with AsyncExitStack() as stack:
            wires = [Wire(service, CHANGES) for _ in range(50)]
            for wire in wires:
                stack.push_async_callback(wire.leave)
            return {(await wire.frame())[1] for wire in wires}, len(service.state.seat_changes.channels._pumps)

    assert follow(service, projected, act) == ({7}, 1)


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
