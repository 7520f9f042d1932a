"""
`/v1/availability?event_ids=`: what is left of up to a thousand events at once.
"""

from __future__ import annotations

import pytest
from catalogued import event as described
from seasons import event, prices

from inventory_api.catalogue.rows import State
from inventory_api.projection import InventoryProjection
from inventory_api.routes.many import MAX_EVENTS, MAX_ID
from inventory_api.schemas.events import ManyLeft
from tests.support.places import ordered, released
from tests.support.projected import Projected, ask, follow


@pytest.fixture
def projected(database_url):
    """
    Three events, one of them sold out.
    """
    projected = Projected(database_url, InventoryProjection, "inventory")
    for event_id in ("e1", "e2", "e3"):
        projected.append(event(event_id), released(event_id), prices(event_id, A=1000))
    projected.append(ordered(["F-1", "F-2", "F-3", "F-4"], hold="", event_id="e2"))
    yield projected
    projected.close()


def test_events_come_in_the_order_asked_for(service, projected):
    """
    Each once, however often it is named; ids that no event has are listed.
    """
    (answer,) = ask(service, projected.position, "/v1/availability?event_ids=e3,x,e1,e3,,e2,y,x")

    body = answer.json()
    assert [row["event_id"] for row in body["events"]] == ["e3", "e1", "e2"]
    assert body["unknown"] == ["x", "y"]


def test_each_says_what_is_left(service, projected):
    """
    Its word, places, and the price of those that are free.
    """
    (answer,) = ask(service, projected.position, "/v1/availability?event_ids=e1,e2")

    one, two = answer.json()["events"]
    price = {"price_level": "A", "face_cents": 1000, "fees_cents": 100, "total_cents": 1100}
    assert (one["status"], one["counts"]["free"], one["lowest_price"], one["currency"]) == ("on_sale", 4, price, "EUR")
    assert (two["status"], two["counts"]["sold"], two["lowest_price"]) == ("sold_out", 4, None)


def test_the_answer_has_the_form_that_openapi_shows(service, projected):
    """
    Field by field.
    """
    (answer,) = ask(service, projected.position, "/v1/availability?event_ids=e1,e2,x")

    assert ManyLeft.model_validate_json(answer.content).model_dump(mode="json") == answer.json()


def test_a_thousand_long_ids_may_be_asked_for(service, projected):
    """
    Longer ones than a UUID, and all that are unknown come back.
    """
    ids = [f"{number:060}" for number in range(MAX_EVENTS - 1)]

    (answer,) = ask(service, projected.position, f"/v1/availability?event_ids={','.join([*ids, 'e1', 'e1'])}")

    assert (answer.status_code, answer.json()["unknown"]) == (200, ids)


def test_a_change_shows_with_its_position(service, projected):
    """
    With `min_position`, an answer reflects a record that was only just appended; its entity tag is another.
    """

    async def act(client, reach):
        before = await client.get("/v1/availability?event_ids=e1")
        projected.append(ordered(["F-1"], hold=""))
        parameters = {"event_ids": "e1", "min_position": projected.position}
        return before, await client.get("/v1/availability", params=parameters)

    before, after = follow(service, projected, act)
    assert [answer.json()["events"][0]["counts"]["sold"] for answer in (before, after)] == [0, 1]
    assert before.headers["etag"] != after.headers["etag"]


def test_what_may_be_too_old_is_read_anew(service, projected):
    """
    While the feed of changes is lost, the database says what is left, not what was kept.
    """

    async def act(client, reach):
        path = "/v1/availability?event_ids=e2,x,e1"
        kept = (await client.get(path)).content
        catalogue, follower = service.state.catalogue, service.state.live_events.follower
        catalogue.table.put([State(described("e1")), State(described("x"))])
        catalogue._left.clear()
        wrong = (await client.get(path)).content
        follower.reader.trusted = False
        return kept, wrong, (await client.get(path)).content

    kept, wrong, read = follow(service, projected, act)
    assert read == kept != wrong


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?event_ids=",
        "?event_ids=,,",
        "?event_ids=e%00",
        f"?event_ids=e1,{'x' * (MAX_ID + 1)}",
        f"?event_ids={','.join(map(str, range(MAX_EVENTS + 1)))}",
    ],
    ids=["missing", "empty", "only commas", "nul", "too long", "too many"],
)
def test_bad_input_is_named(service, projected, query):
    """
    A list that cannot be answered is a 422 that names `event_ids`.
    """
    (answer,) = ask(service, projected.position, f"/v1/availability{query}")

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "event_ids")
