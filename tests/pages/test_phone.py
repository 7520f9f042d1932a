"""
The page on small screens, with fingers, and with large text.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.support.seat_map import MapReader

PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True, "is_mobile": True}
NARROW = {**PHONE, "viewport": {"width": 360, "height": 640}}
# Elements that reach out of the window at the right, except what is scrolled in a box of its own or only heard.
WIDE = """() => [...document.querySelectorAll('body *')].filter((element) =>
  element.getBoundingClientRect().right > innerWidth + 1 && !element.closest('.unseen, .skip'))
  .map((element) => element.outerHTML.slice(0, 80))"""
SMALL = """() => [...document.querySelectorAll('button, input, a, summary, [role=gridcell], .tick')]
  .filter((element) => element.offsetParent && !element.matches('.tick input, .skip, .contains a'))
  .map((element) => [element.getBoundingClientRect(), element.outerHTML.slice(0, 90)])
  .filter(([box]) => box.width < 44 || box.height < 44).map(([box, text]) => `${box.width} x ${box.height} ${text}`)"""


def fingers(page):
    """
    Return what puts fingers on the page: `act(type, [(x, y), …])`.
    """
    session = page.context.new_cdp_session(page)

    def act(kind, points=()):
        """Fingers go down, move or leave."""
        touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    return act


@pytest.fixture
def phone(visit, quiet):
    """
    The page on a phone.
    """
    return visit(**PHONE).open(quiet.url)


def open_all(page):
    """
    Bring everything on the page that can be opened, selected or found.
    """
    page.locator("#best button").click()
    page.locator("#found li").first.wait_for()
    page.locator("#basket summary").click()
    page.get_by_role("button", name=re.compile("^Pit")).click()


@pytest.mark.parametrize("options", [NARROW, PHONE], ids=["360", "390"])
def test_nothing_reaches_out_of_a_narrow_window(visit, quiet, options):
    """
    Nothing is wider than the window, with everything open.
    """
    page = visit(**options).open(quiet.url)
    assert page.evaluate(WIDE) == []

    open_all(page)
    assert page.evaluate(WIDE) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("options", [NARROW, {}], ids=["phone", "desktop"])
def test_text_of_twice_the_size_fits(visit, quiet, options):
    """
    With text twice as large nothing reaches out, and all is still there.
    """
    page = visit(**options).open(quiet.url)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    open_all(page)

    assert page.evaluate(WIDE) == []
    expect(page.get_by_role("button", name="One place more")).to_be_visible()


@pytest.mark.parametrize("options", [PHONE, {}], ids=["phone", "desktop"])
def test_targets_are_large_enough_for_fingers(visit, quiet, options):
    """
    Whatever can be pressed is at least 44 pixels wide and high.
    """
    page = visit(**options).open(quiet.url)
    page.get_by_role("button", name=re.compile("^101")).click()
    page.get_by_role("gridcell", name="row B, seat 3").click()
    assert page.evaluate(SMALL) == []

    page.get_by_role("button", name="All sections").click()
    open_all(page)
    assert page.evaluate(SMALL) == []


def test_a_tap_selects_a_seat(phone):
    """
    The card says which, where the finger does not cover it.
    """
    spot = MapReader(phone).spot("101", "B-2")
    phone.touchscreen.tap(*spot)

    expect(phone.locator("#basket summary")).to_contain_text("€99.00")
    expect(phone.locator("#tip.docked")).to_contain_text("Row B, seat 2")


def test_a_finger_moves_the_map(phone):
    """
    And selects nothing on its way.
    """
    touch, start = fingers(phone), MapReader(phone).spot("101", "B-2")
    touch("touchStart", [start])
    for step in range(1, 6):
        touch("touchMove", [(start.x + 10 * step, start.y + 4 * step)])
    touch("touchEnd")

    phone.wait_for_function("() => !document.querySelector('#map.moving')")
    end = MapReader(phone).spot("101", "B-2")
    assert (round(end.x - start.x), round(end.y - start.y)) == (50, 20)
    expect(phone.locator("#basket")).to_be_hidden()


def test_two_fingers_zoom(phone):
    """
    Twice as far apart shows everything twice as large, around the middle between them.
    """
    touch, seats = fingers(phone), MapReader(phone)
    before = seats.spot("101", "A-3"), seats.spot("101", "A-6")
    middle = seats.spot("101", "A-4")
    touch("touchStart", [(middle.x - 30, middle.y), (middle.x + 30, middle.y)])
    for reach in (40, 50, 60):
        touch("touchMove", [(middle.x - reach, middle.y), (middle.x + reach, middle.y)])
    touch("touchEnd")

    phone.wait_for_function("() => !document.querySelector('#map.moving')")
    after = seats.spot("101", "A-3"), seats.spot("101", "A-6")
    assert (after[1].x - after[0].x) / (before[1].x - before[0].x) == pytest.approx(2, rel=0.02)
    assert seats.spot("101", "A-4").x == pytest.approx(middle.x, abs=2)


def test_the_page_scrolls_under_the_selection(phone):
    """
    The selection stays at the bottom of the window, and hides nothing for good.
    """
    phone.touchscreen.tap(*MapReader(phone).spot("101", "B-2"))
    phone.evaluate("scrollTo(0, 1e5)")

    bar = phone.locator("#basket").bounding_box()
    last = phone.locator(".panel .card:visible").last.bounding_box()
    assert bar["y"] + bar["height"] == pytest.approx(844, abs=1)
    assert last["y"] + last["height"] <= bar["y"]
