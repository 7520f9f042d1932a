"""
Words are compared without case, accents and punctuation; texts are found with typos, and before they are written out.
"""

from __future__ import annotations

import pytest
from catalogued import event, found_ids, page, table_of

from inventory_api.catalogue.filters import Wanted
from inventory_api.catalogue.rows import State
from inventory_api.catalogue.text import allowed_typos, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Die Zauberflöte", ["die", "zauberflote"]),
        ("BEYONCÉ: Renaissance", ["beyonce", "renaissance"]),
        ("Guns N' Roses", ["guns", "n", "roses"]),
        ("O\u2019Neill's", ["oneills"]),
        ("Motörhead/AC-DC 2030", ["motorhead", "ac", "dc", "2030"]),
        ("Sigur Rós, Ærø, Łódź, Straße", ["sigur", "ros", "aero", "lodz", "strasse"]),
        ("\uff32\uff4f\uff43\uff4b", ["rock"]),
        ("\u6771\u4eac \u516c\u6f14", ["\u6771\u4eac", "\u516c\u6f14"]),
        (" %_.*! ", []),
    ],
)
def test_words_are_folded(text, words):
    """
    Case, accents, ligatures and apostrophes make no difference.
    """
    assert list(words_of(text)) == words


@pytest.mark.parametrize(("word", "typos"), [("abc", 0), ("abcd", 1), ("abcdefg", 1), ("abcdefgh", 2)])
def test_longer_words_may_have_more_typos(word, typos):
    """
    None in three letters, one from four on, two from eight on.
    """
    assert allowed_typos(word) == typos


CONCERT = {"name": "Zürich Rockers", "attraction": "The Rockers", "venue_name": "Old Foundry", "city": "Harrow Bend"}
CONCERT |= {"tour": "Paper Maps", "region": "Texas", "country": "US", "category": "music", "genre": "classical"}


@pytest.mark.parametrize(
    "q",
    [
        *("zurich", "ROCKERS zürich", "the rockers", "foundry", "harrow rockers", "paper maps", "texas", "us", "music"),
        *("zur", "rockers zu", "old fo", "r", "classi"),
        *("rokers", "rocekrs", "rockerss", "zurihc rockers", "fuondry", "clasical", "calssicla", "rockers zurcih"),
        *("rockers found", "rockers fonud", "rockers clazs"),
    ],
)
def test_a_text_finds_an_event(q):
    """
    By all fields, whole words, a last word that is begun, and words with typos, also in a beginning.
    """
    assert found_ids(table_of(event("e1", **CONCERT), event("e2", name="Other")), q) == ["e1"]


@pytest.mark.parametrize("q", ["zurich other", "zur rockers", "ckers", "usa", "msc", "xockrx", "bendings", "%", "?!"])
def test_a_text_does_not_find_an_event(q):
    """
    Not when a word is missing, begun but not last, begun in its middle, short with a typo, or wrong in too many places.
    """
    assert found_ids(table_of(event("e1", **CONCERT), event("e2", name="Other")), q) == []


def test_a_word_that_is_there_has_no_typos():
    """
    Only a word that nobody has is taken for another one.
    """
    table = table_of(event("e1", name="Harbour Lights"), event("e2", name="Harbour Nights"))

    assert found_ids(table, "nights") == ["e2"]
    assert found_ids(table, "xights") == ["e1", "e2"]


def test_the_fewest_typos_win():
    """
    Words with two typos are not found when there is one with one.
    """
    table = table_of(event("e1", name="Orchestra"), event("e2", name="Orchistry"))

    assert found_ids(table, "orchestri night") == []
    assert found_ids(table, "orchestr") == ["e1"]
    assert found_ids(table, "orchistra") == ["e1", "e2"]
    assert found_ids(table, "orcheztra") == ["e1"]


def test_the_best_texts_come_first():
    """
    A name says more than a tour, that more than a place and a kind, and a whole word more than one that is begun.
    """
    table = table_of(
        event("e1", genre="lights"),
        event("e2", city="Lights"),
        event("e3", tour="Lights"),
        event("e4", name="Lights"),
        event("e5", name="Lightsaber"),
    )

    assert found_ids(table, "lights") == ["e4", "e3", "e5", "e2", "e1"]


def test_equally_good_texts_come_by_start():
    """
    Then by id.
    """
    late = event("e1", name="Lights")
    soon = [event(event_id, name="Lights", starts_at=late.starts_at.replace(day=1)) for event_id in ("e3", "e2")]

    assert found_ids(table_of(late, *soon), "lights") == ["e2", "e3", "e1"]


def test_an_event_that_moves_elsewhere_is_found_there():
    """
    Also when its name stays: by text, by filter and in facets.
    """
    table = table_of(event("e1", name="Show", city="Lyon"))
    table.put([State(event("e1", name="Show", city="Bern"))])

    assert (found_ids(table, "bern"), found_ids(table, "lyon")) == (["e1"], [])
    answer = page(table, Wanted(values={"city": ("bern",)}), "starts_at", facets=["city"])
    assert (answer["total"], [row["value"] for row in answer["facets"]["city"]]) == (1, ["Bern"])
