"""
Searches find what a plain search finds, however the table came to be.
"""

from __future__ import annotations

from datetime import date

from catalogued import built, pages
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_search import NOW, PlainSearch, states, texts

from inventory_api.catalogue.facets import FACETS
from inventory_api.catalogue.filters import Wanted
from inventory_api.catalogue.pages import SORTS
from inventory_api.catalogue.search import Search, run_search

IDS = st.sampled_from([f"e{number}" for number in range(8)] + ["É", "e1x"])
queries = (
    st.just("")
    | texts
    | st.sampled_from(["r", "roc", "rockrs", "midnigth", "zurihc rock", "nigths the", "xyzzy", "%", "oneill"])
)
FILTERS = {
    "q": queries,
    "values": st.dictionaries(
        st.sampled_from(["city", "venue", "category", "attraction"]),
        st.lists(st.sampled_from(["LYON", "zurich", "v1", "v2", "concerts", "rockers", "V1"]), min_size=1).map(tuple),
        max_size=2,
    ),
    "first_day": st.sampled_from([date(2030, 6, 15), date(2030, 6, 16), date(2030, 5, 1)]),
    "last_day": st.sampled_from([date(2030, 6, 16), date(2031, 1, 1), date(2030, 5, 30)]),
    "lowest": st.sampled_from([0, 1_100, 1_101, 6_000]),
    "highest": st.sampled_from([999, 1_000, 1_100, 6_000]),
    "availability": st.lists(
        st.sampled_from(["moved", "past", "on_sale", "few_left", "sold_out", "cancelled"]), min_size=1
    ).map(tuple),
    "available": st.just(True),
    "accessible": st.just(True),
}


@st.composite
def wanteds(draw):
    """
    A search with two filters at most: with more it would hardly ever find anything.
    """
    names = draw(st.sets(st.sampled_from(sorted(FILTERS)), max_size=2))
    return Wanted(**{name: draw(FILTERS[name]) for name in sorted(names)})


puts = st.lists(st.lists(IDS.flatmap(states), max_size=6, unique_by=lambda state: state.event.event_id), max_size=5)


@given(puts, st.integers(0, 5), wanteds(), st.sampled_from(SORTS), st.integers(1, 4))
@settings(max_examples=250, deadline=None)
def test_a_search_finds_what_a_plain_one_finds(batches, renewed, wanted, sort, limit):
    """
    The same events in the same order, on pages that are full but for the last.
    """
    table, events = built(batches, renewed)
    plain = PlainSearch(events, wanted, sort)

    found, last = pages(table, wanted, sort, limit)

    assert [event_id for page in found for event_id in page] == plain.ids
    assert last["total"] == len(plain.ids)
    assert all(len(page) == limit for page in found[:-1])


@given(puts, st.integers(0, 5), wanteds())
@settings(max_examples=300, deadline=None)
def test_facets_count_what_a_plain_search_counts(batches, renewed, wanted):
    """
    Each counts the events that all filters but its own let through; empty values do not count.
    """
    table, events = built(batches, renewed)
    plain = PlainSearch(events, wanted, "starts_at")

    _, last = pages(table, wanted, "starts_at", 100, FACETS)

    for name, rows in last["facets"].items():
        assert {row["value"]: row["count"] for row in rows} == plain.facet(name)


@given(puts, st.integers(0, 5), wanteds(), st.sampled_from(SORTS))
@settings(max_examples=200, deadline=None)
def test_changes_lead_where_a_fresh_load_leads(batches, renewed, wanted, sort):
    """
    An answer does not depend on how the table came to be.
    """
    table, events = built(batches, renewed)
    fresh, _ = built([list(events.values())], 0)

    search = Search(wanted, sort, limit=3, facets=FACETS)

    assert run_search(table, search, NOW) == run_search(fresh, search, NOW)
