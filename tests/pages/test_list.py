"""
The seats as a list: all that the map has, for keyboards and screen readers.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.support.places import held, ordered
from tests.support.seat_map import MapReader


@pytest.fixture
def opened(page):
    """
    The page with section 101 opened by keyboard.
    """
    page.get_by_role("button", name=re.compile("^101")).press("Enter")
    return page


def focused(page):
    """
    Return the name of what has the focus.
    """
    return page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent")


def test_sections_are_listed_by_zone(page):
    """
    Each with what is left and what it costs.
    """
    listed = page.locator("#list")

    assert listed.get_by_role("heading").all_inner_texts() == ["Stalls", "Floor"]
    assert [re.sub(r"\s+", " ", text) for text in listed.get_by_role("button").all_inner_texts()] == [
        "101 12 free €99.00",
        "102 4 free €44.00",
        "Pit 50 free €20.00",
    ]


def test_an_opened_section_says_where_one_is(opened):
    """
    The focus goes to its title, and its seats are a grid of rows.
    """
    grid = opened.get_by_role("grid", name="Seats of 101")

    assert focused(opened) == "101"
    assert grid.get_by_role("row").count() == 2
    assert grid.get_by_role("rowheader").all_inner_texts() == ["A", "B"]
    expect(opened.locator("#list > .dim")).to_have_text("Stalls · 12 of 12 places free · €99.00")


def test_each_seat_says_all_about_itself(opened):
    """
    Section, row, seat, status, price, and what is particular.
    """
    cells = opened.get_by_role("gridcell")

    names = [cell.get_attribute("aria-label") for cell in cells.all()[:3]]
    assert names == [
        "Section 101, row A, seat 1, free, €99.00, accessible",
        "Section 101, row A, seat 2, free, €99.00, companion seat",
        "Section 101, row A, seat 3, free, €99.00",
    ]


def test_one_seat_is_in_the_tab_order(opened):
    """
    Tab goes past all seats but one.
    """
    opened.keyboard.press("Tab")
    assert focused(opened) == "Section 101, row A, seat 1, free, €99.00, accessible"

    opened.keyboard.press("ArrowRight")
    assert opened.locator('[role=gridcell][tabindex="0"]').count() == 1


@pytest.mark.parametrize(
    ("keys", "seat"),
    [
        ("ArrowRight", "row A, seat 2"),
        ("ArrowRight ArrowRight ArrowLeft", "row A, seat 2"),
        ("ArrowDown", "row B, seat 1"),
        ("ArrowRight ArrowDown ArrowUp", "row A, seat 2"),
        ("End", "row A, seat 6"),
        ("End ArrowRight", "row B, seat 1"),
        ("End Home", "row A, seat 1"),
        ("Control+End", "row B, seat 6"),
        ("Control+End Control+Home", "row A, seat 1"),
        ("PageDown", "row B, seat 1"),
        ("ArrowUp", "row A, seat 1"),
        ("ArrowLeft", "row A, seat 1"),
    ],
)
def test_keys_walk_over_the_seats(opened, keys, seat):
    """
    Arrows, Home, End and Page keys do what they do in any grid.
    """
    opened.keyboard.press("Tab")
    for key in keys.split():
        opened.keyboard.press(key)

    assert f", {seat}, " in focused(opened)


@pytest.mark.parametrize("key", ["Enter", " "])
def test_keys_select_a_seat(opened, key):
    """
    Enter and space select, and say so; once more lets go.
    """
    opened.keyboard.press("Tab")
    opened.keyboard.press("ArrowDown")
    opened.keyboard.press(key)

    cell = opened.get_by_role("gridcell", name="row B, seat 1")
    expect(cell).to_have_attribute("aria-selected", "true")
    expect(opened.locator("#said")).to_have_text("Section 101, row B, seat 1, free, €99.00, selected")
    opened.keyboard.press(key)
    expect(cell).to_have_attribute("aria-selected", "false")


def test_what_is_selected_on_the_map_is_selected_in_the_list(opened):
    """
    And the other way round: there is one selection.
    """
    opened.locator("#zoom-in").focus()
    seats = MapReader(opened)
    opened.wait_for_function("() => !document.querySelector('#map').map.view.moving")
    opened.get_by_role("gridcell", name="row B, seat 3").click()

    seats.wait_for_colour("101", "B-3", seats.variable("chosen"))


def test_escape_goes_back_to_where_one_was(opened):
    """
    The focus returns to the section that was opened.
    """
    opened.keyboard.press("Tab")
    opened.keyboard.press("Escape")

    assert focused(opened).startswith("101")
    expect(opened.locator("#list").get_by_role("button")).to_have_count(3)


def test_a_taken_seat_is_said_to_be(visit, stage):
    """
    Its status stands in its name, and it is disabled but can be reached.
    """
    stage.append(held(["A-3"], section="101"), ordered(["A-4"], hold="", section="101"))
    page = visit().open(stage.url)
    page.get_by_role("button", name=re.compile("^101")).click()

    for name in ("row A, seat 3, in somebody.s basket", "row A, seat 4, sold"):
        expect(page.get_by_role("gridcell", name=re.compile(name))).to_have_attribute("aria-disabled", "true")


def test_places_in_an_area_are_counted(page):
    """
    Plus and minus change how many.
    """
    page.get_by_role("button", name=re.compile("^Pit")).click()
    more, less = page.get_by_role("button", name="One place more"), page.get_by_role("button", name="One place less")
    more.click()
    more.click()

    expect(page.locator("#basket li")).to_have_text(re.compile("2 . Pit.*€40.00"))
    less.click()
    less.click()
    expect(page.locator("#basket")).to_be_hidden()


def test_the_focus_is_never_lost(page):
    """
    When what was pressed goes away, the focus goes to what comes next.
    """
    page.get_by_role("button", name=re.compile("^102")).press("Enter")
    for key in ("Tab", "Enter", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.get_by_role("button", name="Remove 102, row A, seat 1").press("Enter")
    assert focused(page) == "Remove 102, row A, seat 2"

    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "panel"


def test_the_skip_link_leads_past_the_map(page):
    """
    It is the first thing that Tab reaches.
    """
    page.keyboard.press("Tab")
    assert focused(page) == "Skip the map"

    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "quantity"


def test_the_whole_way_needs_no_mouse(page):
    """
    From the top of the page to two selected seats with keys alone.
    """
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    for _ in range(40):
        page.keyboard.press("Tab")
        if focused(page).startswith("102"):
            break
    for key in ("Enter", "Tab", "Enter", "ArrowRight", "Enter"):
        page.keyboard.press(key)

    expect(page.locator("#basket summary")).to_contain_text("2 places")
    expect(page.locator("#basket summary")).to_contain_text("€88.00")
