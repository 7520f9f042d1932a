"""
Best seats, packages and resale on the page.
"""

import re

import pytest
from playwright.sync_api import expect

from inventory_stream.records.catalogue import OfferPublished
from tests.support.places import listed, ordered
from tests.support.seat_map import MapReader

PARKING = OfferPublished(
    event_id="e1",
    offer_id="o1",
    name="Seat and parking",
    price_levels=("P1",),
    contains=("Parking, lot B", "Early entry"),
    face_cents=12000,
    fees_cents=500,
    currency="EUR",
    limit_per_order=4,
)
LIMITED = OfferPublished(
    event_id="e1", offer_id="o2", name="Standard", price_levels=("P1",), currency="EUR", limit_per_order=2
)


def find(page, **fields):
    """
    Fill in the form and send it.
    """
    for name, value in fields.items():
        page.locator(f"#best [name={name}]").fill(value)
    page.locator("#best").get_by_role("button", name="Find").click()


def test_the_best_seats_are_found_and_selected(page):
    """
    The first is selected at once, and its quality explained.
    """
    find(page, quantity="3")

    expect(page.locator("#found li").first).to_have_text(re.compile(r"101, row \w, seats .*€297.00.*Best: \d+ of 100"))
    expect(page.locator("#basket summary")).to_have_text(re.compile("3 places.*€297.00"))
    first = page.locator("#found strong").first.inner_text()
    assert page.locator("#basket li").first.inner_text().startswith(re.match(r"101, row \w, seat", first)[0])


def test_an_alternative_can_be_selected_instead(page):
    """
    The selection is replaced.
    """
    find(page, quantity="2")
    other = page.locator("#found li").nth(1)
    where = other.locator("strong").inner_text()
    other.get_by_role("button").click()

    expect(page.locator("#basket li")).to_have_count(2)
    assert page.locator("#basket li").first.inner_text().startswith(where.split("\u2013")[0].replace("seats", "seat"))


def test_a_price_limit_is_kept(page):
    """
    In the currency's own units, fees included.
    """
    find(page, quantity="2", most="44.00")

    expect(page.locator("#found strong").first).to_have_text(re.compile("^102"))
    expect(page.locator("#basket summary")).to_contain_text("€88.00")


def test_places_in_an_area_are_selected_too(page):
    """
    The best may be to stand.
    """
    find(page, quantity="5", most="20")

    expect(page.locator("#basket li")).to_have_text(re.compile("5 . Pit.*€100.00"))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"most": "1"}, "Nothing is left at this price."),
        ({"quantity": "7", "most": "99"}, "At most 50 places together"),
    ],
)
def test_why_nothing_is_found_is_said(visit, stage, fields, sentence):
    """
    In a sentence, not a code.
    """
    stage.append(ordered(50, hold="", section="Pit"))
    page = visit().open(stage.url)
    find(page, **fields)

    expect(page.locator("#found")).to_contain_text(sentence.replace("50", "6"))


def test_a_service_that_finds_nothing_leaves_the_map(visit, quiet):
    """
    Without an answer the page says what can be done instead.
    """
    visit = visit()
    visit.page.route("**/best-seats?*", lambda route: route.fulfill(status=503, body="{}"))
    page = visit.open(quiet.url)
    find(page)

    expect(page.locator("#found")).to_contain_text("The map and the list show every seat.")


def test_packages_say_what_they_contain(visit, stage):
    """
    With price, limit, and how many can still be had.
    """
    stage.append(PARKING)
    page = visit().open(stage.url)

    package = page.locator("#offers li").first
    expect(package).to_have_text(
        re.compile("Seat and parking.*€125.00.*Parking, lot B.*Early entry.*P1 · at most 4 an order · 12 places left")
    )


def test_resale_is_listed_cheapest_first(visit, stage):
    """
    Each can be selected, at its own price; on the map it is a shape of its own.
    """
    stage.append(ordered(["A-4", "A-5"], hold="", section="101"), listed(["A-4", "A-5"], section="101"))
    page = visit().open(stage.url)
    page.get_by_role("button", name="Select 2 seats in 101, row A, 4, 5").click()

    expect(page.locator("#basket summary")).to_have_text(re.compile("2 places.*€2.00"))
    seats = MapReader(page)
    seats.wait_for_colour("101", "A-4", seats.variable("chosen"))


def test_a_long_list_of_resale_is_shown_on_request(visit, stage):
    """
    Six at first; then all, and the focus is on the first that is new.
    """
    labels = [f"{row}-{number}" for row in "AB" for number in range(1, 5)]
    stage.append(*(ordered([label], hold="", section="101") for label in labels))
    stage.append(*(listed([label], section="101", listing=label) for label in labels))
    page = visit().open(stage.url)
    selects = page.locator("#offers").get_by_role("button", name="Select")
    expect(selects).to_have_count(6)
    page.get_by_role("button", name="Show 2 more").click()

    expect(selects).to_have_count(8)
    expect(selects.nth(6)).to_be_focused()


def test_the_limit_of_an_order_is_kept(visit, stage):
    """
    A third seat at this price is refused, with the reason; another price is not.
    """
    stage.append(LIMITED)
    page = visit().open(stage.url)
    seats = MapReader(page)
    for label in ("B-2", "B-3", "B-4"):
        page.mouse.click(*seats.spot("101", label))
    expect(page.locator(".notice")).to_contain_text("An order can have at most 2 places at this price.")
    expect(page.locator("#basket summary")).to_contain_text("2 places")

    page.mouse.click(*seats.spot("102", "A-1"))
    expect(page.locator("#basket summary")).to_contain_text("3 places")
