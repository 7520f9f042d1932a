"""
The inventory API over a real projection.
"""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from random import Random

import pytest

from inventory_api.projection import InventoryProjection
from inventory_stream.records import SeatRun
from inventory_stream.records.catalogue import EventCancelled, EventScheduled, LevelPrice, PricesSet, SeatsRepriced
from tests.support.places import at, blocked, held, ordered, refunded, released
from tests.support.projected import Projected, ask, follow, statuses


def event(event_id="e1", day=1, **fields):
    """
    An event far in the future.
    """
    words = {"name": f"Show {event_id}", "venue_id": "v1", "venue_name": "Round Hall", "city": "Lyon"} | fields
    return EventScheduled(event_id=event_id, starts_at=datetime(2090, 5, day, 19, tzinfo=UTC), **words)


PRICES = PricesSet(event_id="e1", currency="EUR", prices=(LevelPrice("A", 9000, 900), LevelPrice("B", 4000, 400)))
WORLD = (event(), released(), PRICES)


@pytest.fixture
def projected(database_url):
    """
    An inventory projection with one event of four seats.
    """
    projected = Projected(database_url, InventoryProjection, "inventory")
    projected.append(*WORLD)
    yield projected
    projected.close()


AVAILABILITY = "/v1/events/e1/availability"


def test_availability_counts_by_section_and_level(service, projected):
    """
    Counts and prices of a small event.
    """
    projected.append(SeatsRepriced(**at(["F-1"]), price_level="B"), held(["F-2"]), blocked(["F-3"]))

    (answer,) = ask(service, projected.position, AVAILABILITY)

    body = answer.json()
    assert body["counts"] == {"free": 2, "held": 1, "sold": 0, "blocked": 1, "listed": 0}
    assert [(row["price_level"], row["free"], row["held"]) for row in body["price_levels"]] == [
        ("A", 1, 1),
        ("B", 1, 0),
    ]
    assert (body["lowest_price"]["total_cents"], body["highest_price"]["total_cents"]) == (4400, 9900)
    assert (body["sections"][0]["section"], body["sections"][0]["price_levels"]) == ("S", ["A", "B"])


def test_availability_agrees_with_an_oracle(service, projected):
    """
    After a thousand random sales and refunds in many sections, counts are those of a plain dict.
    """
    random = Random(7)
    seats: dict[tuple[str, str], str] = {}
    records = []
    for number in range(5):
        records.append(released(section=f"T{number}", runs=(SeatRun("F", 1, 50),), price_level="A"))
        seats |= {(f"T{number}", f"F-{seat}"): "free" for seat in range(1, 51)}
    for _ in range(1000):
        place = random.choice(list(seats))
        sold = seats[place] == "free"
        seats[place] = "sold" if sold else "free"
        records.append((ordered if sold else refunded)([place[1]], section=place[0], **({"hold": ""} if sold else {})))
    projected.append(*records)

    (answer,) = ask(service, projected.position, AVAILABILITY)

    found = {row["section"]: (row["free"], row["sold"]) for row in answer.json()["sections"] if row["section"] != "S"}
    counts = Counter((section, status) for (section, _), status in seats.items())
    assert found == {f"T{n}": (counts[f"T{n}", "free"], counts[f"T{n}", "sold"]) for n in range(5)}


def test_a_kept_answer_is_given_until_the_event_changes(service, projected):
    """
    The second answer comes from bytes; the first after a sale does not.
    """

    async def act(client, reach):
        answers = [await client.get(AVAILABILITY) for _ in range(3)]
        prepared = service.service_state.metrics.prepared_answers
        projected.append(ordered(["F-1"], hold=""))
        await reach()
        return prepared, [answer.json()["counts"]["free"] for answer in (*answers, await client.get(AVAILABILITY))]

    assert follow(service, projected, act) == (2, [4, 4, 4, 3])


def test_another_event_leaves_a_kept_answer_alone(service, projected):
    """
    Only the events that changed are forgotten.
    """

    async def act(client, reach):
        await client.get(AVAILABILITY)
        projected.append(event("e2"))
        await reach()
        await client.get(AVAILABILITY)
        return service.service_state.metrics.prepared_answers

    assert follow(service, projected, act) == 1


def test_a_client_that_has_the_answer_gets_none(service, projected):
    """
    The entity tag saves the body until something changes, on the first request and on kept ones.
    """

    async def act(client, reach):
        etag = (await client.get(AVAILABILITY)).headers["etag"]
        same = await client.get(AVAILABILITY, headers={"If-None-Match": etag})
        projected.append(ordered(["F-1"], hold=""))
        await reach()
        return same, await client.get(AVAILABILITY, headers={"If-None-Match": etag})

    same, changed = follow(service, projected, act)
    assert (same.status_code, same.content, changed.status_code) == (304, b"", 200)
    assert same.headers["stream-position"] != changed.headers["stream-position"]


def test_many_that_ask_at_once_share_one_query(service, projected):
    """
    A hundred requests for an event that is not kept make one entry, and one flight.
    """

    async def act(client, reach):
        return {
            (await answer).content for answer in [asyncio.create_task(client.get(AVAILABILITY)) for _ in range(100)]
        }

    assert len(follow(service, projected, act)) == 1


def test_read_your_writes(service, projected):
    """
    With `min_position`, an answer reflects a record that was only just appended.
    """

    async def act(client, reach):
        await client.get(AVAILABILITY)
        projected.append(ordered(["F-1"], hold=""))
        return await client.get(AVAILABILITY, params={"min_position": projected.position})

    assert follow(service, projected, act).json()["counts"]["sold"] == 1


@pytest.mark.parametrize(
    ("records", "status"),
    [
        ([], "on_sale"),
        ([ordered(["F-1", "F-2", "F-3", "F-4"], hold="")], "sold_out"),
        ([EventCancelled(event_id="e1")], "cancelled"),
        ([event(on_sale_at=datetime(2089, 1, 1, tzinfo=UTC))], "not_yet_on_sale"),
    ],
)
def test_one_word_says_how_an_event_is(service, projected, records, status):
    """
    The status word follows the records.
    """
    if records:
        projected.append(*records)

    (answer,) = ask(service, projected.position, AVAILABILITY)

    assert answer.json()["status"] == status


def test_an_event_without_places_has_no_prices(service, projected):
    """
    No section, no price: zeros and nulls.
    """
    projected.append(event("e2"))

    (answer,) = ask(service, projected.position, "/v1/events/e2/availability")

    body = answer.json()
    assert (body["counts"]["free"], body["lowest_price"], body["sections"]) == (0, None, [])


def test_an_event_shows_its_prices(service, projected):
    """
    Face value, fees and total by level.
    """
    (answer,) = ask(service, projected.position, "/v1/events/e1")

    level = {"price_level": "A", "face_cents": 9000, "fees_cents": 900, "total_cents": 9900}
    assert answer.json()["prices"][0] == level


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["e1", "e2", "e3"]),
        ("?q=round", ["e1", "e3"]),
        ("?q=SHOW e2", ["e2"]),
        ("?q=%25", []),
        ("?city=lyon&venue=v1", ["e1", "e3"]),
        ("?region=Rhin&category=Concerts", ["e2"]),
        ("?from=2090-05-02&to=2090-05-02", ["e2"]),
        ("?from=2090-05-03", ["e3"]),
    ],
)
def test_events_are_found(service, projected, query, expected):
    """
    By words, place, category and dates, in order of start.
    """
    other = {"venue_id": "v2", "venue_name": "Square", "city": "Basel", "region": "Rhin", "category": "Concerts"}
    projected.append(event("e3", day=3), event("e2", day=2, **other))

    (answer,) = ask(service, projected.position, f"/v1/events{query}")

    assert [row["event_id"] for row in answer.json()["events"]] == expected


def test_pages_follow_each_other(service, projected):
    """
    Every event is on one page, also where several start at once.
    """
    projected.append(*(event(f"e{number}", day=1 + number % 3) for number in range(2, 9)))

    async def act(client, reach):
        found, cursor = [], ""
        while cursor is not None:
            page = (await client.get("/v1/events", params={"limit": 3, "cursor": cursor})).json()
            found += [row["event_id"] for row in page["events"]]
            cursor = page["next_cursor"]
        return found

    found = follow(service, projected, act)
    assert sorted(found) == [f"e{number}" for number in range(1, 9)]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("?limit=101", "limit"),
        ("?limit=x", "limit"),
        ("?cursor=nonsense", "cursor"),
        ("?cursor=WyJ4IiwieSJd", "cursor"),
        ("?from=yesterday", "from"),
        ("?from=0", "from"),
        ("?from=2030-01-02&to=2030-01-01", "to"),
        ("?q=%00", "q"),
        ("/%00", "event_id"),
        (f"/{'x' * 121}/availability", "event_id"),
    ],
)
def test_bad_input_is_named(service, projected, path, field):
    """
    A wrong field is a 4xx that names it.
    """
    (answer,) = ask(service, projected.position, f"/v1/events{path}")

    assert 400 <= answer.status_code < 500
    assert answer.json()["errors"][0]["field"] == field


def test_unknown_events_are_not_found(service, projected):
    """
    404 for an id that nobody scheduled, and for what is not built.
    """
    paths = ("/v1/events/e9", "/v1/events/e9/availability", "/v1/events/e1/nothing", "/v1/nothing")

    assert statuses(ask(service, projected.position, *paths)) == [404] * 4
