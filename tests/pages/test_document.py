"""
The HTML of the page, as the service sends it.
"""

import re
from html import unescape

import httpx
import pytest

from inventory_api.page.assets import read_assets

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",
}


@pytest.fixture(scope="module")
def answer(quiet):
    """
    The answer to a browser's request.
    """
    return httpx.get(quiet.url, headers={"accept": "text/html"})


def test_words_of_the_event_are_text(answer):
    """
    Whatever a name contains is no markup.
    """
    (heading,) = re.findall("<h1>(.*?)</h1>", answer.text)
    (title,) = re.findall("<title>(.*?)</title>", answer.text)

    assert (heading, unescape(heading)) == ("Night &lt;Owls&gt; &amp; Friends", "Night <Owls> & Friends")
    assert unescape(title) == "Night <Owls> & Friends · Round Hall"


def test_nothing_but_own_files_may_run(answer):
    """
    The policy lets scripts, styles and requests of this host through, and nothing else.
    """
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))

    assert policy == POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert re.findall(r"<script(?![^>]* src=)|<style| style=| on\w+=", answer.text) == []


def test_the_page_names_files_by_their_content(answer):
    """
    Every file that it loads is of the version that is there, and is found.
    """
    urls = set(re.findall(r'(?:href|src)="(/assets/[^"]+)"', answer.text))

    assert {url.rpartition("/")[0] for url in urls} == {read_assets().base}
    assert {url.rpartition("/")[2] for url in urls} == set(read_assets().names)
    assert {httpx.get(str(answer.url.join(url))).status_code for url in urls} == {200}


def test_a_browser_that_has_the_page_gets_none(quiet, answer):
    """
    It is asked for again each time, and sent only when it changed.
    """
    again = httpx.get(quiet.url, headers={"if-none-match": answer.headers["etag"], "accept-encoding": "gzip, deflate"})

    assert answer.headers["cache-control"] == "public, max-age=0, s-maxage=1, must-revalidate"
    assert (again.status_code, again.content) == (304, b"")


def test_the_page_says_which_position_it_reflects(answer):
    """
    As every answer does.
    """
    assert "stream-position" in answer.headers


def test_a_missing_event_is_a_page_with_its_status(quiet):
    """
    Not a problem in JSON, and with the same policy.
    """
    answer = httpx.get(f"{quiet.origin}/events/%3Cscript%3E")

    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "<code>&lt;script&gt;</code>" in answer.text
    assert "content-security-policy" in answer.headers


def test_a_page_is_nothing_that_programs_are_told_of(quiet):
    """
    The OpenAPI document is about data.
    """
    paths = httpx.get(f"{quiet.origin}/openapi.json").json()["paths"]

    assert [path for path in paths if path.startswith(("/events", "/assets"))] == []
