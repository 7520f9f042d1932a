"""
Pictures of events over a real projection: kept while they are read, brought up after a change.
"""

import asyncio

import pytest

from inventory_api.live.events import LiveEvents
from inventory_api.live.follower import Follower
from inventory_api.projection import InventoryProjection
from inventory_stream.projection.reading import ProjectionReader
from inventory_stream.records.catalogue import OfferPublished
from inventory_stream.web import NotFound, parse_positions
from tests.support.places import held, listed, ordered, released, scheduled
from tests.support.projected import Projected

PATIENCE_S = 20.0
EVENTS = ("e1", "e2", "e3")
ROOM_FOR_TWO = 2 * (200 + 4)


@pytest.fixture
def projected(database_url):
    """
    Three events of four seats.
    """
    projected = Projected(database_url, InventoryProjection, "inventory")
    projected.append(*(scheduled(event_id) for event_id in EVENTS), *(released(event_id) for event_id in EVENTS))
    yield projected
    projected.close()


class Reading(Follower):
    """
    A follower whose refreshes wait until the gate is open.
    """

    def __init__(self, keepers):
        super().__init__(keepers, max_stale_s=PATIENCE_S)
        self.gate = asyncio.Event()
        self.gate.set()
        self.began = asyncio.Event()

    async def _refresh(self):
        self.began.set()
        await self.gate.wait()
        await super()._refresh()


def following(database_url, projected, act, max_seats=1_000_000):
    """
    Run `act(events, follower, reach)` while events are followed; `reach` waits for the projection's position.
    """

    async def run():
        events = LiveEvents(max_seats)
        follower = Reading([events])
        follower.follow(ProjectionReader(database_url, "inventory", follower.mark))
        events.follow(follower)

        async def reach():
            await follower.wait_for(parse_positions(projected.position), PATIENCE_S)

        await follower.start()
        try:
            await reach()
            return await act(events, follower, reach)
        finally:
            await follower.stop()

    return asyncio.run(run())


def test_an_event_is_read_with_all_that_belongs_to_it(database_url, projected):
    """
    Description, parts with their statuses, offers, listings, and the position of the event's partition.
    """
    offer = OfferPublished(event_id="e1", offer_id="o1", name="Standard ticket")
    projected.append(held(["F-2"]), offer, ordered(["F-4"], hold=""), listed(["F-4"]))

    async def act(events, follower, reach):
        return await events.read("e1")

    live = following(database_url, projected, act)
    (part,) = live.parts
    assert (live.event.name, live.offers, live.position) == ("Show", (offer,), 10)
    assert (part.name, part.kind, part.levels, part.statuses) == ("S", "section", ("A",), b"\0\1\0\4")
    assert (live.seats, live.totals()) == (4, (2, 1, 0, 0, 1))
    assert [(each.section, each.places) for each in live.listings] == [("S", (3,))]


def test_an_event_that_is_read_stays(database_url, projected):
    """
    The same picture is given until a record changes the event; then a new one is made without being asked for.
    """

    async def act(events, follower, reach):
        first = await events.read("e1")
        same = await events.read("e1")
        projected.append(held(["F-1"]))
        await reach()
        return first, same, events.kept("e1")

    first, same, after = following(database_url, projected, act)
    assert first is same
    assert (first.totals()[0], after.totals()[0]) == (4, 3)


def test_an_old_picture_is_given_at_its_own_position(database_url, projected):
    """
    While a change is being taken up, the event can be read as it was, and the position says so.
    """

    async def act(events, follower, reach):
        before = await events.read("e1"), follower.positions
        follower.gate.clear()
        follower.began.clear()
        projected.append(held(["F-1"]))
        await follower.began.wait()
        during = events.kept("e1"), follower.positions
        follower.gate.set()
        return before, during

    before, during = following(database_url, projected, act)
    assert before == during


def test_an_event_that_nobody_reads_is_let_go(database_url, projected):
    """
    A second change finds an event that was not read since the first, and costs no query.
    """

    async def act(events, follower, reach):
        await events.read("e1")
        projected.append(held(["F-1"]))
        await reach()
        projected.append(held(["F-2"]))
        await reach()
        return events.kept("e1")

    assert following(database_url, projected, act) is None


def test_a_watched_event_is_always_brought_up(database_url, projected):
    """
    Listeners hear the picture before and after each change, of watched events alone.
    """
    heard = []

    async def act(events, follower, reach):
        events.listen(lambda before, live: heard.append((before.totals()[0], live.totals()[0])))
        await events.read("e1")
        await events.read("e2")
        with events.watch("e1"):
            for seat in ("F-1", "F-2"):
                projected.append(held([seat]), held([seat], event_id="e2"))
                await reach()
        projected.append(held(["F-3"]))
        await reach()

    following(database_url, projected, act)
    assert heard == [(4, 3), (3, 2)]


def test_what_is_kept_is_bounded(database_url, projected):
    """
    With room for two events, of three that are read the one that was not read again goes.
    """

    async def act(events, follower, reach):
        await events.read("e1")
        await events.read("e2")
        await events.read("e3")
        return [event_id for event_id in EVENTS if events.kept(event_id)]

    assert following(database_url, projected, act, ROOM_FOR_TWO) == ["e2", "e3"]


def test_an_event_larger_than_all_room_can_be_read(database_url, projected):
    """
    The bound never stands in the way of an answer.
    """

    async def act(events, follower, reach):
        return [(await events.read(event_id)).event.event_id for event_id in EVENTS]

    assert following(database_url, projected, act, 1) == list(EVENTS)


def test_many_that_ask_at_once_share_one_picture(database_url, projected):
    """
    A hundred readers of an event that is not kept cost one query.
    """

    async def act(events, follower, reach):
        return await asyncio.gather(*(events.read("e1") for _ in range(100)))

    assert len({id(live) for live in following(database_url, projected, act)}) == 1


def test_unknown_events_are_not_found(database_url, projected):
    """
    Asked for twice: a failure is not kept either.
    """

    async def act(events, follower, reach):
        for _ in range(2):
            with pytest.raises(NotFound, match="there is no event e9"):
                await events.read("e9")
        projected.append(scheduled("e9"))
        await reach()
        return (await events.read("e9")).position

    assert following(database_url, projected, act) == 0


def test_reads_amid_changes_reflect_what_is_claimed(database_url, projected):
    """
    Whatever a reader gets while records are applied is at least as new as the position claimed just before.
    """

    async def act(events, follower, reach):
        wrong = []

        async def read_on(event_id):
            while not done.is_set():
                claimed = sum(follower.positions.values())
                live = await events.read(event_id)
                sold = live.totals()[2]
                if sold < len([at for at in sales[event_id] if at < claimed]):
                    wrong.append((event_id, claimed, sold))
                await asyncio.sleep(0)

        done = asyncio.Event()
        sales = {event_id: [] for event_id in EVENTS}
        readers = [asyncio.create_task(read_on(event_id)) for event_id in EVENTS]
        for seat in range(1, 5):
            for event_id in EVENTS:
                sales[event_id].append(sum(parse_positions(projected.position).values()))
                await asyncio.to_thread(projected.append, ordered([f"F-{seat}"], hold="", event_id=event_id))
        await reach()
        done.set()
        await asyncio.gather(*readers)
        return wrong, [(await events.read(event_id)).totals()[2] for event_id in EVENTS]

    assert following(database_url, projected, act) == ([], [4, 4, 4])
