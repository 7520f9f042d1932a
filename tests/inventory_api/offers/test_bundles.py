"""
Packages that contain other events.
"""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from housed import offer, show
from places import ordered, released
from projected import follow

from inventory_api.bundles import Bundles
from inventory_api.events import Event
from inventory_api.live.event import LiveEvent
from inventory_stream.projection.reading import Changes
from inventory_stream.records.catalogue import EventCancelled
from inventory_stream.web import NotFound

PATH = "/v1/events/e1/offers"


@pytest.mark.parametrize(
    ("records", "free", "fulfillable"),
    [
        ([show("e2"), released("e2"), ordered(["F-1", "F-2"], hold="", event_id="e2")], 2, 2),
        ([show("e2"), released("e2", section="GA", quantity=100, price_level="A")], 100, 4),
        ([show("e2"), released("e2"), EventCancelled(event_id="e2")], 0, 0),
        ([show("e2", starts_at=datetime(2020, 1, 1, tzinfo=UTC)), released("e2")], 0, 0),
    ],
)
def test_a_package_of_events_needs_places_at_each(offers, records, free, fulfillable):
    """
    A word that is the id of an event counts its free places: no more packages than the least of them.
    """
    (found,) = offers(*records, offer(contains=("e2", "parking")))["offers"]

    assert [(row["event_id"], row["free"]) for row in found["events"]] == [("e2", free)]
    assert found["fulfillable"] == fulfillable


def test_a_package_follows_the_events_that_it_contains(service, projected):
    """
    A sale at the other event shows here, and so does another event that is scheduled only now; kept until then.
    """
    projected.append(show("e2"), released("e2"), offer(contains=("e2", "e3")))

    async def act(client, reach):
        found = [await client.get(PATH)]
        assert (await client.get(PATH)).json() == found[0].json()
        for record in (ordered(["F-1", "F-2", "F-3"], hold="", event_id="e2"), show("e3")):
            projected.append(record)
            await reach()
            found.append(await client.get(PATH))
        return [answer.json()["offers"][0]["fulfillable"] for answer in found]

    assert follow(service, projected, act) == [4, 1, 0]


def test_a_word_may_become_an_event(service, projected):
    """
    A package whose words were plain ones needs places at an event once one of them is scheduled.
    """
    projected.append(offer(contains=("e2", "parking")))

    async def act(client, reach):
        found = [await client.get(PATH) for _ in range(2)]
        projected.append(show("e2"))
        await reach()
        found.append(await client.get(PATH))
        return [answer.json()["offers"][0]["fulfillable"] for answer in found]

    assert follow(service, projected, act) == [4, 4, 0]
    assert service.service_state.metrics.prepared_answers == 1


def test_an_event_cannot_contain_itself(offers):
    """
    Its own id among the words is a word.
    """
    assert offers(offer(contains=("e1",)))["offers"][0]["events"] == []


def test_words_that_can_name_no_event_are_words(offers):
    """
    Too long, or empty.
    """
    words = ("x" * 300, "")
    found = offers(offer(contains=words))["offers"][0]

    assert (found["contains"], found["events"]) == (list(words), [])


class Shelf:
    """
    Events that are read one way and kept another, as when a record comes in between.
    """

    def __init__(self, *versions):
        self.versions = list(versions)
        self.follower = SimpleNamespace(trusted=True)
        self.asked = []
        self.on_read = lambda: None

    async def read(self, event_id):
        """The version as of now; only e1 is there."""
        self.asked.append(event_id)
        self.on_read()
        if event_id != "e1":
            raise NotFound
        return self.versions[0]

    def kept(self, event_id):
        """The newest version."""
        return self.versions[-1] if event_id == "e1" else None


def packaged(*words):
    """
    An event with a package.
    """
    return LiveEvent(Event("e1"), (), (offer(contains=words),), (), 0)


def test_a_package_that_comes_while_another_is_looked_up_is_looked_up_too():
    """
    An event is never answered without the events that its packages contain by then.
    """
    shelf = Shelf(packaged("parking"), packaged("parking", "lounge"))

    live, bundled = asyncio.run(Bundles(shelf).read("e1"))

    assert (live, bundled) == (shelf.versions[-1], {})
    assert shelf.asked == ["e1", "parking", "lounge"]


def test_a_word_is_not_remembered_when_something_changed_meanwhile():
    """
    It may be an event by now: it is looked up once more.
    """
    shelf = Shelf(packaged("parking"))
    bundles = Bundles(shelf)
    shelf.on_read = lambda: bundles.mark(Changes(version_changed=False, keys={"e7"}))
    asyncio.run(bundles.read("e1"))
    shelf.on_read = lambda: None

    assert not bundles.bundles_nothing(shelf.versions[0])
    asyncio.run(bundles.read("e1"))
    assert bundles.bundles_nothing(shelf.versions[0])


@pytest.mark.parametrize(("keys", "known"), [({"e7"}, True), ({"parking"}, False), (None, False)])
def test_a_word_is_looked_up_again_when_its_record_comes(keys, known):
    """
    Or when anything may have come.
    """
    shelf = Shelf(packaged("parking"))
    bundles = Bundles(shelf)
    asyncio.run(bundles.read("e1"))
    bundles.mark(Changes(version_changed=False, keys=keys))

    assert bundles.bundles_nothing(shelf.versions[0]) == known
