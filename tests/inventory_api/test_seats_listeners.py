"""
Those who listen to changes: how many may, how long, and what becomes of those who do not read.
"""

import asyncio
from contextlib import AsyncExitStack

import pytest

from inventory_api.seats.limits import ListenerLimits
from tests.support.listened import CHANGES, replica, two_events
from tests.support.listening import PATIENCE_S, Clock, Wire, connected
from tests.support.places import held
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


def test_too_many_are_refused(projected, database_url):
    """
    Above the limit, 503 with Retry-After; a place that is free again is given away.
    """
    service = replica(database_url, max_listeners=1)

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
    service = replica(database_url, listened_seats=5)

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


def ticking(database_url, clock, **limits):
    """
    A service whose listeners live by this clock, which somebody else winds.
    """
    service = replica(database_url)
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


def test_others_get_half_of_the_time(projected, database_url):
    """
    After telling all, the event rests as long as that took, and no shorter than the pause.
    """
    clock, rests = Clock(), []
    service, changes = ticking(database_url, clock)
    takes = iter([0.7, 0.0])

    async def rest(seconds):
        rests.append(seconds)

    async def act(client, reach):
        changes.channels._rest = rest
        async with connected(service, CHANGES) as wire:
            await wire.frame()
            (channel,) = changes.channels.all()
            (listener,) = channel.listeners
            channel.listeners = [Taking(listener, clock, takes)]
            for seat in ("F-1", "F-2"):
                projected.append(held([seat]))
                await wire.frame()
            channel.listeners = {listener}
        return rests

    assert follow(service, projected, act) == [pytest.approx(0.7), 0.0]


class Taking:
    """
    A listener that takes its time to wake.
    """

    def __init__(self, listener, clock, takes):
        self.listener, self.clock, self.takes = listener, clock, takes

    def wake(self):
        """
        Wake, some time later.
        """
        self.clock.now += next(self.takes)
        self.listener.wake()


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


def test_those_who_are_let_go_do_not_come_back_together(service, projected):
    """
    Each is told to wait another time before it connects again, from two to four seconds.
    """

    async def act(client, reach):
        found = []
        for _ in range(30):
            async with connected(service, CHANGES) as wire:
                found.append(int((await wire.block())["retry"]))
        return found

    waits = follow(service, projected, act)
    assert all(2000 <= wait <= 4000 for wait in waits)
    assert len(set(waits)) > 20


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
