"""
Events stay in the order of a text while texts come and go.
"""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from inventory_api.catalogue import order
from inventory_api.catalogue.order import Order, ordered

texts = st.sets(st.text("ab\u00e9z", max_size=4), max_size=80)


@given(st.lists(texts, max_size=4), texts)
def test_ranks_are_those_of_sorting(batches, removed):
    """
    After texts were added in batches and some taken out, each event has the rank that sorting gives it.
    """
    kept, slots = Order(), {}
    for batch in batches:
        new = [(text, len(slots) + shift) for shift, text in enumerate(sorted(batch - slots.keys(), reverse=True))]
        kept.add(new)
        slots |= dict(new)
    ranks = kept.ranks().tolist()
    gone = sorted(removed & slots.keys())
    kept.remove(gone)

    assert [ranks[slots[text]] for text in sorted(slots)] == list(range(len(slots)))
    left = sorted(slots.keys() - removed)
    assert kept.slots(range(len(left))) == [slots[text] for text in left]


@given(texts, st.text("ab\u00e9z", max_size=4))
def test_a_place_is_found_for_any_text(known, text):
    """
    It says how many come before, whether the text is there or not.
    """
    kept = Order(sorted(known), range(len(known)))

    assert kept.place(text) == sum(other < text for other in known)


def test_many_texts_are_sorted_in_steps(monkeypatch):
    """
    Others may run after each run and each merge; the order is that of sorting all at once.
    """
    monkeypatch.setattr(order, "_RUN", 10)
    slots = {f"text {number * 37 % 95}": number for number in range(95)}
    pauses = []

    async def pause():
        pauses.append(None)

    made = asyncio.run(ordered(slots, pause))

    assert made.slots(range(95)) == [slots[text] for text in sorted(slots)]
    assert len(pauses) == 10 + (5 + 3 + 2 + 1) + 10


def test_no_texts_have_an_order():
    """
    That of nothing.
    """
    assert asyncio.run(ordered({}, None)).ranks().tolist() == []
