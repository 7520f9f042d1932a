"""
Pictures that are brought up are what reading them anew gives, and only what was written is read again.
"""

import asyncio
from random import Random

import psycopg
import pytest

from inventory_api.live.event import LiveEvent
from inventory_api.live.pictures import ask, read_pictures
from inventory_api.live.renewal import renew_pictures
from inventory_api.projection import InventoryProjection
from inventory_stream.projection.reading import ProjectionReader
from inventory_stream.records.catalogue import (
    EventCancelled,
    LevelPrice,
    OfferPublished,
    OfferWithdrawn,
    PricesSet,
    SeatsRepriced,
)
from tests.support.places import at, blocked, held, listed, ordered, refunded, released, scheduled, unlisted
from tests.support.projected import Projected

OFFER = OfferPublished(event_id="e1", offer_id="o1", name="Standard ticket")
CHANGES = {
    "a sale": [ordered(["F-1"], hold="")],
    "another level": [SeatsRepriced(**at(["F-1"]), price_level="B")],
    "more seats": [released(seats=("G-1",))],
    "a new section": [released(section="A")],
    "a new area": [released(section="Z", quantity=50, price_level="A")],
    "a price": [PricesSet(event_id="e1", currency="EUR", prices=(LevelPrice("A", 9000, 900),))],
    "the event": [EventCancelled(event_id="e1")],
    "an offer": [OFFER],
    "an offer that is gone": [OfferWithdrawn(event_id="e1", offer_id="o0")],
    "an offer in place of another": [OFFER, OfferWithdrawn(event_id="e1", offer_id="o0")],
    "a listing": [ordered(["F-1"], hold=""), listed(["F-1"])],
    "a listing that is gone": [unlisted(["F-4"], listing="l0")],
    "nothing": [],
    "another event": [ordered(["F-1"], hold="", event_id="e2")],
}


@pytest.fixture
def projected(database_url):
    """
    Two events; the first with an offer and a listing.
    """
    projected = Projected(database_url, InventoryProjection, "inventory")
    projected.append(scheduled(), released(), released(section="T"), scheduled("e2"), released("e2"))
    projected.append(OfferPublished(event_id="e1", offer_id="o0", name="Early ticket"))
    projected.append(ordered(["F-4"], hold=""), listed(["F-4"], listing="l0"))
    yield projected
    projected.close()


def reading(database_url, act):
    """
    Run `act(read)`: `read(former)` gives what `former` is brought up to, and what reading anew gives.
    """

    async def run():
        reader = ProjectionReader(database_url, "inventory")
        await reader.start()

        async def read(former):
            async with reader.query() as snapshot:
                return await renew_pictures(snapshot, former), await read_pictures(snapshot, sorted(former))

        try:
            async with reader.query() as snapshot:
                first = await read_pictures(snapshot, ["e1", "e2"])
            return await act(first, read)
        finally:
            await reader.stop()

    return asyncio.run(run())


def content(pictures: dict[str, LiveEvent]):
    """
    Everything that answers are made from.
    """
    return {
        event_id: (live.event, live.parts, live.offers, live.listings, live.position, live.seats)
        for event_id, live in pictures.items()
    }


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES)
def test_a_picture_is_brought_up(database_url, projected, changes):
    """
    Whatever changed is in the next picture.
    """

    async def act(first, read):
        if changes:
            projected.append(*changes)
        return await read(first)

    renewed, anew = reading(database_url, act)
    assert content(renewed) == content(anew)


def test_what_did_not_change_is_not_made_again(database_url, projected):
    """
    A sale in one section leaves the event and its other section as they are, the same objects.
    """

    async def act(first, read):
        projected.append(ordered(["F-1"], hold=""))
        renewed, _ = await read(first)
        return first["e1"], renewed["e1"]

    before, after = reading(database_url, act)
    assert after.event is before.event
    assert [one is other for one, other in zip(before.parts, after.parts, strict=True)] == [False, True]


def test_no_event_is_no_picture(database_url, projected):
    """
    There is nothing to bring up.
    """
    renewed, anew = reading(database_url, lambda _, read: read({}))

    assert renewed == anew == {}


@pytest.mark.parametrize("seed", range(3))
def test_many_changes_in_any_order(database_url, projected, seed):
    """
    Brought up again and again, from pictures of different ages, it stays what reading anew gives.
    """
    dice = Random(seed)

    async def act(first, read):
        pictures, differ = dict(first), []
        for number in range(30):
            projected.append(*made_up(dice, number))
            some = {event_id: pictures[event_id] for event_id in dice.sample(sorted(pictures), dice.randint(1, 2))}
            renewed, anew = await read(some)
            differ += [number] * (content(renewed) != content(anew))
            pictures |= renewed
        return differ

    assert reading(database_url, act) == []


def made_up(dice, number):
    """
    Return a record or two about seats of one of the events, sensible or not.
    """
    where = {"event_id": dice.choice(["e1", "e2"])}
    seats = dice.sample(["F-1", "F-2", "F-3", "F-4"], dice.randint(1, 3))
    make = dice.choice([held, ordered, refunded, blocked, lambda seats, **where: released(seats=tuple(seats), **where)])
    records = [make(seats, **where)]
    if dice.random() < 0.3:
        records.append(listed(seats, listing=f"l{number}", **where))
    if dice.random() < 0.3:
        records.append(unlisted(seats, listing=f"l{dice.randrange(number + 1)}", **where))
    return records


def test_a_transaction_that_ends_late_is_not_missed(database_url, projected):
    """
    What was written before a snapshot, but committed after it, is in the next picture.
    """
    with psycopg.connect(database_url) as late:
        late.execute("UPDATE inventory_v1.section_status SET free = 77 WHERE section_no = 1")

        async def act(first, read):
            projected.append(ordered(["F-1"], hold="", event_id="e2"))
            between, _ = await read(first)
            late.commit()
            renewed, anew = await read(between)
            return renewed["e1"].parts[0].counts[0], content(renewed) == content(anew)

        assert reading(database_url, act) == (77, True)


def test_a_connection_that_dies_is_replaced(database_url, projected):
    """
    When the database ends the connection amid a read, the read is done again with another one.
    """
    ended = []

    async def work(snapshot):
        if not ended:
            [[(pid,)]] = await ask(snapshot, ("SELECT pg_backend_pid()", []))
            with psycopg.connect(database_url, autocommit=True) as connection:
                ended.append(connection.execute("SELECT pg_terminate_backend(%s, 5000)", [pid]).fetchone()[0])
        return sorted(await read_pictures(snapshot, ["e1", "e2", "e3"]))

    async def run():
        reader = ProjectionReader(database_url, "inventory")
        await reader.start()
        try:
            return await reader.run(work)
        finally:
            await reader.stop()

    assert (asyncio.run(run()), ended) == (["e1", "e2"], [True])
