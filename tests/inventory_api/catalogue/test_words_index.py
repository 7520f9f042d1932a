"""
The index of words keeps up with events that are described anew.
"""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from inventory_api.catalogue.words_index import WordsIndex

words = st.lists(st.sampled_from(["night", "nights", "light", "rock", "rocker"]), max_size=3)


def put(index, slot, *names):
    """
    Describe an event by words of weight 1.
    """
    index.put(slot, index.tokens([(1, names)]))


def found(index, size, *asked):
    """
    The events that have all these words.
    """
    return np.flatnonzero(index.score(asked, size)).tolist()


def test_an_event_described_anew_is_found_by_its_new_words_only():
    """
    Whether it was in the large segment or not.
    """
    index = WordsIndex()
    put(index, 0, "night")
    put(index, 1, "night")
    index.merge()
    put(index, 1, "rock")
    put(index, 2, "night")

    assert found(index, 3, "night", "ni") == [0, 2]
    assert found(index, 3, "rock") == [1]


def test_a_copy_leaves_the_original_alone():
    """
    What is put into a copy is found there only.
    """
    index = WordsIndex()
    put(index, 0, "night")
    other = index.copy()
    put(other, 0, "rock")
    other.merge()

    assert found(index, 1, "night") == found(other, 1, "rock") == [0]
    assert found(index, 1, "rock") == found(other, 1, "night") == []


def test_many_events_outside_the_large_segment_crowd_it():
    """
    Until they are merged.
    """
    index = WordsIndex()
    for slot in range(2_001):
        put(index, slot, f"word{slot}")
    crowded = index.crowded
    index.merge()

    assert (crowded, index.crowded) == (True, False)
    assert found(index, 2_001, "word1999") == [1999]


def test_the_same_words_again_change_nothing():
    """
    An event whose words stay as they are does not leave the large segment.
    """
    index = WordsIndex()
    put(index, 0, "night")
    index.merge()
    put(index, 0, "night")

    assert not index._recent


def test_no_words_find_nothing():
    """
    A text of punctuation alone asks for no event at all.
    """
    index = WordsIndex()
    put(index, 0, "night")

    assert found(index, 1) == []


@given(st.lists(st.tuples(st.integers(0, 4), words, st.booleans()), max_size=12), words)
def test_scores_do_not_depend_on_segments(steps, asked):
    """
    Merging now and then changes no score.
    """
    merged, never = WordsIndex(), WordsIndex()
    for index in (merged, never):
        for slot in range(5):
            put(index, slot)
    for slot, names, merging in steps:
        put(merged, slot, *names)
        put(never, slot, *names)
        if merging:
            merged.merge()

    assert merged.score(asked, 5).tolist() == never.score(asked, 5).tolist()
