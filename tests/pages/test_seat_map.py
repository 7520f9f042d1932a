"""
The seat map on its canvas: what is drawn, and what mouse and keys do.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.support.places import blocked, held, listed, ordered
from tests.support.seat_map import MapReader


def test_seats_have_the_colour_of_their_price(page):
    """
    Dearest first.
    """
    seats = MapReader(page)

    assert seats.colour("101", "A-3") == seats.variable("level-1")
    assert seats.colour("102", "A-1") == seats.variable("level-2")


def test_each_status_has_a_shape_of_its_own(visit, stage):
    """
    Free seats are full, held ones are rings, those on resale reach into no corner, and little is left of sold ones.
    """
    stage.append(held(["A-3"], section="101"), ordered(["A-4", "A-5"], hold="", section="101"))
    stage.append(listed(["A-5"], section="101"), blocked(["A-6"], section="101"))
    seats = MapReader(visit().open(stage.url))

    def look(label):
        """Colours from the middle outwards."""
        return [seats.colour("101", label, share) for share in (0, 0.75, 0.85)]

    ground, level, holding, taken, resale = map(seats.variable, ("section", "level-1", "held", "taken", "resale"))
    assert look("B-3")[1:] == [level, level]
    assert look("A-3")[1] == holding
    assert look("A-4") == [taken, ground, ground]
    assert look("A-5")[1:] == [resale, resale]
    assert look("A-6") == [taken, ground, ground]


def test_names_stand_where_they_hide_no_seat(page):
    """
    In the middle of areas, and below sections whose seats can be pointed at.
    """
    seats = MapReader(page)

    assert seats.written(7, -4) > 10
    assert seats.written(3, 2.3) > 10
    assert seats.written(3.5, 0.5, reach=4) == 0


def test_a_click_selects_a_seat_and_another_lets_go(page):
    """
    The selection lists it with its price.
    """
    spot = MapReader(page).spot("101", "B-2")
    page.mouse.click(*spot)
    expect(page.locator("#basket")).to_contain_text("101, row B, seat 2")

    page.mouse.click(*spot)
    expect(page.locator("#basket")).to_be_hidden()


def test_a_selected_seat_is_marked(page):
    """
    With a colour that no price has.
    """
    seats = MapReader(page)
    page.mouse.click(*seats.spot("101", "B-2"))

    seats.wait_for_colour("101", "B-2", seats.variable("chosen"))


def test_the_selection_adds_up(page):
    """
    Tickets, fees and total of all that is selected.
    """
    seats = MapReader(page)
    page.mouse.click(*seats.spot("101", "B-2"))
    page.mouse.click(*seats.spot("102", "A-1"))

    terms = page.locator("#basket dl > *").all_inner_texts()
    assert terms == ["Tickets", "€130.00", "Fees", "€13.00", "Total", "€143.00"]
    expect(page.locator("#basket summary")).to_contain_text("2 places")


def test_a_removed_line_is_gone(page):
    """
    Each line has a button that lets go of its place.
    """
    seats = MapReader(page)
    page.mouse.click(*seats.spot("101", "B-2"))
    page.mouse.click(*seats.spot("101", "B-3"))
    page.get_by_role("button", name="Remove 101, row B, seat 2").click()

    expect(page.locator("#basket li")).to_have_count(1)
    page.get_by_role("button", name="Clear selection").click()
    expect(page.locator("#basket")).to_be_hidden()


def test_a_taken_seat_cannot_be_selected(visit, stage):
    """
    A click says why, and selects nothing.
    """
    stage.append(ordered(["A-4"], hold="", section="101"))
    page = visit().open(stage.url)
    page.mouse.click(*MapReader(page).spot("101", "A-4"))

    expect(page.locator("#said")).to_have_text("Section 101, row A, seat 4, sold, cannot be selected")
    expect(page.locator("#basket")).to_be_hidden()


def test_the_pointer_shows_what_a_seat_is(page):
    """
    Where it is, what it costs, and what is particular about it.
    """
    page.mouse.move(*MapReader(page).spot("102", "A-4"))

    expect(page.locator("#tip")).to_have_text(re.compile("Row A, seat 4.*102 · restricted view.*€44.00.*€4.00 fees"))


def test_the_pointer_shows_what_a_section_is(page):
    """
    An area's places, and what they cost.
    """
    x, y = page.evaluate(
        "() => { const {view} = document.querySelector('#map').map;"
        "return [7 * view.scale + view.left, -5 * view.scale + view.top] }"
    )
    box = page.locator("#map").bounding_box()
    page.mouse.move(box["x"] + x, box["y"] + y)

    expect(page.locator("#tip")).to_have_text(re.compile("Pit.*Floor.*50 of 50 free.*€20.00"))


def test_a_filter_leaves_only_its_seats_in_colour(page):
    """
    Pressing a price fades all others; pressing it again brings them back.
    """
    seats = MapReader(page)
    price = page.get_by_role("button", name="P2")
    price.click()

    expect(price).to_have_attribute("aria-pressed", "true")
    seats.wait_for_colour("101", "B-3", seats.variable("section"))
    assert seats.colour("102", "A-1") == seats.variable("level-2")

    price.click()
    seats.wait_for_colour("101", "B-3", seats.variable("level-1"))


def test_a_filter_fades_areas_of_other_prices(page):
    """
    An area has the colour of its price, until another price is pressed.
    """
    seats = MapReader(page)
    before = seats.ground(1, -5.5)
    page.get_by_role("button", name="P2").click()
    page.wait_for_function("() => !document.querySelector('#map').map.asked")
    faded = seats.ground(1, -5.5)
    page.get_by_role("button", name="P2").click()
    page.get_by_role("button", name="P3").click()
    page.wait_for_function("() => !document.querySelector('#map').map.asked")

    assert len({before, faded, seats.variable("section")}) == 3
    assert seats.ground(1, -5.5) == before


def test_a_filter_for_accessible_seats(page):
    """
    Only seats for wheelchair users stay.
    """
    seats = MapReader(page)
    page.locator("#prices").get_by_role("button", name="Accessible").click()

    seats.wait_for_colour("101", "A-3", seats.variable("section"))
    assert seats.colour("101", "A-1", 0.9) == seats.variable("level-1")


@pytest.mark.parametrize(("key", "grows"), [("+", True), ("-", False)])
def test_keys_zoom(page, key, grows):
    """
    Plus shows less, larger; minus the other way round.
    """
    scale = "document.querySelector('#map').map.view.scale"
    before = page.evaluate(scale)
    page.locator("#map").press(key)

    assert (page.evaluate(scale) > before) is grows


@pytest.mark.parametrize(
    ("key", "x", "y"), [("ArrowLeft", 1, 0), ("ArrowRight", -1, 0), ("ArrowUp", 0, 1), ("ArrowDown", 0, -1)]
)
def test_arrows_with_shift_move_the_map(page, key, x, y):
    """
    The map moves away from where one looks.
    """
    before = MapReader(page).spot("101", "A-1")
    page.locator("#map").press(f"Shift+{key}")
    after = MapReader(page).spot("101", "A-1")

    assert (round(after.x - before.x), round(after.y - before.y)) == (90 * x, 90 * y)


def test_arrows_go_from_seat_to_seat(page):
    """
    Every seat can be reached with keys: it is said, and Enter selects it.
    """
    page.locator("#map").focus()
    said = page.locator("#said")
    page.keyboard.press("ArrowDown")
    for _ in range(20):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    expect(said).to_have_text(re.compile("^Section 101, row [AB], seat 2, free"))
    if "row A" in said.inner_text():
        page.keyboard.press("ArrowDown")
    expect(said).to_have_text("Section 101, row B, seat 2, free, €99.00")

    page.keyboard.press("Enter")
    expect(said).to_have_text("Section 101, row B, seat 2, free, €99.00, selected")
    expect(page.locator("#basket")).to_contain_text("101, row B, seat 2")


def test_the_wheel_zooms_where_the_pointer_is(page):
    """
    The seat under the pointer stays there.
    """
    seats = MapReader(page)
    before = seats.spot("102", "A-2")
    page.mouse.move(*before)
    page.mouse.wheel(0, -240)

    scale = page.wait_for_function("before => document.querySelector('#map').map.view.scale > before", arg=0)
    after = seats.spot("102", "A-2")
    assert scale
    assert (round(after.x), round(after.y)) == (round(before.x), round(before.y))


def test_dragging_moves_and_selects_nothing(page):
    """
    A drag that ends on a seat is no click.
    """
    seats = MapReader(page)
    start = seats.spot("101", "B-2")
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start.x + 60, start.y + 30, steps=4)
    page.mouse.up()

    end = seats.spot("101", "B-2")
    assert (round(end.x - start.x), round(end.y - start.y)) == (60, 30)
    expect(page.locator("#basket")).to_be_hidden()


def test_the_map_cannot_be_lost(page):
    """
    However far it is dragged or made smaller, some of it stays in sight.
    """
    box, seats = page.locator("#map").bounding_box(), MapReader(page)
    for _ in range(30):
        page.locator("#map").press("Shift+ArrowRight")
        page.locator("#map").press("-")

    last = seats.spot("102", "A-4")
    assert box["x"] < last.x < box["x"] + box["width"]
    assert last.x - seats.spot("102", "A-1").x > 20


def test_buttons_zoom_and_show_all(page):
    """
    The view returns to the whole.
    """
    scale = "() => document.querySelector('#map').map.view.scale"
    whole = page.evaluate(scale)
    page.get_by_role("button", name="Zoom in").click()
    page.wait_for_function(f"before => ({scale})() > before * 1.7", arg=whole)

    page.get_by_role("button", name="Show the whole map").click()
    page.wait_for_function(f"before => Math.abs(({scale})() / before - 1) < 0.001", arg=whole)


def test_nothing_is_asked_of_other_hosts(visit, quiet):
    """
    Everything comes from the service itself, and the browser has nothing to complain about.
    """
    visit = visit()
    page = visit.open(quiet.url)
    page.mouse.click(*MapReader(page).spot("101", "B-2"))

    assert visit.elsewhere(quiet.origin) == []
    assert visit.complaints == []
