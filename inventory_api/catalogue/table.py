"""
The events of the catalogue: an object each, and what filters compare in columns of numbers.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from inventory_api.catalogue.order import Order
from inventory_api.catalogue.rows import State
from inventory_api.catalogue.text import fold, shared_words_of, words_of
from inventory_api.catalogue.words_index import WordsIndex
from inventory_api.events import Event

NEVER = np.iinfo(np.int64).max  # no price, no time: after all others
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COLUMNS: dict[str, tuple[type[np.generic], int]] = {
    "starts_at": (np.int64, 0),
    "on_sale_at": (np.int64, 0),
    "lowest": (np.int64, 0),
    "highest": (np.int64, 0),
    "counts": (np.int32, 5),
    "accessible": (np.int32, 0),
    "month": (np.int32, 0),
    "cancelled": (np.bool_, 0),
    "on_sale": (np.bool_, 0),
    "moved": (np.bool_, 0),
}
VALUES = {
    "category": "category",
    "genre": "genre",
    "country": "country",
    "region": "region",
    "city": "city",
    "venue": "venue_id",
    "attraction": "attraction",
}
"""Columns of words, and the fields they come from."""
# How much a field says about what an event is, light ones first.
_WEIGHTS = {
    "region": 1,
    "country": 1,
    "category": 1,
    "genre": 1,
    "venue_name": 2,
    "city": 2,
    "tour": 3,
    "attraction": 4,
}
_NAME_WEIGHT = 4
_TEXTS = attrgetter("name", *_WEIGHTS, *VALUES.values())

Column = npt.NDArray[Any]


def microseconds(at: datetime) -> int:
    """
    Return a time as a number that columns compare.
    """
    passed = at - _EPOCH
    return (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds


class Words:
    """
    The different words of a column, by number.
    """

    def __init__(self) -> None:
        self.values: list[str] = []
        self._numbers: dict[str, int] = {}
        self._folded: dict[str, list[int]] = {}

    def number(self, value: str) -> int:
        """
        Return the number of a word, a new one for a new word.
        """
        found = self._numbers.get(value)
        if found is None:
            found = self._numbers[value] = len(self.values)
            self.values.append(value)
            self._folded.setdefault(fold(value), []).append(found)
        return found

    def numbers(self, value: str) -> list[int]:
        """
        Return the numbers of the words that differ from this one in case and accents at most.
        """
        return self._folded.get(fold(value), [])

    def exact(self, value: str) -> int | None:
        """
        Return the number of a word, if it is there.
        """
        return self._numbers.get(value)


class Table:
    """
    A row (slot) an event, in the order in which they came.
    """

    def __init__(self) -> None:
        self.states: list[State] = []
        self.slots: dict[str, int] = {}
        self.words = {name: Words() for name in VALUES}
        self.index = WordsIndex()
        self.by_id, self.by_name = Order(), Order()
        self._columns = _columns(1_024)

    def __len__(self) -> int:
        """Return the number of events."""
        return len(self.states)

    def __getitem__(self, name: str) -> Column:
        """Return a column."""
        return self._columns[name][: len(self.states)]

    def put(self, states: Sequence[State]) -> None:
        """
        Add or replace events, and keep the orders.
        """
        new, renamed, former = [], [], []
        for state in states:
            slot = self.slots.get(state.event.event_id)
            if slot is None:
                new.append(state)
            elif state.event.name != self.states[slot].event.name:
                renamed.append(state)
                former.append(name_key(self.states[slot].event.name, state.event.event_id))
        self.put_unordered(states)
        self.by_name.remove(former)
        self.by_name.add([self._named(state) for state in [*new, *renamed]])
        self.by_id.add([(state.event.event_id, self.slots[state.event.event_id]) for state in new])

    def put_unordered(self, states: Sequence[State]) -> None:
        """
        Add or replace events; `by_id` and `by_name` are then to be made anew.
        """
        self._grow(len(self.states) + len(states))
        for state in states:
            slot = self.slots.setdefault(state.event.event_id, len(self.states))
            if slot == len(self.states):
                self.states.append(state)
                self._describe(slot, state.event)
            else:
                before, self.states[slot] = self.states[slot].event, state
                if _TEXTS(before) != _TEXTS(state.event):
                    self._describe(slot, state.event)
            self._set(slot, state)

    def copy(self) -> "Table":
        """
        Return a table that changes by itself. Numbers of words stay common to both.
        """
        other = Table()
        other.states, other.slots = self.states.copy(), self.slots.copy()
        other.words, other.index = self.words, self.index.copy()
        other.by_id, other.by_name = self.by_id, self.by_name
        other._columns = {name: column.copy() for name, column in self._columns.items()}
        return other

    def _named(self, state: State) -> tuple[str, int]:
        return name_key(state.event.name, state.event.event_id), self.slots[state.event.event_id]

    def _set(self, slot: int, state: State) -> None:
        event, columns = state.event, self._columns
        totals = sorted(sum(event.prices[level]) for level in state.levels if level in event.prices)
        columns["starts_at"][slot] = microseconds(event.starts_at)
        columns["on_sale_at"][slot] = microseconds(event.on_sale_at) if event.on_sale_at else NEVER
        columns["lowest"][slot], columns["highest"][slot] = (totals[0], totals[-1]) if totals else (NEVER, -1)
        columns["counts"][slot] = state.counts
        columns["accessible"][slot] = state.accessible
        day = event.starts_at.astimezone(UTC)
        columns["month"][slot] = day.year * 12 + day.month - 1
        columns["cancelled"][slot], columns["on_sale"][slot] = event.cancelled, event.on_sale
        columns["moved"][slot] = event.moved_from is not None

    def _describe(self, slot: int, event: Event) -> None:
        for name, field in VALUES.items():
            self._columns[name][slot] = self.words[name].number(getattr(event, field))
        weighted = [(weight, shared_words_of(getattr(event, field))) for field, weight in _WEIGHTS.items()]
        self.index.put(slot, self.index.tokens([*weighted, (_NAME_WEIGHT, words_of(event.name))]))

    def _grow(self, size: int) -> None:
        capacity = len(self._columns["month"])
        if size <= capacity:
            return
        larger = _columns(max(size, 2 * capacity))
        for name, column in self._columns.items():
            larger[name][:capacity] = column
        self._columns = larger


def name_key(name: str, event_id: str) -> str:
    """
    Return what events are compared by when they are sorted by name.
    """
    return f"{fold(name)}\0{event_id}"


def _columns(capacity: int) -> dict[str, Column]:
    kinds = _COLUMNS | dict.fromkeys(VALUES, (np.int32, 0))
    return {name: np.zeros((capacity, width) if width else capacity, kind) for name, (kind, width) in kinds.items()}
