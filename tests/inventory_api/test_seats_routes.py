"""
Charts and seats over HTTP, from a real projection.
"""

import struct

import pytest

from inventory_api.app import create_app
from inventory_api.projection import InventoryProjection
from inventory_api.schemas.seats import Chart, Seats
from inventory_api.settings import InventoryApiSettings
from inventory_stream.charts.kinds import generate
from inventory_stream.records.catalogue import EventRescheduled, SeatsRepriced
from inventory_stream.settings import StreamSettings
from inventory_stream.testing import MemoryLog
from tests.support.charted import mapped, straight
from tests.support.places import START, at, held, ordered, released, scheduled
from tests.support.projected import Projected, ask, follow

CHART, SEATS, JSON = "/v1/events/e1/chart", "/v1/events/e1/seats", "/v1/events/e1/seats?format=json"
DRAWN = mapped(rows=[straight("F", [0, 1, 2, 3])])
AREA = released(section="GA", quantity=50, price_level="B")


def on_chart(event_id="e1", **fields):
    """
    An event on chart c of venue v1.
    """
    return scheduled(event_id, **({"chart_id": "c", "chart_version": 1} | fields))


@pytest.fixture
def projected(database_url):
    """
    An event with a section of four seats and an area, on a chart that shows the section.
    """
    projected = Projected(database_url, InventoryProjection, "inventory")
    projected.append(DRAWN, on_chart(), released(), AREA)
    yield projected
    projected.close()


@pytest.fixture
def service(database_url):
    """
    The API over it.
    """
    return made(database_url)


def made(database_url):
    """
    One more replica.
    """
    settings = InventoryApiSettings(access_log=False)
    return create_app(settings, StreamSettings(database_url=database_url), MemoryLog({}))


def version_of(packed):
    """
    The chart that seats are for.
    """
    return packed[20:28].decode()


def test_a_chart_is_as_the_document_says(service, projected):
    """
    The bytes fit the schema, and say where the seats are.
    """
    (answer,) = ask(service, projected.position, CHART)

    chart = Chart.model_validate_json(answer.content, strict=True)
    row = chart.sections[0].rows[0]
    assert (chart.event_id, chart.places, chart.price_levels) == ("e1", 54, ["A", "B"])
    assert (row.row, row.labels, row.x) == ("F", ["F-1", "F-2", "F-3", "F-4"], [0, 1, 2, 3])
    assert (chart.areas[0].section, chart.areas[0].capacity, chart.areas[0].price_level) == ("GA", 50, 1)


def test_a_version_of_a_chart_is_for_ever(service, projected):
    """
    The plain address is kept briefly and names the one that never changes.
    """

    async def act(client, reach):
        plain = await client.get(CHART)
        return plain, await client.get(plain.headers["content-location"])

    plain, versioned = follow(service, projected, act)
    assert plain.headers["cache-control"] == "public, max-age=10"
    assert versioned.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert plain.content == versioned.content
    assert plain.headers["content-location"] == f"{CHART}?version={versioned.json()['version']}"


def test_another_version_is_not_there(service, projected):
    """
    404, with the current address.
    """
    found, missing = ask(service, projected.position, CHART, f"{CHART}?version=00000000")

    assert missing.status_code == 404
    assert found.headers["content-location"] in missing.json()["detail"]


def test_seats_are_packed(service, projected):
    """
    Position, sizes, chart, two seats a byte, counts of areas.
    """
    projected.append(held(["F-2"]), ordered(["F-3"], hold=""), held(10, section="GA"))

    chart, seats = ask(service, projected.position, CHART, SEATS)

    assert seats.headers["content-type"] == "application/vnd.seatstream.seats"
    head = struct.pack("<4sQII8s", b"SST1", 7, 4, 1, chart.json()["version"].encode())
    assert seats.content == head + b"\x10\x02" + struct.pack("<5I", 40, 10, 0, 0, 0)


def test_seats_for_the_curious(service, projected):
    """
    The same as JSON, in the form of the document.
    """
    projected.append(held(["F-2"]))

    (answer,) = ask(service, projected.position, JSON)

    seats = Seats.model_validate_json(answer.content, strict=True)
    assert (seats.sections[0].statuses, seats.areas[0].free) == ("0100", 50)
    assert seats.position == 5


def test_seats_are_given_until_a_record_changes_them(service, projected):
    """
    The second answer comes from prepared bytes; the first after a hold does not have the old statuses.
    """

    async def act(client, reach):
        before = [(await client.get(SEATS)).content for _ in range(3)]
        prepared = service.service_state.metrics.prepared_answers
        projected.append(held(["F-1"]))
        await reach()
        return prepared, before, (await client.get(SEATS)).content

    prepared, before, after = follow(service, projected, act)
    assert prepared == 2
    assert (len(set(before)), before[0][28:30], after[28:30]) == (1, b"\0\0", b"\1\0")


def test_who_has_the_answer_gets_none(service, projected):
    """
    304 on chart and seats, in plain and compressed forms.
    """

    async def act(client, reach):
        found = []
        for path in (CHART, f"{CHART}?version={version_of((await client.get(SEATS)).content)}", SEATS, JSON):
            for encoding in ("identity", "gzip"):
                headers = {"Accept-Encoding": encoding}
                etag = (await client.get(path, headers=headers)).headers["etag"]
                found.append((await client.get(path, headers=headers | {"If-None-Match": etag})).status_code)
        return found

    assert follow(service, projected, act) == [304] * 8


def test_large_charts_and_seats_are_compressed(service, projected):
    """
    A compressed chart is kept, smaller, and the same.
    """
    chart = generate("arena", 2_000)
    projected.append(on_chart("e2"), *(drawn.released("e2") for drawn in chart.sections))

    async def act(client, reach):
        return [
            await client.get("/v1/events/e2/chart", headers={"Accept-Encoding": name}) for name in ("gzip", "identity")
        ]

    small, large = follow(service, projected, act)
    assert small.headers["content-encoding"] == "gzip"
    assert int(small.headers["content-length"]) * 3 < int(large.headers["content-length"])
    assert small.content == large.content


def test_head_gives_no_body(service, projected):
    """
    HEAD has the headers of GET.
    """

    async def act(client, reach):
        return [await client.head(path) for path in (CHART, SEATS, JSON)]

    answers = follow(service, projected, act)
    assert [(answer.status_code, answer.content) for answer in answers] == [(200, b"")] * 3
    assert all(int(answer.headers["content-length"]) > 20 for answer in answers)


def test_replicas_agree_on_the_version(projected, database_url):
    """
    Another process, or the same one later, gives the same bytes.
    """
    first, second = ((ask(made(database_url), projected.position, CHART, SEATS)) for _ in range(2))

    assert [answer.content for answer in first] == [answer.content for answer in second]


def test_events_with_the_same_seats_share_a_version(service, projected):
    """
    Two events of one chart and manifest: one map, one version, two charts that differ in the event alone.
    """
    projected.append(on_chart("e2"), released("e2"), released("e2", "GA", quantity=50, price_level="B"))

    one, two = (answer.json() for answer in ask(service, projected.position, CHART, "/v1/events/e2/chart"))

    assert one == {**two, "event_id": "e1"}


def test_a_chart_that_is_drawn_again_changes_charts_and_seats(service, projected):
    """
    The records of a chart have the venue as their key: kept maps and answers of its events go.
    """

    async def act(client, reach):
        before = [(await client.get(SEATS)).content, (await client.get(CHART)).json()]
        projected.append(mapped(rows=[straight("F", [0, 1, 2, 9])]))
        await reach()
        after = [(await client.get(SEATS)).content, (await client.get(CHART)).json()]
        return before, after

    (seats, chart), (new_seats, new_chart) = follow(service, projected, act)
    assert chart["version"] == version_of(seats) != version_of(new_seats) == new_chart["version"]
    assert new_chart["sections"][0]["rows"][0]["x"] == [0, 1, 2, 9]


@pytest.mark.parametrize(
    "record",
    [
        SeatsRepriced(**at(["F-1"]), price_level="B"),
        released(seats=("G-1",), price_level="A"),
        released(section="T", runs=released().runs, price_level="A"),
        EventRescheduled(event_id="e1", starts_at=START, venue_id="v2"),
        released(section="GA", quantity=5, price_level="B"),
    ],
    ids=["repriced", "more seats", "new section", "another venue", "more room"],
)
def test_what_is_sold_makes_another_version(service, projected, record):
    """
    Other prices, seats or places change the chart; statuses name the new version from the same position on.
    """

    async def act(client, reach):
        before = version_of((await client.get(SEATS)).content)
        projected.append(record)
        await reach()
        return before, version_of((await client.get(SEATS)).content), (await client.get(CHART)).json()["version"]

    before, after, chart = follow(service, projected, act)
    assert before != after == chart


def test_an_event_without_a_chart_is_drawn(service, projected):
    """
    No chart was ever mapped: each seat has a place all the same, and the chart says that it is made up.
    """
    projected.append(scheduled("e2"), released("e2"))

    (answer,) = ask(service, projected.position, "/v1/events/e2/chart")

    row = answer.json()["sections"][0]["rows"][0]
    assert (len(row["x"]), answer.json()["generated"]) == (4, True)


def test_an_event_without_places_answers(service, projected):
    """
    Scheduled, but nothing is released yet.
    """
    projected.append(scheduled("e2"))

    chart, seats = ask(service, projected.position, "/v1/events/e2/chart", "/v1/events/e2/seats")

    assert (chart.json()["places"], seats.content[4:20]) == (0, bytes(16))


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("/v1/events/e9/chart", 404, None),
        ("/v1/events/e9/seats", 404, None),
        (f"{SEATS}?format=xml", 422, "format"),
        (f"{CHART}?version={'x' * 41}", 422, "version"),
    ],
)
def test_bad_input(service, projected, path, status, field):
    """
    Unknown events are not found; a wrong field is named.
    """
    (answer,) = ask(service, projected.position, path)

    assert answer.status_code == status
    assert [error["field"] for error in answer.json().get("errors", [])] == ([field] if field else [])
