"""
`/v1/events` over a real projection: what may be asked, and what the answer looks like.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from seasons import event, mapped, offered, prices

from inventory_api.projection import InventoryProjection
from inventory_api.schemas.events import EventPage, EventSummary
from inventory_stream.records.catalogue import EventCancelled, EventOnSaleChanged, EventRescheduled
from tests.support.places import ordered, released
from tests.support.projected import Projected, ask, follow

LATER = datetime(2091, 1, 1, tzinfo=UTC)
OTHER = {"venue_id": "v2", "venue_name": "Square", "city": "Zürich", "region": "Rhin", "country": "CH"}
OTHER |= {"category": "Concerts", "genre": "Rock", "attraction": "The Lanterns", "tour": "Paper Maps"}
EVERY_SEAT = ["F-1", "F-2", "F-3", "F-4"]


@pytest.fixture
def projected(database_url):
    """
    Seven events, each unlike the others.
    """
    projected = Projected(database_url, InventoryProjection, "inventory")
    for event_id in ("e1", "e2", "e3", "e4", "e5", "e6"):
        projected.append(event(event_id, **(OTHER if event_id == "e2" else {})), released(event_id))
    projected.append(prices("e1", A=1000), prices("e2", A=5000), prices("e6", A=100), mapped(2))
    projected.append(ordered(EVERY_SEAT, hold="", event_id="e3"))
    projected.append(EventCancelled(event_id="e4"), EventRescheduled(event_id="e5", starts_at=LATER))
    projected.append(ordered(EVERY_SEAT, hold="", event_id="e6"), offered(["F-1"], 7000, event_id="e6"))
    projected.append(event("e7"), EventOnSaleChanged(event_id="e7", on_sale=False))
    projected.append(event("e0", name="Long ago", starts_at=datetime(2020, 2, 3, tzinfo=UTC)))
    yield projected
    projected.close()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "e1 e2 e3 e4 e6 e7 e5"),
        ("?venue=v2", "e2"),
        ("?venue=V2", ""),
        ("?city=zurich", "e2"),
        ("?city=lyon&city=Z%C3%BCrich&city=", "e1 e2 e3 e4 e6 e7 e5"),
        ("?region=rhin&country=ch&category=concerts&genre=rock&attraction=the lanterns", "e2"),
        ("?q=lantern", "e2"),
        ("?q=papr maps", "e2"),
        ("?q=lyon lantern", ""),
        ("?from=2020-01-01&to=2020-12-31", "e0"),
        ("?to=2020-02-02", ""),
        ("?from=2091-01-01", "e5"),
        ("?to=9999-12-31&q=long", "e0"),
        ("?min_price_cents=1101", "e2"),
        ("?max_price_cents=1100", "e1"),
        ("?min_price_cents=1100&max_price_cents=5500", "e1 e2"),
        ("?availability=sold_out", "e3"),
        ("?availability=past&availability=cancelled", "e0 e4"),
        ("?availability=moved", "e5"),
        ("?availability=paused", "e7"),
        ("?available=true", "e1 e2 e6 e5"),
        ("?accessible=true", "e1 e4 e5"),
        ("?accessible=true&sort=-starts_at", "e5 e1 e4"),
        ("?min_price_cents=0&sort=-price", "e2 e1"),
        ("?available=true&sort=price", "e1 e2 e5 e6"),
        ("?sort=relevance", "e1 e2 e3 e4 e6 e7 e5"),
    ],
)
def test_events_are_found(service, projected, query, expected):
    """
    By everything that may be asked for, in the order that is asked for.
    """
    (answer,) = ask(service, projected.position, f"/v1/events{query}")

    body = answer.json()
    assert [row["event_id"] for row in body["events"]] == expected.split()
    assert body["total"] == len(expected.split())


def test_an_event_in_a_list_says_what_is_left(service, projected):
    """
    Its word, places, lowest and highest total price with fees apart, and what resale costs.
    """
    first, last = ask(service, projected.position, "/v1/events?q=e1&limit=1", "/v1/events?availability=resale_only")

    (row,) = first.json()["events"]
    price = {"price_level": "A", "face_cents": 1000, "fees_cents": 100, "total_cents": 1100}
    assert (row["status"], row["currency"], row["counts"]["free"]) == ("on_sale", "EUR", 4)
    assert (row["lowest_price"], row["highest_price"], row["lowest_resale_price"]) == (price, price, None)
    (row,) = last.json()["events"]
    resale = {"face_cents": 7000, "fees_cents": 100, "total_cents": 7100}
    assert (row["event_id"], row["lowest_price"], row["lowest_resale_price"]) == ("e6", None, resale)


def test_a_moved_event_says_from_when(service, projected):
    """
    Beside the word for how it sells.
    """
    (answer,) = ask(service, projected.position, "/v1/events?availability=moved")

    (row,) = answer.json()["events"]
    assert (row["status"], row["starts_at"], row["moved_from"]) == (
        "on_sale",
        "2091-01-01T00:00:00Z",
        "2090-05-01T00:00:00Z",
    )


def test_facets_count_beside_their_own_filter(service, projected):
    """
    City and venue as they are written, months in order, words for availability as in the filter.
    """
    (answer,) = ask(service, projected.position, "/v1/events?city=lyon&facets=city,venue,month,availability")

    facets = answer.json()["facets"]
    assert [(row["value"], row["count"]) for row in facets["city"]] == [("Lyon", 6), ("Zürich", 1)]
    assert facets["venue"] == [{"value": "v1", "label": "Round Hall", "count": 6}]
    assert [(row["value"], row["count"]) for row in facets["month"]] == [("2090-05", 5), ("2091-01", 1)]
    words = {row["value"]: row["count"] for row in facets["availability"]}
    assert words == {"cancelled": 1, "paused": 1, "sold_out": 1, "resale_only": 1, "on_sale": 2, "moved": 1}


def test_answers_have_the_form_that_openapi_shows(service, projected):
    """
    Field by field.
    """
    (answer,) = ask(service, projected.position, "/v1/events?limit=1&facets=genre,month")

    page = EventPage.model_validate_json(answer.content, strict=True)
    assert page.model_dump(mode="json") == answer.json()
    assert set(answer.json()["events"][0]) == set(EventSummary.model_fields)


def test_a_search_that_is_known_is_not_sent_again(service, projected):
    """
    The entity tag saves the body; shared caches may keep it for a second.
    """

    async def act(client, reach):
        first = await client.get("/v1/events")
        return first, await client.get("/v1/events", headers={"If-None-Match": first.headers["etag"]})

    first, again = follow(service, projected, act)
    assert (again.status_code, again.content) == (304, b"")
    assert "s-maxage=1" in first.headers["cache-control"]


def test_a_search_reflects_what_was_just_appended(service, projected):
    """
    With `min_position`, and the answer says how far it is.
    """

    async def act(client, reach):
        projected.append(event("e8", name="Brand new"))
        return await client.get("/v1/events", params={"q": "brand new", "min_position": projected.position})

    answer = follow(service, projected, act)
    assert (answer.json()["total"], answer.headers["stream-position"]) == (1, projected.position)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("sort=best", "sort"),
        ("facets=city,colour", "facets"),
        ("facets=" + "city," * 50, "facets"),
        ("availability=gone", "availability.0"),
        ("available=perhaps", "available"),
        ("accessible=2", "accessible"),
        ("min_price_cents=-1", "min_price_cents"),
        ("max_price_cents=1000000000001", "max_price_cents"),
        ("max_price_cents=1.5", "max_price_cents"),
        ("min_price_cents=2&max_price_cents=1", "max_price_cents"),
        ("from=2030-02-30", "from"),
        ("from=2030-02-02&to=2030-02-01", "to"),
        (f"q={'x' * 121}", "q"),
        (f"city={'x' * 121}", "city.0"),
        ("&".join(["city=x"] * 21), "city"),
        ("venue=%00", "venue.0"),
        ("cursor=WyJhIiwiYiIsImMiXQ", "cursor"),
    ],
)
def test_bad_input_is_named(service, projected, query, field):
    """
    A wrong field is a 4xx that names it.
    """
    (answer,) = ask(service, projected.position, f"/v1/events?{query}")

    assert 400 <= answer.status_code < 500
    assert answer.json()["errors"][0]["field"] == field
