"""
Rules that hold for every state of the page: names, roles, order, contrast. Read from the browser's own accessibility tree.
"""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from tests.support.colours import contrast
from tests.support.seat_map import MapReader

CONTROLS = {
    "button",
    "link",
    "textbox",
    "spinbutton",
    "checkbox",
    "gridcell",
    "grid",
    "application",
    "DisclosureTriangle",
}
CHILDREN = {"grid": {"row"}, "row": {"gridcell", "rowheader"}, "list": {"listitem"}}
# Each piece of text that can be seen: its colour, the colour of what is behind it, and the text.
TEXTS = """() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const hex = (parts) => '#' + parts.slice(0, 3).map((part) => Math.round(part).toString(16).padStart(2, '0')).join('');
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const found = rgb(getComputedStyle(each).backgroundColor);
      if (found.length === 3 || found[3] === 1) return hex(found);
    }
    return '#ffffff';
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.data.trim();
    if (!text || !element.checkVisibility() || element.closest('.unseen, .skip, noscript, script')) continue;
    found.push([hex(rgb(getComputedStyle(element).color)), behind(element), text]);
  }
  return found;
}"""


def whole(page):
    """The page as it is first shown."""


def section_open(page):
    """A section opened, with selected seats."""
    page.get_by_role("button", name=re.compile("^101")).click()
    page.get_by_role("gridcell", name="row B, seat 3").click()


def area_open(page):
    """An area opened."""
    page.get_by_role("button", name=re.compile("^Pit")).click()


def found(page):
    """Best seats found, a price pressed, a notice shown."""
    page.locator("#prices").get_by_role("button").first.click()
    page.locator("#best button").click()
    page.locator("#found li").first.wait_for()


def pointed(page):
    """The card beside the pointer."""
    page.mouse.move(*MapReader(page).spot("101", "B-2"))
    page.locator("#tip").wait_for()


STATES = [whole, section_open, area_open, found, pointed]


@pytest.fixture(params=STATES, ids=lambda state: state.__name__)
def shown(request, page):
    """
    The page in each of its states.
    """
    request.param(page)
    return page


def tree(page):
    """
    Return the nodes of the accessibility tree that are not ignored: role, name, and the rest.
    """
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    by_id = {node["nodeId"]: node for node in nodes}

    def children(node):
        """Children, through nodes that mean nothing."""
        for child in (by_id[number] for number in node.get("childIds", ()) if number in by_id):
            if child["ignored"] or child["role"]["value"] in ("none", "generic"):
                yield from children(child)
            else:
                yield child

    return [
        {
            "role": node["role"]["value"],
            "name": node.get("name", {}).get("value", ""),
            "children": [child["role"]["value"] for child in children(node)],
        }
        for node in nodes
        if not node["ignored"]
    ]


def test_whatever_can_be_used_has_a_name(shown):
    """
    Buttons, fields, links, the map and each seat.
    """
    nodes = [node for node in tree(shown) if node["role"] in CONTROLS]

    assert len(nodes) > 6
    assert [node for node in nodes if not node["name"].strip()] == []


def test_roles_have_the_children_that_they_need(shown):
    """
    Grids have rows, rows have cells, lists have items, and nothing else.
    """
    wrong = [
        node for node in tree(shown) if not set(node["children"]) <= CHILDREN.get(node["role"], set(node["children"]))
    ]

    assert wrong == []


def test_landmarks_and_headings_make_sense(shown):
    """
    One banner, one main part, one first heading, and no level left out.
    """
    roles = [node["role"] for node in tree(shown)]
    levels = shown.evaluate(
        "[...document.querySelectorAll('h1, h2, h3')].filter((e) => e.checkVisibility()).map((e) => Number(e.tagName[1]))"
    )

    assert (roles.count("banner"), roles.count("main"), levels.count(1)) == (1, 1, 1)
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_no_two_elements_share_an_id(shown):
    """
    Labels and descriptions find what they name.
    """
    ids = shown.evaluate("[...document.querySelectorAll('[id]')].map((element) => element.id)")
    named = shown.evaluate(
        "[...document.querySelectorAll('[aria-labelledby], [aria-describedby]')]"
        ".flatMap((e) => [e.getAttribute('aria-labelledby'), e.getAttribute('aria-describedby')]).filter(Boolean)"
    )

    assert len(set(ids)) == len(ids)
    assert set(named) <= set(ids)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_all_text_that_is_shown_can_be_read(visit, quiet, scheme, state):
    """
    Every piece of text has a contrast of at least 4.5 to what is behind it.
    """
    page = visit(color_scheme=scheme, reduced_motion="reduce").open(quiet.url)
    state(page)
    texts = page.evaluate(TEXTS)

    assert len(texts) > 12
    assert [text for text in texts if contrast(text[0], text[1]) < 4.5] == []


def test_the_language_is_stated(page):
    """
    Words are English; the date is in the reader's language.
    """
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("#starts").get_attribute("lang") == "en-GB"


def test_the_focus_can_be_seen(page):
    """
    Whatever Tab reaches has an outline.
    """
    seen = set()
    for _ in range(25):
        page.keyboard.press("Tab")
        style, tag = page.evaluate(
            "[getComputedStyle(document.activeElement).outlineStyle, document.activeElement.tagName]"
        )
        seen.add((style, tag))

    assert {tag for _, tag in seen} >= {"A", "CANVAS", "BUTTON", "INPUT"}
    assert {style for style, tag in seen if tag != "BODY"} == {"solid"}


def test_the_map_says_what_it_is(page):
    """
    It has a name, a role that lets keys through, and an explanation of the keys.
    """
    canvas = page.get_by_role("application", name="Seat map")

    expect(canvas).to_have_attribute("aria-describedby", "map-help")
    expect(page.locator("#map-help")).to_contain_text("Arrow keys move the map")


def test_news_is_said_politely(page):
    """
    What changes is told in a region that waits for its turn.
    """
    expect(page.locator("#said")).to_have_attribute("role", "status")
    expect(page.locator("#found")).to_have_attribute("role", "status")
    expect(page.locator("#said")).to_have_text("66 places free")
