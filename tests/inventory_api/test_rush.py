"""
Events in a rush: read less often than they change, read for the first time while they change, brought up too late.
"""

import asyncio

import pytest

from inventory_api.live.events import LiveEvents
from inventory_api.live.follower import Follower
from inventory_api.projection import InventoryProjection
from inventory_stream.projection.reading import Changes, ProjectionReader
from inventory_stream.web import parse_positions
from tests.support.places import held, listed, ordered, released, scheduled
from tests.support.projected import Projected

PATIENCE_S = 20.0
IDLE_S = 10.0


@pytest.fixture
def projected(database_url):
    """
    An event of four seats.
    """
    projected = Projected(database_url, InventoryProjection, "inventory")
    projected.append(scheduled(), released())
    yield projected
    projected.close()


class Slow(Follower):
    """
    A follower whose first reads of events come back when the gate is open.
    """

    def __init__(self, keepers, clock):
        super().__init__(keepers, max_stale_s=1.0, clock=clock)
        self.found = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    async def run(self, work):
        """Read at once, and give it later."""
        found = await super().run(work)
        self.found.set()
        await self.gate.wait()
        return found


def rushing(database_url, projected, act, max_seats=1_000):
    """
    Run `act(events, follower, change, clock)`: `change(*records)` waits until they are followed, clock[0] is the time.
    """
    clock = [100.0]

    async def run():
        events = LiveEvents(max_seats, IDLE_S, lambda: clock[0])
        follower = Slow([events], lambda: clock[0])
        follower.follow(ProjectionReader(database_url, "inventory", follower.mark))
        events.follow(follower)

        async def change(*records):
            if records:
                projected.append(*records)
            await follower.wait_for(parse_positions(projected.position), PATIENCE_S)

        await follower.start()
        try:
            await change()
            return await act(events, follower, change, clock)
        finally:
            await follower.stop()

    return asyncio.run(run())


def free(live):
    """
    How many places are free; None for no event.
    """
    return live and live.totals()[0]


def test_an_event_that_was_read_is_brought_up_for_a_while(database_url, projected):
    """
    Changes come faster than readers: it stays, and goes only when nobody read it for long.
    """

    async def act(events, _, change, clock):
        await events.read("e1")
        found = []
        for number, later in enumerate((1, 1, 1, IDLE_S + 1)):
            clock[0] += later
            await change(held([f"F-{number + 1}"]))
            found.append(events._slots.get("e1") and free(events._slots["e1"].live))
        return found

    assert rushing(database_url, projected, act) == [3, 2, 1, None]


def test_an_event_that_changes_while_it_is_read_is_kept_when_brought_up(database_url, projected):
    """
    Its first reader gets it as it was; it is given to others after the next change, as it is then.
    """

    async def act(events, follower, change, _):
        follower.gate.clear()
        reader = asyncio.create_task(events.read("e1"))
        await follower.found.wait()
        await change(held(["F-1"]))
        follower.gate.set()
        first = await reader
        meanwhile = events.kept("e1")
        await change(held(["F-2"]))
        return free(first), meanwhile, free(events.kept("e1"))

    assert rushing(database_url, projected, act) == (4, None, 2)


def test_what_was_just_read_is_given_while_others_are_late(database_url, projected):
    """
    When bringing up takes too long each event is read anew, once a moment and not for each reader.
    """

    async def act(events, follower, _, clock):
        old = await events.read("e1")
        follower._dirty_since = clock[0]
        clock[0] += 1.0
        late = events.kept("e1")
        anew = await events.read("e1")
        again = await events.read("e1")
        clock[0] += 1.0
        return late, anew is old, again is anew, events.kept("e1")

    assert rushing(database_url, projected, act) == (None, False, True, None)


def test_after_a_loss_all_is_read_anew(database_url, projected):
    """
    When anything may have changed, what was kept says nothing about what is as it was.
    """

    async def act(events, follower, change, _):
        before = await events.read("e1")
        follower.mark(Changes(version_changed=False, keys=None))
        await change(held(["F-1"]))
        after = events.kept("e1")
        return free(after), after.event is before.event

    assert rushing(database_url, projected, act) == (3, False)


def test_rests_are_no_longer_than_the_work(database_url, projected):
    """
    After a change that was taken up at once there is no rest, however long it may be.
    """

    async def act(events, follower, change, _):
        follower._pause_s = 2 * PATIENCE_S
        await events.read("e1")
        for number in range(3):
            await change(held([f"F-{number + 1}"]))
        return free(events.kept("e1"))

    assert rushing(database_url, projected, act) == 1


@pytest.mark.parametrize(("listings", "kept"), [(0, 2), (1, 1)])
def test_listings_take_room(database_url, projected, listings, kept):
    """
    With room for two events of four seats, there is room for one when each has a listing.
    """
    projected.append(scheduled("e2"), released("e2"))
    for event_id in ("e1", "e2")[: 2 * listings]:
        where = {"event_id": event_id}
        projected.append(ordered(["F-1"], hold="", **where), listed(["F-1"], **where))

    async def act(events, *_):
        for event_id in ("e1", "e2"):
            await events.read(event_id)
        return len(events._slots)

    assert rushing(database_url, projected, act, max_seats=2 * (200 + 4) + 9) == kept
