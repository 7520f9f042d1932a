"""
The venue API over a real projection.
"""

from datetime import UTC, datetime

import pytest

from inventory_stream.records.activity import EventViewed
from inventory_stream.records.catalogue import EventCancelled, EventScheduled, VenueDefined
from inventory_stream.records.inventory import OrderPlaced
from inventory_stream.settings import StreamSettings
from tests.support.places import at, ordered, refunded
from tests.support.projected import NOON, Projected, ask, statuses
from venue_api.app import create_app
from venue_api.projection import VenueProjection
from venue_api.settings import VenueApiSettings


def event(event_id, day=1, venue_id="v1"):
    """
    An event.
    """
    return EventScheduled(
        event_id=event_id, name=f"Show {event_id}", venue_id=venue_id, starts_at=datetime(2090, 5, day, 19, tzinfo=UTC)
    )


def order(channel="web", section="S"):
    """
    Two tickets at 50.00 and 5.00 fees.
    """
    return OrderPlaced(
        **at(2, section=section), order_id="o", face_cents=10_000, fees_cents=1000, channel=channel, price_level="A"
    )


@pytest.fixture
def projected(database_url):
    """
    A venue with two events, of which one sold.
    """
    projected = Projected(database_url, VenueProjection, "inventory", "activity")
    venue = VenueDefined(venue_id="v1", name="Round Hall", city="Lyon", capacity=900)
    projected.append(
        venue, event("e1"), event("e2", day=2), order(), order("app", "T"), EventViewed(session_id="s", event_id="e1")
    )
    yield projected
    projected.close()


@pytest.fixture
def service(projected, database_url):
    """
    The API over it.
    """
    return create_app(VenueApiSettings(access_log=False), StreamSettings(database_url=database_url))


def test_sales_by_everything(service, projected):
    """
    Totals, hours, channels, levels and sections of the same orders.
    """
    projected.append(order(), at=NOON.replace(hour=15))

    (answer,) = ask(service, projected.position, "/v1/venues/v1/events/e1/sales")

    body = answer.json()
    assert [(row["orders"], row["tickets"], row["face_cents"], row["fees_cents"]) for row in body["totals"]] == [
        (3, 6, 30_000, 3000)
    ]
    assert [(row["hour"], row["orders"]) for row in body["by_hour"]] == [
        ("2030-01-01T12:00:00Z", 2),
        ("2030-01-01T15:00:00Z", 1),
    ]
    assert {row["channel"]: row["orders"] for row in body["by_channel"]} == {"app": 1, "web": 2}
    assert {row["section"]: row["tickets"] for row in body["by_section"]} == {"S": 4, "T": 2}
    assert [row["price_level"] for row in body["by_price_level"]] == ["A"]


def test_refunds_are_told_apart(service, projected):
    """
    Batches that come later add to sums that are there.
    """
    projected.append(ordered(["F-1"], hold=""), refunded(["F-1"]))

    (answer,) = ask(service, projected.position, "/v1/venues/v1/events/e1/sales")

    (usd,) = answer.json()["totals"]
    assert (usd["orders"], usd["refunds"], usd["refunded_face_cents"]) == (3, 1, 100)


def test_a_venue_knows_its_events_and_sales(service, projected):
    """
    Description, number of events and totals.
    """
    (answer,) = ask(service, projected.position, "/v1/venues/v1")

    body = answer.json()
    assert (body["name"], body["events"], body["totals"][0]["tickets"]) == ("Round Hall", 2, 4)


def test_events_of_a_venue_with_their_sales(service, projected):
    """
    By start; an event that sold nothing has no totals.
    """
    projected.append(EventCancelled(event_id="e2"), event("e3", venue_id="v2"))

    (answer,) = ask(service, projected.position, "/v1/venues/v1/events")

    found = [
        (row["event_id"], row["cancelled"], sum(t["orders"] for t in row["totals"])) for row in answer.json()["events"]
    ]
    assert found == [("e1", False, 2), ("e2", True, 0)]


def test_pages_of_events(service, projected):
    """
    The cursor of the first page leads to the second.
    """
    (first,) = ask(service, projected.position, "/v1/venues/v1/events?limit=1")
    cursor = first.json()["next_cursor"]

    (second,) = ask(service, projected.position, f"/v1/venues/v1/events?limit=1&cursor={cursor}")

    assert [page.json()["events"][0]["event_id"] for page in (first, second)] == ["e1", "e2"]
    assert second.json()["next_cursor"] is None


def test_what_is_not_there_is_not_found(service, projected):
    """
    Unknown venues, events of other venues, and what is not built.
    """
    projected.append(event("e3", venue_id="v2"))
    paths = ("v9", "v9/events", "v1/events/e9/sales", "v1/events/e3/sales", "v1/events/e1/pace", "v1/events/e1")

    answers = ask(service, projected.position, *(f"/v1/venues/{path}" for path in paths))

    assert statuses(answers) == [404] * len(paths)


@pytest.mark.parametrize(
    ("path", "field"), [("v1/events?limit=0", "limit"), ("v1/events?cursor=x", "cursor"), ("%00", "venue_id")]
)
def test_bad_input_is_named(service, projected, path, field):
    """
    A wrong field is a 4xx that names it.
    """
    (answer,) = ask(service, projected.position, f"/v1/venues/{path}")

    assert 400 <= answer.status_code < 500
    assert answer.json()["errors"][0]["field"] == field
