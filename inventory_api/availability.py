"""
What is left of an event by section and price level, made from a picture of it.
"""

from datetime import datetime
from typing import Any

import msgspec

from inventory_api.live.answers import FOR_EVER, Kept
from inventory_api.live.event import LiveEvent, LivePart
from inventory_api.prices import event_prices, price_range
from inventory_api.words import event_status, next_change

_NAMES = ("free", "held", "sold", "blocked", "listed")
_CODES = range(len(_NAMES))
_encode = msgspec.json.Encoder().encode


def encode_availability(live: LiveEvent, now: datetime) -> Kept:
    """
    Return the answer about an event, in the form of `schemas.availability.Availability`.
    """
    changes_at = next_change(live.event, now)
    return Kept(_encode(availability_of(live, now)), until=changes_at.timestamp() if changes_at else FOR_EVER)


def availability_of(live: LiveEvent, now: datetime) -> dict[str, Any]:
    """
    Return what is left of an event.
    """
    event = live.event
    prices = event_prices(event)
    levels: dict[str, list[int]] = {}
    sections = []
    for part in live.parts:
        mine = counts_by_level(part)
        for level, found in mine.items():
            levels[level] = [a + b for a, b in zip(levels.get(level, _NOTHING), found, strict=True)]
        head = {"section": part.name, "kind": part.kind, "price_levels": list(mine), **name_counts(part.counts)}
        sections.append(head | price_range(prices, _with_free(mine)))
    totals = live.totals()
    return {
        "event_id": event.event_id,
        "status": event_status(event, totals, now),
        "currency": event.currency,
        "counts": name_counts(totals),
        **price_range(prices, _with_free(levels)),
        "price_levels": [
            {"price_level": level, "price": prices.get(level), **name_counts(found)}
            for level, found in sorted(levels.items())
        ],
        "sections": sections,
    }


_NOTHING = (0,) * len(_NAMES)
ByLevel = dict[str, Any]


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
    found: ByLevel = {}
    for number, name in enumerate(part.levels):
        mine = bytes(status for status, level in zip(part.statuses, part.seat_levels, strict=True) if level == number)
        if mine:
            found[name] = [mine.count(code) for code in _CODES]
    return found


def _with_free(levels: ByLevel) -> list[str]:
    return [level for level, counts in levels.items() if counts[0]]
