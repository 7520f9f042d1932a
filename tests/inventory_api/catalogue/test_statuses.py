"""
The words of all events at once are those of each on its own.
"""

from __future__ import annotations

from datetime import timedelta

from catalogued import built
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_search import NOW, states

from inventory_api.catalogue.statuses import NAMES, read_statuses
from inventory_api.words import event_status

many = st.lists(states("e"), min_size=1, max_size=30)


@given(many, st.sampled_from([-31, -1, 0, 1, 5, 29, 31, 6_000]))
@settings(deadline=None)
def test_columns_give_the_words_that_events_give(found, shift):
    """
    At any time, for any counts, whether an event is on sale, cancelled or over.
    """
    now = NOW + timedelta(hours=shift)
    for number, state in enumerate(found):
        state.event.event_id = f"e{number}"
    table, _ = built([found])

    words = [NAMES[code] for code in read_statuses(table, now)]

    assert words == [event_status(state.event, state.counts, now) for state in found]
