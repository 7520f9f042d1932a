"""
Which events a search asks for, and where each of its filters holds.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from inventory_api.catalogue.statuses import BUYABLE, Codes, with_words
from inventory_api.catalogue.table import VALUES, Table, microseconds
from inventory_api.catalogue.text import words_of
from inventory_api.catalogue.words_index import Totals

MOVED = "moved"
Mask = npt.NDArray[np.bool_]


class Wanted(msgspec.Struct, frozen=True):
    """
    A search; what is empty does not narrow.

    q: text. values: column → words of which an event must have one. first_day, last_day: UTC. lowest, highest: total price
    in cents. availability: words for an event, or `moved`. available: something can be bought. accessible: an accessible
    seat is free.
    """

    q: str = ""
    values: dict[str, tuple[str, ...]] = {}
    first_day: date | None = None
    last_day: date | None = None
    lowest: int | None = None
    highest: int | None = None
    availability: tuple[str, ...] = ()
    available: bool = False
    accessible: bool = False

    @property
    def shows_past(self) -> bool:
        """Whether events that have begun are asked for: who names days or a word means those."""
        return bool(self.first_day or self.last_day or self.availability)


class Found(msgspec.Struct, frozen=True):
    """
    What a search found, by event: how well the text fits, the word for it, and where each filter holds, by name.
    """

    scores: Totals
    statuses: Codes
    masks: dict[str, Mask]

    def all_but(self, name: str, size: int) -> Mask:
        """
        Return where all filters hold, this one left out.
        """
        found = np.ones(size, np.bool_)
        for other, mask in self.masks.items():
            if other != name:
                found &= mask
        return found


def apply_filters(table: Table, wanted: Wanted, statuses: Codes, now: datetime) -> Found:
    """
    Return where each filter holds.
    """
    scores = np.zeros(len(table), np.uint16)
    masks: dict[str, Mask] = {name: _has_value(table, name, values) for name, values in wanted.values.items()}
    if wanted.q.strip():
        words = tuple(dict.fromkeys(reversed(words_of(wanted.q))))[::-1]  # each once, the last one last
        scores = table.index.score(words, len(table))
        masks["q"] = scores > 0
    if not wanted.shows_past:
        masks["upcoming"] = table["starts_at"] > microseconds(now)
    if wanted.first_day or wanted.last_day:
        masks["month"] = _within_days(table, wanted)
    if wanted.lowest is not None or wanted.highest is not None:
        masks["price"] = _within_price(table, wanted)
    masks |= _filter_availability(table, wanted, statuses)
    return Found(scores, statuses, masks)


def _filter_availability(table: Table, wanted: Wanted, statuses: Codes) -> dict[str, Mask]:
    masks: dict[str, Mask] = {}
    if wanted.availability:
        masks["availability"] = with_words(statuses, set(wanted.availability))
        if MOVED in wanted.availability:
            masks["availability"] |= table["moved"]
    if wanted.available:
        masks["available"] = with_words(statuses, BUYABLE)
    if wanted.accessible:
        masks["accessible"] = table["accessible"] > 0
    return masks


def _has_value(table: Table, name: str, values: tuple[str, ...]) -> Mask:
    words = table.words[name]
    if VALUES[name].endswith("_id"):  # an id is itself, not a word
        numbers: list[Any] = [words.exact(value) for value in values]
    else:
        numbers = [number for value in values for number in words.numbers(value)]
    allowed = np.zeros(len(words.values) + 1, np.bool_)
    allowed[[number for number in numbers if number is not None]] = True
    return allowed[table[name]]


def _within_days(table: Table, wanted: Wanted) -> Mask:
    found = np.ones(len(table), np.bool_)
    if wanted.first_day:
        found &= table["starts_at"] >= _midnight(wanted.first_day)
    if wanted.last_day:
        found &= table["starts_at"] < _midnight(wanted.last_day) + timedelta(days=1) // timedelta(microseconds=1)
    return found


def _midnight(day: date) -> int:
    return microseconds(datetime.combine(day, time(), UTC))


def _within_price(table: Table, wanted: Wanted) -> Mask:
    found: Mask = table["highest"] >= (wanted.lowest or 0)  # -1 without a price
    if wanted.highest is not None:
        found &= table["lowest"] <= wanted.highest
    return found
