"""
The page follows what happens to the seats, without being asked to.
"""

import re

from playwright.sync_api import expect

from inventory_stream.records.activity import EventViewed, SeatsViewed
from inventory_stream.records.catalogue import EventCancelled, SeatsRepriced
from tests.support.places import at, ended, held, listed, ordered
from tests.support.seat_map import MapReader


def test_a_seat_that_is_held_changes_on_the_map(visit, stage):
    """
    A record is applied, and the seat changes its look in front of one's eyes; it comes back when the hold ends.
    """
    seats = MapReader(visit().open(stage.url))
    free, taken = seats.variable("level-1"), seats.variable("held")
    assert seats.colour("101", "B-3") == free

    stage.append(held(["B-3"], section="101"))
    seats.wait_for_colour("101", "B-3", taken)
    stage.append(ended(["B-3"], section="101"))
    seats.wait_for_colour("101", "B-3", free)


def test_counts_follow(visit, stage):
    """
    Prices and sections say how many are left now.
    """
    page = visit().open(stage.url)
    stage.append(ordered(["A-1", "A-2"], hold="", section="102"), ordered(20, hold="", section="Pit"))

    expect(page.get_by_role("button", name=re.compile("^102"))).to_contain_text("2 free")
    expect(page.get_by_role("button", name=re.compile("^Pit"))).to_contain_text("30 free")
    expect(page.locator("#prices").get_by_role("button", name="P2")).to_contain_text("2 left")


def test_seats_in_the_list_follow(visit, stage):
    """
    The name that is read out changes with the seat, and the focus stays where it is.
    """
    page = visit().open(stage.url)
    page.get_by_role("button", name=re.compile("^102")).click()
    page.get_by_role("gridcell", name="seat 1,").focus()
    stage.append(ordered(["A-1"], hold="", section="102"))

    cell = page.get_by_role("gridcell", name="Section 102, row A, seat 1, sold")
    expect(cell).to_be_focused()
    expect(page.locator("#list > .dim")).to_contain_text("3 of 4 places free")


def test_a_selected_seat_that_somebody_else_takes_is_let_go(visit, stage):
    """
    Never stale in the selection: it goes, and a notice says so.
    """
    page = visit().open(stage.url)
    page.mouse.click(*MapReader(page).spot("101", "B-2"))
    page.mouse.click(*MapReader(page).spot("101", "B-3"))
    stage.append(held(["B-2"], section="101"))

    expect(page.locator(".notice.warning")).to_contain_text(
        "Section 101, row B, seat 2, in somebody\u2019s basket: it went"
    )
    expect(page.locator("#basket li")).to_have_count(1)
    page.get_by_role("button", name="Close this notice").click()
    expect(page.locator(".notice")).to_have_count(0)
    expect(page.locator("#panel")).to_be_focused()


def test_changes_are_said_together(visit, stage):
    """
    One sentence about many seats, once they have changed.
    """
    page = visit().open(stage.url)
    stage.append(held(["A-1"], section="102"), ordered(["A-2", "A-3"], hold="", section="102"))

    expect(page.locator("#said")).to_have_text("3 seats taken, 63 free")


def test_the_event_changes_its_word_when_the_last_seat_goes(visit, stage):
    """
    What is asked for seldom is asked for when it may have changed.
    """
    page = visit().open(stage.url)
    for section, seats in {
        "101": [f"{row}-{n}" for row in "AB" for n in range(1, 7)],
        "102": [f"A-{n}" for n in range(1, 5)],
    }.items():
        stage.append(ordered(seats, hold="", section=section))
    stage.append(ordered(50, hold="", section="Pit"))
    expect(page.locator("#word")).to_have_text("Sold out")

    stage.append(listed(["A-1"], section="102"))
    expect(page.locator("#word")).to_have_text("Resale only")
    expect(page.locator("#offers")).to_contain_text("row A, 1")


def test_a_lost_connection_is_said_and_caught_up_with(visit, stage):
    """
    How old the seats are is said while there is no connection; afterwards nothing is missing.
    """
    visit = visit()
    page = visit.open(stage.url)
    seats = MapReader(page)
    # A stream that still opens proves a connection, and takes the word back: it is lost only once it has brought something.
    stage.append(held(["B-2"], section="101"))
    seats.wait_for_colour("101", "B-2", seats.variable("held"))
    visit.page.context.set_offline(offline=True)
    page.evaluate("dispatchEvent(new Event('offline'))")
    notice = page.locator("#notice-offline")
    expect(notice).to_contain_text(re.compile(r"No connection. The seats are as they were \d+ seconds? ago"))
    stage.append(held(["B-3"], section="101"))

    visit.page.context.set_offline(offline=False)
    seats.wait_for_colour("101", "B-3", seats.variable("held"))
    expect(notice).to_have_count(0)


def test_a_tab_that_nobody_looks_at_lets_go_of_its_stream(visit, stage):
    """
    After a minute it stops listening; when it is looked at again it catches up.
    """
    visit = visit()
    visit.page.clock.install()
    page = visit.open(stage.url)
    seats = MapReader(page)
    hide = "hidden => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});"
    hide += "document.dispatchEvent(new Event('visibilitychange')) }"
    with page.expect_event("requestfailed", lambda request: "/seats/changes" in request.url):
        page.evaluate(hide, arg=True)
        page.clock.run_for(61_000)
    stage.append(held(["B-3"], section="101"))
    assert seats.colour("101", "B-3") == seats.variable("level-1")

    page.evaluate(hide, arg=False)
    page.clock.resume()
    seats.wait_for_colour("101", "B-3", seats.variable("held"))


def test_a_stream_that_is_refused_is_asked_for_again(visit, stage):
    """
    Browsers give up on it; the page does not, and misses nothing.
    """
    visit = visit()
    answers = iter([503])
    visit.page.route(
        "**/seats/changes?*",
        lambda route: route.fulfill(status=503) if next(answers, 200) == 503 else route.continue_(),
    )
    page = visit.open(stage.url)
    stage.append(held(["B-3"], section="101"))
    seats = MapReader(page)

    seats.wait_for_colour("101", "B-3", seats.variable("held"))
    asked = [url for url in visit.requested if "/seats/changes" in url]
    assert len(asked) >= 2


def test_seats_that_change_their_price_make_another_chart(visit, stage):
    """
    The page begins anew with it, keeps what was selected, and goes on following.
    """
    page = visit().open(stage.url)
    seats = MapReader(page)
    page.mouse.click(*seats.spot("101", "B-2"))
    stage.append(SeatsRepriced(**at(["A-4", "A-5", "A-6"], section="101"), price_level="P2"))
    seats.wait_for_colour("101", "A-5", seats.variable("level-2"))
    expect(page.locator("#basket")).to_contain_text("101, row B, seat 2")

    stage.append(held(["A-5"], section="101"))
    seats.wait_for_colour("101", "A-5", seats.variable("held"))
    assert page.locator("#list").get_by_role("button").count() == 3


def test_a_visit_is_told_once_and_names_nobody(visit, stage):
    """
    The beacon says that an event was viewed in some session, and of what kind the device is.
    """
    page = visit().open(stage.url)
    page.get_by_role("button", name=re.compile("^101")).click()
    session = page.evaluate("sessionStorage.session")

    viewed, seats = sorted(stage.activity(2), key=lambda record: type(record).__name__)
    assert (viewed, seats) == (
        EventViewed(session_id=session, event_id="e1", channel="web", device_kind="desktop"),
        SeatsViewed(session_id=session, event_id="e1", section="101", channel="web", device_kind="desktop"),
    )
    assert page.evaluate("document.cookie") == ""


def test_who_asks_not_to_be_followed_is_not(visit, stage):
    """
    With the signal of global privacy control nothing is told.
    """
    visit = visit()
    visit.page.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})")
    page = visit.open(stage.url)
    page.get_by_role("button", name=re.compile("^101")).click()

    assert [url for url in visit.requested if url.endswith("/v1/activity")] == []
    assert page.evaluate("sessionStorage.length") == 0


def test_a_cancelled_event_is_noticed(visit, stage):
    """
    The page asks again when it is looked at again after a while; here its own clock is moved on.
    """
    visit = visit()
    visit.page.clock.install()
    page = visit.open(stage.url)
    stage.append(EventCancelled(event_id="e1"))
    visit.page.clock.run_for(31_000)

    expect(page.locator("#word")).to_have_text("Cancelled")
