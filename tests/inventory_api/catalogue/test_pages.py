"""
Pages do not shift while events come, change and go.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from catalogued import event, page, table_of
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_search import NOW

from inventory_api.catalogue.filters import Wanted
from inventory_api.catalogue.pages import SORTS, _fingerprint
from inventory_api.catalogue.rows import State
from inventory_stream.web import InvalidRequest, encode_cursor

ALL = Wanted()
numbers = st.integers(0, 9)


def some(number, day):
    """
    An event of which name, start, sale and price depend on two numbers.
    """
    made = event(f"e{number}", name=f"Show {day % 3}", starts_at=NOW + timedelta(days=1 + day % 4))
    made.on_sale_at = NOW - timedelta(days=day % 2) if day % 5 else None
    made.prices = {"A": [1_000 * (day % 3), 0]} if day % 4 else {}
    return State(made, (5, 0, 0, 0, 0), ("A",))


@given(
    st.dictionaries(numbers, numbers, min_size=1),
    st.lists(st.tuples(numbers, numbers), max_size=8),
    st.sampled_from([sort for sort in SORTS if sort != "relevance"]),
)
@settings(max_examples=300, deadline=None)
def test_what_stays_as_it_is_comes_once(first, changes, sort):
    """
    Between pages events are added and changed: of those that are not, each is on one page, and none on two.
    """
    table = table_of()
    table.put([some(*pair) for pair in first.items()])
    found, cursor, queue = [], "", list(changes)
    while cursor is not None:
        answer = page(table, ALL, sort, cursor, 1)
        found += [row["event_id"] for row in answer["events"]]
        cursor = answer["next_cursor"]
        if queue:
            table.put([some(*queue.pop())])

    steady = {f"e{number}" for number in first} - {f"e{number}" for number, _ in changes}
    assert sorted(event_id for event_id in found if event_id in steady) == sorted(steady)


@pytest.mark.parametrize("sort", SORTS)
def test_a_page_goes_on_behind_an_event_that_left_the_search(sort):
    """
    The cursor's own event need not be found any more.
    """
    events = [event(f"e{number}", name="Same", city="Lyon") for number in range(4)]
    table, wanted = table_of(*events), Wanted("same", {"city": ("lyon",)})
    cursor = page(table, wanted, sort, limit=2)["next_cursor"]
    table.put([State(event("e1", name="Same", city="Bern"))])

    assert [row["event_id"] for row in page(table, wanted, sort, cursor)["events"]] == ["e2", "e3"]


@pytest.mark.parametrize(
    ("wanted", "sort"), [(ALL, "name"), (Wanted("show"), "starts_at"), (Wanted(available=True), "starts_at")]
)
def test_a_cursor_belongs_to_its_search(wanted, sort):
    """
    With another order or other filters it would skip events.
    """
    table = table_of(event("e1"), event("e2"))
    cursor = page(table, ALL, "starts_at", limit=1)["next_cursor"]

    with pytest.raises(InvalidRequest) as caught:
        page(table, wanted, sort, cursor)
    assert caught.value.errors[0].field == "cursor"


def test_pages_may_differ_in_size_and_facets():
    """
    These are no part of the search.
    """
    table = table_of(*(event(f"e{number}") for number in range(5)))
    cursor = page(table, ALL, "starts_at", limit=1)["next_cursor"]

    answer = page(table, ALL, "starts_at", cursor, limit=3, facets=["month"])

    assert [row["event_id"] for row in answer["events"]] == ["e1", "e2", "e3"]
    assert (answer["total"], answer["facets"]["month"][0]["count"]) == (5, 5)


def forged(place):
    """
    A cursor of the plainest search that says something else about the place.
    """
    return encode_cursor([_fingerprint(ALL, "starts_at"), place, "e1"])


@pytest.mark.parametrize("place", ["", "x", "1e3", "nan"])
def test_a_place_that_is_no_number_is_refused(place):
    """
    Naming the cursor.
    """
    with pytest.raises(InvalidRequest) as caught:
        page(table_of(event("e1")), ALL, "starts_at", forged(place))
    assert caught.value.errors[0].field == "cursor"


@pytest.mark.parametrize(("place", "found"), [("9" * 400, 0), ("-" + "9" * 400, 2)])
def test_a_place_beyond_all_events_is_one(place, found):
    """
    Nothing lies behind the last one, and everything behind the first.
    """
    table = table_of(event("e1"), event("e2"))

    assert len(page(table, ALL, "starts_at", forged(place))["events"]) == found
