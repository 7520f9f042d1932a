"""
A search as one would write it without a thought of speed, and the events that it is tried on.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from inventory_api.catalogue.filters import Wanted
from inventory_api.catalogue.rows import State
from inventory_api.catalogue.table import VALUES
from inventory_api.catalogue.text import allowed_typos, fold, words_of
from inventory_api.events import Event
from inventory_api.words import event_status

NOW = datetime(2030, 6, 15, 12, tzinfo=UTC)
_FIELDS = {"name": 4, "attraction": 4, "tour": 3, "venue_name": 2, "city": 2}
_FIELDS |= dict.fromkeys(("region", "country", "category", "genre"), 1)
_BUYABLE = {"on_sale", "few_left", "resale_only"}

texts = st.lists(
    st.sampled_from(["Zürich", "zurich", "Rockers", "rock", "Rocker", "O'Neill", "Night", "nights", "The", "Midnight"]),
    min_size=1,
    max_size=3,
).map(" ".join)
hours = st.sampled_from([-900, -30, -1, 1, 5, 30, 200, 5_000])


@st.composite
def states(draw: st.DrawFn, event_id: str) -> State:
    """
    Some state of an event.
    """
    event = Event(event_id, name=draw(texts))
    event.venue_id, event.venue_name = draw(
        st.sampled_from([("v1", "Hall"), ("v1", "New Hall"), ("v2", "Arena"), ("", "")])
    )
    event.city = draw(st.sampled_from(["Lyon", "lyon", "Zürich", ""]))
    event.attraction = draw(st.sampled_from(["", "Rockers", "The Night"]))
    event.category, event.tour = draw(st.sampled_from(["", "Concerts", "Sports"])), draw(texts)
    event.starts_at = NOW + timedelta(hours=draw(hours))
    event.on_sale_at = draw(st.none() | hours.map(lambda shift: NOW + timedelta(hours=shift)))
    event.moved_from = draw(st.none() | st.just(NOW))
    event.on_sale, event.cancelled = draw(st.sampled_from([(True, False)] * 4 + [(False, False), (True, True)]))
    event.prices = draw(st.sampled_from([{}, {"A": [1_000, 100]}, {"A": [5_000, 0], "B": [900, 100]}]))
    counts = draw(
        st.sampled_from([(0, 0, 9, 1, 0), (0, 1, 9, 0, 2), (1, 0, 30, 5, 0), (9, 3, 0, 0, 1), (0, 0, 0, 0, 0)])
    )
    levels = draw(st.sampled_from([("A",), ("A", "B"), ("B", "C")])) if counts[0] else ()
    return State(event, counts, levels, draw(st.sampled_from([0, 2])))


class PlainSearch:
    """
    What a search finds among some events.
    """

    def __init__(self, events: dict[str, State], wanted: Wanted, sort: str) -> None:
        """
        Look at every event.
        """
        self._wanted = wanted
        self._events = events
        words = words_of(wanted.q)
        self._words = [word for place, word in enumerate(words) if word not in words[place + 1 :]]
        self._known = {word for state in events.values() for word in words_by_weight(state)}
        self.scores = {event_id: self._score(state) for event_id, state in events.items()}
        found = [state for state in events.values() if all(self.filters(state).values())]
        self.ids = [state.event.event_id for state in sorted(found, key=lambda state: self._key(state, sort))]

    def filters(self, state: State) -> dict[str, bool]:
        """
        Whether each filter lets an event through.
        """
        wanted, event = self._wanted, state.event
        status, prices = event_status(event, state.counts, NOW), total_prices(state)
        found = {name: self._has(state, name, values) for name, values in wanted.values.items()}
        found["q"] = not wanted.q.strip() or self.scores[event.event_id] > 0
        found["month"] = (
            (wanted.first_day or event.starts_at.date())
            <= event.starts_at.date()
            <= (wanted.last_day or event.starts_at.date())
        )
        found["upcoming"] = bool(wanted.first_day or wanted.last_day or wanted.availability) or event.starts_at > NOW
        if wanted.lowest is not None or wanted.highest is not None:
            found["price"] = bool(prices) and max(prices) >= (wanted.lowest or 0)
            found["price"] &= wanted.highest is None or (bool(prices) and min(prices) <= wanted.highest)
        moved = "moved" in wanted.availability and event.moved_from is not None
        found["availability"] = not wanted.availability or status in wanted.availability or moved
        found["available"] = not wanted.available or status in _BUYABLE
        found["accessible"] = not wanted.accessible or state.accessible > 0
        return found

    def facet(self, name: str) -> Counter[str]:
        """
        How many events have which value, all filters but the facet's own applied.
        """
        counts: Counter[str] = Counter()
        for state in self._events.values():
            if all(passed for other, passed in self.filters(state).items() if other != name):
                counts.update(value for value in values_of(state, name) if value)
        return counts

    def _has(self, state: State, name: str, values: tuple[str, ...]) -> bool:
        mine = getattr(state.event, VALUES[name])
        return mine in values if name == "venue" else fold(mine) in map(fold, values)

    def _score(self, state: State) -> int:
        mine = words_by_weight(state)
        found = [self._score_word(mine, word, last=word is self._words[-1]) for word in self._words]
        return sum(found) if found and all(found) else 0

    def _score_word(self, mine: dict[str, int], word: str, *, last: bool) -> int:
        begun = {known for known in self._known if last and known.startswith(word)}
        if word in self._known or begun:
            worth = dict.fromkeys(begun, 3) | {word: 4}
        else:
            typos = {known: _typos(word, known, last=last) for known in self._known}
            fewest = min(typos.values(), default=9)
            worth = {known: 3 - fewest for known in typos if typos[known] == fewest <= allowed_typos(word)}
        return max((weight * worth.get(known, 0) for known, weight in mine.items()), default=0)

    def _key(self, state: State, sort: str) -> tuple[Any, ...]:
        event, prices, latest = state.event, total_prices(state), datetime.max.replace(tzinfo=UTC)
        first: Any = {
            "relevance": (-self.scores[event.event_id], event.starts_at),
            "starts_at": event.starts_at,
            "-starts_at": -event.starts_at.timestamp(),
            "on_sale_at": event.on_sale_at or latest,
            "price": min(prices, default=10**15),
            "-price": -max(prices, default=-(10**15)),
            "name": fold(event.name),
        }[sort]
        return first, event.event_id


def _typos(word: str, known: str, *, last: bool) -> int:
    whole = OSA.distance(word, known)
    return min(whole, OSA.distance(word, known[: len(word)])) if last else whole


def words_by_weight(state: State) -> dict[str, int]:
    """
    The words of an event, with the weight of the heaviest field that has them.
    """
    found: dict[str, int] = {}
    for field, weight in _FIELDS.items():
        for word in words_of(getattr(state.event, field)):
            found[word] = max(weight, found.get(word, 0))
    return found


def total_prices(state: State) -> list[int]:
    """
    Total prices of an event's free places.
    """
    return [sum(state.event.prices[level]) for level in state.levels if level in state.event.prices]


def values_of(state: State, name: str) -> list[str]:
    """
    The values under which a facet counts an event.
    """
    if name == "availability":
        moved = ["moved"] if state.event.moved_from else []
        return [event_status(state.event, state.counts, NOW), *moved]
    return [f"{state.event.starts_at:%Y-%m}"] if name == "month" else [getattr(state.event, VALUES[name])]
