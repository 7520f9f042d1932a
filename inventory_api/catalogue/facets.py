"""
How many of the events found have which value: each facet counts what all filters but its own let through.
"""

from collections.abc import Iterable
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from inventory_api.catalogue.filters import MOVED, Found
from inventory_api.catalogue.statuses import NAMES
from inventory_api.catalogue.table import Table

Facet = Literal["category", "genre", "country", "region", "city", "venue", "attraction", "month", "availability"]
FACETS: tuple[str, ...] = get_args(Facet)
MOST_VALUES = 100

Row = dict[str, Any]
Numbers = npt.NDArray[np.int32]


def count_facets(table: Table, found: Found, names: Iterable[str]) -> dict[str, list[Row]]:
    """
    Return facet → its values with their counts: months and words for an event in their order, others by count.
    """
    return {name: _count(table, found, name) for name in names}


def _count(table: Table, found: Found, name: str) -> list[Row]:
    mask = found.all_but(name, len(table))
    if name == "availability":
        return _words(found, mask, table["moved"])
    numbers = table[name][mask]
    if name == "month":
        return _months(numbers)
    return _values(table, name, numbers, mask)


def _words(found: Found, mask: npt.NDArray[np.bool_], moved: npt.NDArray[np.bool_]) -> list[Row]:
    counts = np.bincount(found.statuses[mask], minlength=len(NAMES)).tolist()
    pairs = [*zip(NAMES, counts, strict=True), (MOVED, int(np.count_nonzero(moved & mask)))]
    return [_row(word, word, count) for word, count in pairs if count]


def _months(numbers: Numbers) -> list[Row]:
    if not len(numbers):
        return []
    first = int(numbers.min())
    counts = np.bincount(numbers - first)
    months = [(first + int(shift), int(counts[shift])) for shift in np.flatnonzero(counts)[:MOST_VALUES]]
    names = [(f"{month // 12:04}-{month % 12 + 1:02}", count) for month, count in months]
    return [_row(name, name, count) for name, count in names]


def _values(table: Table, name: str, numbers: Numbers, mask: npt.NDArray[np.bool_]) -> list[Row]:
    values = table.words[name].values
    counts = np.bincount(numbers, minlength=len(values))
    there = np.flatnonzero(counts)
    if len(there) > MOST_VALUES + 1:  # one may be the empty word
        bound = np.partition(counts[there], -MOST_VALUES - 1)[-MOST_VALUES - 1]
        there = there[counts[there] >= bound]
    pairs = sorted((-int(counts[number]), values[number]) for number in there.tolist() if values[number])[:MOST_VALUES]
    names = _venue_names(table, mask, [value for _, value in pairs]) if name == "venue" else {}
    return [_row(value, names.get(value, value), -count) for count, value in pairs]


def _venue_names(table: Table, mask: npt.NDArray[np.bool_], venues: list[str]) -> dict[str, str]:
    """Return the name that each venue has at its first event by id: a venue's name may have changed."""
    words = table.words["venue"]
    first = np.full(len(words.values), len(table), np.int32)
    np.minimum.at(first, table["venue"][mask], table.by_id.ranks()[mask])
    places = [int(first[number]) for venue in venues if (number := words.exact(venue)) is not None]
    states = [table.states[slot] for slot in table.by_id.slots(places)]
    return {state.event.venue_id: state.event.venue_name for state in states}


def _row(value: str, label: str, count: int) -> Row:
    return {"value": value, "label": label, "count": count}
