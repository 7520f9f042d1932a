"""
What the page says about an event that is not simply on sale, and when something is missing.
"""

import re
from datetime import timedelta

import pytest
from msgspec.structs import replace
from playwright.sync_api import expect

from inventory_stream.records.catalogue import EventCancelled, EventOnSaleChanged, EventRescheduled
from tests.support.places import held, listed, ordered
from tests.support.seat_map import MapReader
from tests.support.staged import CHART, PRICES, RELEASED, START, scheduled, staged

ALL_SEATS = {
    "101": [f"{row}-{number}" for row in "AB" for number in range(1, 7)],
    "102": [f"A-{n}" for n in range(1, 5)],
}


def sell_out(stage):
    """
    Sell everything.
    """
    stage.append(*(ordered(seats, hold="", section=section) for section, seats in ALL_SEATS.items()))
    stage.append(ordered(50, hold="", section="Pit"))


def test_an_event_on_sale(page):
    """
    Name, start on the venue's clock, place and status; nothing needs a notice.
    """
    expect(page).to_have_title("Night <Owls> & Friends · Round Hall")
    expect(page.get_by_role("heading", level=1)).to_have_text("Night <Owls> & Friends")
    expect(page.locator(".facts")).to_have_text(re.compile("Mon, 1 May 2090, 21:00 CEST.*Round Hall, Lyon"))
    expect(page.locator("#word")).to_have_text("On sale")
    assert page.locator(".notice").count() == 0


def test_dates_and_money_are_written_as_the_reader_does(visit, quiet):
    """
    The browser's language decides, not the service.
    """
    page = visit(locale="de-DE").open(quiet.url)

    expect(page.locator("#starts")).to_have_text(re.compile(r"Mo\., 1\. Mai 2090.*21:00"))
    expect(page.locator("#prices").get_by_role("button").first).to_contain_text("99,00\u00a0€")


def test_a_currency_without_cents(database_url, visit):
    """
    Minor units of yen are yen.
    """
    records = (*CHART, scheduled(currency="JPY"), *RELEASED, replace(PRICES, currency="JPY"))
    with staged(database_url, *records) as stage:
        page = visit().open(stage.url)

        expect(page.locator("#prices").get_by_role("button").first).to_contain_text("JP¥9,900")


def test_a_cancelled_event(visit, stage):
    """
    It is said at the top, and nothing can be selected.
    """
    stage.append(EventCancelled(event_id="e1"))
    page = visit().open(stage.url)
    page.mouse.click(*MapReader(page).spot("101", "B-2"))

    expect(page.locator("#word")).to_have_text("Cancelled")
    expect(page.locator(".notice.alarm")).to_have_text("This event will not take place.")
    expect(page.locator("#said")).to_have_text("Seats cannot be selected at the moment")
    expect(page.locator("#basket")).to_be_hidden()
    expect(page.locator("#finder")).to_be_hidden()


def test_an_event_that_is_not_yet_on_sale(database_url, visit):
    """
    When sales begin stands there, on the venue's clock.
    """
    opening = START - timedelta(days=30)
    with staged(database_url, *CHART, scheduled(on_sale_at=opening), *RELEASED, PRICES) as stage:
        page = visit().open(stage.url)

        expect(page.locator("#word")).to_have_text("Not yet on sale")
        expect(page.locator(".notice")).to_have_text("Tickets go on sale on Sat, 1 Apr 2090, 21:00 CEST.")


def test_a_presale(visit, stage):
    """
    Who may buy before all others is said.
    """
    stage.append(EventOnSaleChanged(event_id="e1", on_sale=True, presale="Members"))
    page = visit().open(stage.url)

    expect(page.locator(".notice")).to_have_text("Presale: Members.")


def test_an_event_whose_sales_are_paused(visit, stage):
    """
    It says so.
    """
    stage.append(EventOnSaleChanged(event_id="e1", on_sale=False))
    page = visit().open(stage.url)

    expect(page.locator("#word")).to_have_text("Sales paused")
    expect(page.locator(".notice")).to_have_text("Seats cannot be bought at the moment.")


def test_a_moved_event_says_when_it_was_to_be(visit, stage):
    """
    And still sells.
    """
    stage.append(EventRescheduled(event_id="e1", starts_at=START + timedelta(days=2)))
    page = visit().open(stage.url)

    expect(page.locator("#starts")).to_have_text("Wed, 3 May 2090, 21:00 CEST")
    expect(page.locator(".notice")).to_have_text("This event was moved. It was to be on Mon, 1 May 2090, 21:00 CEST.")
    expect(page.locator("#word")).to_have_text("On sale")


def test_a_sold_out_event(visit, stage):
    """
    Sections, prices and the event say so.
    """
    sell_out(stage)
    page = visit().open(stage.url)

    expect(page.locator("#word")).to_have_text("Sold out")
    expect(page.locator("#prices").get_by_role("button").first).to_contain_text("sold out")
    expect(page.get_by_role("button", name=re.compile("^101"))).to_have_text(re.compile("sold out"))


def test_an_event_with_resale_only(visit, stage):
    """
    What owners offer can be selected, from the list and from the map, at its own price.
    """
    sell_out(stage)
    stage.append(listed(["A-5"], section="101"))
    page = visit().open(stage.url)
    expect(page.locator("#word")).to_have_text("Resale only")

    page.get_by_role("button", name="Select 1 seat in 101, row A, 5").click()
    expect(page.locator("#basket summary")).to_have_text(re.compile("1 place.*€1.00"))


def test_an_event_that_is_none(visit, quiet):
    """
    People get a page, with the status that programs need.
    """
    visit = visit()
    answer = visit.page.goto(f"{quiet.origin}/events/no<b>ne")

    assert answer.status == 404
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("There is no such event")
    expect(visit.page.get_by_role("main")).to_contain_text("no<b>ne")
    assert visit.elsewhere(quiet.origin) == []


def test_an_event_without_seats(database_url, visit):
    """
    It may be announced long before they are known.
    """
    with staged(database_url, scheduled()) as stage:
        visit = visit()
        page = visit.open(stage.url)

        expect(page.locator("#waiting")).to_have_text("The seats of this event are not known yet.")
        assert visit.complaints == []


def test_an_event_without_a_chart(database_url, visit):
    """
    Its seats are drawn from their labels.
    """
    with staged(database_url, scheduled(chart_id="", chart_version=0), *RELEASED, PRICES) as stage:
        page = visit().open(stage.url)
        seats = MapReader(page)
        page.mouse.click(*seats.spot("101", "B-2"))

        expect(page.locator("#basket")).to_contain_text("101, row B, seat 2")
        assert seats.colour("102", "A-1") == seats.variable("level-2")


def test_an_event_without_prices(database_url, visit):
    """
    Seats are shown before anyone has set what they cost; nothing is made up.
    """
    with staged(database_url, *CHART, scheduled(), *RELEASED) as stage:
        visit = visit()
        page = visit.open(stage.url)
        page.mouse.click(*MapReader(page).spot("101", "B-2"))

        expect(page.locator("#prices").get_by_role("button").first).to_contain_text("no price yet")
        expect(page.locator("#said")).to_have_text("Section 101, row B, seat 2, free, selected")
        assert visit.complaints == []


def test_seats_that_cannot_be_loaded_are_tried_again(visit, quiet):
    """
    The page says so, and heals by itself.
    """
    visit = visit()
    answers = iter([503, 200])
    visit.page.route(
        "**/chart", lambda route: route.fulfill(status=503) if next(answers, 200) == 503 else route.continue_()
    )
    visit.page.goto(quiet.url)
    expect(visit.page.locator(".notice.warning")).to_contain_text(
        "The seats cannot be loaded at the moment; trying again…"
    )

    visit.page.wait_for_selector("body[data-state=ready]")
    expect(visit.page.locator(".notice.warning")).to_have_count(0)


def test_without_scripts_there_is_still_something_to_read(visit, quiet):
    """
    Name, start, place, and links to the same facts as data.
    """
    page = visit(java_script_enabled=False).page
    page.goto(quiet.url)

    expect(page.get_by_role("heading", level=1)).to_have_text("Night <Owls> & Friends")
    expect(page.locator("#starts")).to_have_text("01 May 2090, 19:00 UTC")
    expect(page.locator("noscript a").first).to_have_attribute("href", "/v1/events/e1/availability")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_reader_chooses_light_or_dark(visit, quiet, scheme):
    """
    The map follows, as the page does.
    """
    page = visit(color_scheme=scheme).open(quiet.url)
    seats = MapReader(page)
    here = seats.colour("101", "B-3")
    page.emulate_media(color_scheme="dark" if scheme == "light" else "light")

    seats.wait_for_colour("101", "B-3", seats.variable("level-1"))
    assert seats.colour("101", "B-3") != here


def test_nothing_glides_for_those_who_want_calm(visit, quiet):
    """
    With reduced motion the view jumps.
    """
    page = visit(reduced_motion="reduce").open(quiet.url)
    scale = "document.querySelector('#map').map.view.scale"
    before = page.evaluate(scale)

    after = page.evaluate(f"() => {{ document.querySelector('#zoom-in').click(); return {scale}; }}")
    assert after == pytest.approx(before * 1.8)


def test_forced_colours_are_respected(visit, quiet):
    """
    Shapes remain when the reader's own colours replace all others.
    """
    page = visit(forced_colors="active").open(quiet.url)
    seats = MapReader(page)
    page.mouse.click(*seats.spot("101", "B-2"))

    assert seats.variable("level-1") == "CanvasText"
    assert seats.colour("101", "A-3") == seats.colour("102", "A-1") == "#000000"
    expect(page.locator("#basket")).to_contain_text("101, row B, seat 2")


def test_a_hold_is_told_from_a_sale(visit, stage):
    """
    A seat in somebody's basket may come back: the list says which is which.
    """
    stage.append(held(["A-3"], section="101"))
    page = visit().open(stage.url)
    page.get_by_role("button", name=re.compile("^101")).click()

    expect(page.locator("#list > .dim")).to_have_text("Stalls · 11 of 12 places free · 1 in baskets · €99.00")
