"""
A stadium of twenty thousand seats, half sold: from all of it to one seat.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from inventory_stream.charts import generate
from inventory_stream.local import LocalPostgres
from tests.support.databases import new_database
from tests.support.places import held
from tests.support.seat_map import MapReader
from tests.support.showcase import showcase
from tests.support.staged import staged

TOUCH = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
MIDDLE = """name => {
  const {map} = document.querySelector('#map');
  const [x, y] = map.middle(map.seats.parts.find((part) => part.name === name));
  return [x * map.view.scale + map.view.left, y * map.view.scale + map.view.top];
}"""
LOOSE = """name => {
  const {map} = document.querySelector('#map');
  return map.seats.parts.find((part) => part.name === name).radius * map.view.scale >= 3.4;
}"""
# A free seat of the section that is well in view, near the middle of the canvas.
FREE = """name => {
  const {seats, view} = document.querySelector('#map').map;
  const {first, end} = seats.parts.find((part) => part.name === name);
  const far = (seat) => Math.hypot(
    seats.x[seat] * view.scale + view.left - view.width / 2, seats.y[seat] * view.scale + view.top - view.height / 2);
  const free = Array.from({length: end - first}, (_, place) => first + place).filter((seat) => !seats.status[seat]);
  return seats.place(free.sort((a, b) => far(a) - far(b))[0]).label;
}"""


@pytest.fixture(scope="module")
def stadium(postgres: LocalPostgres):
    """
    The stadium on a real service.
    """
    chart = generate("stadium", 20_000)
    records = showcase(chart, "Midnight Tramlines", "Meridian Field", "Juniper Flats", "America/Denver")
    with new_database(postgres) as url, staged(url, *records) as stage:
        yield stage


def point(page, section):
    """
    Return the middle of a section on the page.
    """
    x, y = page.evaluate(MIDDLE, section)
    box = page.locator("#map").bounding_box()
    return box["x"] + x, box["y"] + y


@pytest.mark.parametrize("options", [{}, TOUCH], ids=["desktop", "phone"])
def test_a_few_taps_lead_to_a_seat(visit, stadium, options):
    """
    One goes to the section, one closer if its seats are still small, one selects.
    """
    page = visit(reduced_motion="reduce", **options).open(stadium.url)
    press = page.touchscreen.tap if options else page.mouse.click
    press(*point(page, "301"))
    expect(page.get_by_role("heading", name="301")).to_be_visible()
    assert not page.evaluate(LOOSE, "301")

    press(*point(page, "301"))
    assert page.evaluate(LOOSE, "301")
    label = page.evaluate(FREE, "301")
    press(*MapReader(page).spot("301", label))
    row, _, number = label.partition("-")
    expect(page.locator("#basket")).to_contain_text(f"301, row {row}, seat {number}")


def test_every_seat_is_counted(visit, stadium):
    """
    What the map's bytes add up to is what the service says.
    """
    visit = visit()
    page = visit.open(stadium.url)
    counts = page.evaluate("async () => (await (await fetch('/v1/events/e1/availability')).json()).counts")

    drawn = page.evaluate("[0, 1, 2, 3, 4].map((code) => document.querySelector('#map').map.seats.total(code))")
    assert drawn == list(counts.values())
    assert sum(drawn) == 20_000
    assert visit.complaints == []


def test_a_section_of_a_thousand_seats_is_a_list(visit, stadium):
    """
    All of its seats can be reached, and follow what happens.
    """
    page = visit().open(stadium.url)
    page.get_by_role("button", name=re.compile("^104")).click()
    cells = page.get_by_role("gridcell")
    assert cells.count() == 1_050

    free = page.locator("[role=gridcell][data-look=free]").last
    section, row, seat = re.match(r"Section (\w+), row (\w+), seat (\w+)", free.get_attribute("aria-label")).groups()
    stadium.append(held([f"{row}-{seat}"], hold="h-last", section=section))
    expect(page.get_by_role("gridcell", name=f"row {row}, seat {seat}, in somebody")).to_have_count(1)
