"""
What is left of an event by section and price level, made from a picture of it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import numpy as np

from inventory_api.events import Event
from inventory_api.live.answers import FOR_EVER, Kept
from inventory_api.live.event import LiveEvent, LivePart
from inventory_api.prices import Price, event_prices, price_range
from inventory_api.words import event_status, next_change

ByLevel = Mapping[str, Sequence[int]]
_NAMES = ("free", "held", "sold", "blocked", "listed")
_CODES = len(_NAMES)
_encode = msgspec.json.Encoder().encode


def encode_availability(live: LiveEvent, now: datetime) -> Kept:
    """
    Return the answer about an event, in the form of `schemas.availability.Availability`.
    """
    changes_at = next_change(live.event, now)
    return Kept(_encode(_content(live, now)), until=changes_at.timestamp() if changes_at else FOR_EVER)


class _Row(msgspec.Struct, frozen=True, gc=False):
    """
    What is said of a part, encoded, and its counts by level; good for as long as part and event are these.
    """

    part: LivePart
    event: Event
    levels: ByLevel
    body: msgspec.Raw


def _content(live: LiveEvent, now: datetime) -> dict[str, Any]:
    event = live.event
    prices = event_prices(event)
    rows = _rows(live, prices)
    by_level: dict[str, list[Sequence[int]]] = {}
    for row in rows:
        for level, found in row.levels.items():
            by_level.setdefault(level, []).append(found)
    levels = {level: tuple(map(sum, zip(*found, strict=True))) for level, found in sorted(by_level.items())}
    totals = live.totals()
    return {
        "event_id": event.event_id,
        "status": event_status(event, totals, now),
        "currency": event.currency,
        "counts": name_counts(totals),
        **price_range(prices, _with_free(levels)),
        "price_levels": [
            {"price_level": level, "price": prices.get(level), **name_counts(found)} for level, found in levels.items()
        ],
        "sections": [row.body for row in rows],
    }


def _rows(live: LiveEvent, prices: dict[str, Price]) -> list[_Row]:
    """
    Return the rows of all parts. Most are as they were in the picture before, and are not made again.
    """
    memory: dict[int, _Row] = live.memory.setdefault("availability", {})
    rows = []
    for part in live.parts:
        row = memory.get(part.number)
        if row is None or row.part is not part or row.event is not live.event:
            row = memory[part.number] = _row(part, live.event, prices)
        rows.append(row)
    return rows


def _row(part: LivePart, event: Event, prices: dict[str, Price]) -> _Row:
    levels = counts_by_level(part)
    content = {"section": part.name, "kind": part.kind, "price_levels": list(levels), **name_counts(part.counts)}
    return _Row(part, event, levels, msgspec.Raw(_encode(content | price_range(prices, _with_free(levels)))))


def name_counts(counts: Any) -> dict[str, int]:
    """
    Return status → places.
    """
    return dict(zip(_NAMES, counts, strict=True))


def counts_by_level(part: LivePart) -> ByLevel:
    """
    Return price level → counts by status, of one section or area.
    """
    if not part.seat_levels:
        return {part.levels[0]: part.counts}
    levels, statuses = (np.frombuffer(found, np.uint8) for found in (part.seat_levels, part.statuses))
    found = np.bincount(levels * np.uint16(_CODES) + statuses, minlength=_CODES * len(part.levels))
    counts = found.reshape(-1, _CODES).tolist()
    return {level: mine for level, mine in zip(part.levels, counts, strict=True) if any(mine)}


def _with_free(levels: ByLevel) -> list[str]:
    return [level for level, counts in levels.items() if counts[0]]
