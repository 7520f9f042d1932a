"""
The catalogue follows a real projection: after any changes it is what reading everything anew gives.
"""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import msgspec
import pytest
from catalogued import event as described
from catalogued import found_ids
from seasons import event, mapped, prices, some_record

from inventory_api.app import create_app
from inventory_api.catalogue import keeper
from inventory_api.catalogue.keeper import Catalogue
from inventory_api.catalogue.rows import State
from inventory_api.projection import InventoryProjection
from inventory_api.settings import InventoryApiSettings
from inventory_stream.projection.reading import Changes
from inventory_stream.records.catalogue import EventScheduled
from inventory_stream.settings import StreamSettings
from inventory_stream.web import Unavailable
from tests.support.places import ordered, released
from tests.support.projected import Projected, follow


@pytest.fixture
def projected(database_url):
    """
    A projection with one event of four seats.
    """
    projected = Projected(database_url, InventoryProjection, "inventory")
    projected.append(event(), released(), prices(A=9000, B=4000))
    yield projected
    projected.close()


def states(service):
    """
    All that the service's catalogue knows, by event.
    """
    return {state.event.event_id: state for state in service.state.catalogue.table.states}


async def play(projected, reach, random, batches):
    """
    Append some batches of a season's records, and follow every other one; return the ids of its events.
    """
    known = ["e1"]
    for _ in range(batches):
        batch = [some_record(random, known) for _ in range(5)]
        for event_id in {record.event_id for record in batch if isinstance(record, EventScheduled)} - {*known}:
            known.append(event_id)
            batch += [released(event_id), prices(event_id, A=5000, B=1000)]
        projected.append(*batch)
        if random.random() < 0.5:
            await reach()
    await reach()
    return known


async def everything(client, event_ids):
    """
    What the service says about these events, and what some searches find.
    """
    asked = [f"/v1/availability?event_ids={','.join(event_ids)}"]
    for q in ("", "night", "rok"):
        asked += [
            f"/v1/events?q={q}&sort={sort}&limit=100&facets=city,venue,availability,month" for sort in ("price", "name")
        ]
    return [(await client.get(path)).json() for path in asked]


@pytest.mark.parametrize("at_once", [0, 400])
def test_following_leads_where_reading_anew_leads(service, projected, database_url, monkeypatch, at_once):
    """
    After three hundred records in small commits, whether changes are taken up in place or in a copy.
    """
    monkeypatch.setattr(keeper, "_AT_ONCE", at_once)

    async def act(client, reach):
        known = await play(projected, reach, Random(at_once), batches=60)
        return known, await everything(client, known)

    known, followed = follow(service, projected, act)
    fresh = create_app(InventoryApiSettings(access_log=False), StreamSettings(database_url=database_url))

    assert follow(fresh, projected, lambda client, reach: everything(client, known)) == followed
    assert states(fresh) == states(service)


def test_what_is_left_is_what_the_event_itself_says(service, projected):
    """
    Counts, status and prices of many events at once are those of each event's own availability.
    """
    area = released("e2", section="GA", quantity=9, price_level="C")
    projected.append(event("e2"), area, event("e99"), mapped(1, 2))

    async def act(client, reach):
        known = [*await play(projected, reach, Random(3), batches=30), "e2", "e99"]
        many = (await client.get("/v1/availability", params={"event_ids": ",".join(known)})).json()["events"]
        return many, [(await client.get(f"/v1/events/{event_id}/availability")).json() for event_id in known]

    many, each = follow(service, projected, act)
    shared = ("event_id", "status", "currency", "counts", "lowest_price", "highest_price")
    assert [[row[name] for name in shared] for row in many] == [[row[name] for name in shared] for row in each]


def test_many_changes_are_taken_up_together(service, projected):
    """
    More events than are changed in place, in one commit, are all there, and searched.
    """

    async def act(client, reach):
        await reach()
        projected.append(*(event(f"n{number:03}", name=f"Night {number}") for number in range(keeper._AT_ONCE + 50)))
        await reach()
        return (await client.get("/v1/events", params={"q": "night", "limit": 1})).json()["total"]

    assert follow(service, projected, act) == keeper._AT_ONCE + 50


def test_an_answer_that_is_kept_ends_when_the_event_changes(service, projected):
    """
    The same ids again give what is left then.
    """

    async def act(client, reach):
        free = []
        for seat in ("F-1", "F-2"):
            answer = await client.get("/v1/availability", params={"event_ids": "e1"})
            free.append(answer.json()["events"][0]["counts"]["free"])
            projected.append(ordered([seat], hold=""))
            await reach()
        return free

    assert follow(service, projected, act) == [4, 3]


def test_a_kept_answer_ends_when_time_changes_the_word(service, projected):
    """
    The clock alone makes an event past.
    """
    projected.append(event(on_sale_at=datetime(2080, 1, 1, tzinfo=UTC)))

    async def act(client, reach):
        times = [datetime(year, 1, 1, tzinfo=UTC) for year in (2079, 2081, 2091)]
        return [msgspec.json.decode(service.state.catalogue.left(["e1"], now))["events"][0]["status"] for now in times]

    assert follow(service, projected, act) == ["not_yet_on_sale", "on_sale", "past"]


def test_events_that_are_no_longer_there_are_forgotten(service, projected):
    """
    When anything may have changed, everything is read anew.
    """

    async def act(client, reach):
        catalogue = service.state.catalogue
        catalogue.table.put([State(described("gone", name="Gone"))])
        before = found_ids(catalogue.table, "gone")
        catalogue.mark(Changes(version_changed=True, keys=None))
        catalogue.begin()
        async with service.state.live_events.follower.reader.query() as snapshot:
            await catalogue.refresh(snapshot)
        return before, found_ids(catalogue.table, "gone"), list(states(service))

    assert follow(service, projected, act) == (["gone"], [], ["e1"])


def test_what_was_never_read_is_not_answered():
    """
    Neither empty nor wrong: not available yet.
    """
    with pytest.raises(Unavailable):
        Catalogue().left(["e1"], datetime.now(UTC))
