"""
The browser that pages are tested in notices what a page must not do.
"""

import pytest
from starlette.responses import HTMLResponse

from tests.support.browsing import served


@pytest.fixture
def origin(request):
    """
    Where the page of the test is served.
    """
    with served(HTMLResponse(f"<!doctype html><title>Seats</title><p>free</p>{request.param}")) as origin:
        yield origin


@pytest.mark.parametrize("origin", ["<link rel=icon href=data:,>"], indirect=True)
def test_a_page_is_shown(visit, origin):
    """
    A page from a local server is rendered, without complaint and without asking anybody else.
    """
    visit = visit()
    visit.page.goto(origin)

    assert (visit.page.title(), visit.page.inner_text("p")) == ("Seats", "free")
    assert (visit.complaints, visit.elsewhere(origin)) == ([], [])


@pytest.mark.parametrize("origin", ["<script>console.error('oh'); throw Error('no')</script>"], indirect=True)
def test_complaints_are_noted(visit, origin):
    """
    What a script logs as an error and what it throws are kept.
    """
    visit = visit()
    visit.page.goto(origin)

    assert {"oh", "no"} <= set(visit.complaints)


@pytest.mark.parametrize("origin", ["<img src=http://127.0.0.1:9/seat.png>"], indirect=True)
def test_other_hosts_are_noted(visit, origin):
    """
    A request to another origin is kept, whether it succeeds or not.
    """
    visit = visit()
    visit.page.goto(origin)

    assert visit.elsewhere(origin) == ["http://127.0.0.1:9/seat.png"]
