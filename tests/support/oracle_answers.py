"""
What the API should answer about an event of the oracle's world: the wire forms, written down once more.

Lists whose order means nothing are dicts here; `keyed` makes them so in an answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from oracle import STATUSES, Event, Part, World

HEAD = (
    *("event_id", "name", "attraction", "tour", "category", "genre"),
    *("venue_id", "venue_name", "city", "region", "country", "timezone"),
)
Answer = dict[str, Any]


def keyed(rows: Iterable[Answer], key: str) -> dict[str, Answer]:
    """
    Return rows by the value of one of their fields; no two may share it.
    """
    listed = list(rows)
    found = {row[key]: row for row in listed}
    assert len(found) == len(listed), "a row is there twice"
    return found


def when(at: datetime | None) -> str | None:
    """
    Return a time as answers give it.
    """
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None


def places(part: Part) -> list[tuple[str, str, int]]:
    """
    Return price level, status and number of places, as often as there are.
    """
    if "seats" in part:
        return [(seat["level"], seat["status"], 1) for seat in part["seats"].values()]
    return [(part["level"], status, number) for status, number in part["counts"].items()]


def counts(found: Iterable[tuple[str, str, int]]) -> dict[str, int]:
    """
    Return status → places.
    """
    total = Counter(dict.fromkeys(STATUSES, 0))
    for _, status, number in found:
        total[status] += number
    return dict(total)


def all_places(event: Event) -> list[tuple[str, str, int]]:
    """
    Return the places of all parts.
    """
    return [place for part in event["parts"].values() for place in places(part)]


def word(event: Event, now: datetime) -> str:
    """
    Return how an event is.
    """
    left = counts(all_places(event))
    buyable = left["free"] + left["held"] + left["sold"] + left["listed"]
    rules = [
        ("cancelled", event["cancelled"]),
        ("past", event["starts_at"] <= now),
        ("not_yet_on_sale", event["on_sale_at"] is not None and event["on_sale_at"] > now),
        ("paused", not event["on_sale"]),
        ("resale_only", left["free"] == 0 and left["listed"] > 0),
        ("sold_out", left["free"] == 0),
        ("few_left", left["free"] <= 0.05 * buyable),
        ("on_sale", True),
    ]
    return next(name for name, holds in rules if holds)


def price(event: Event, level: str) -> Answer | None:
    """
    Return what a level costs.
    """
    if level not in event["prices"]:
        return None
    return {"price_level": level, **cost(*event["prices"][level])}


def cost(face: int, fees: int) -> dict[str, int]:
    """
    Return an amount with its parts.
    """
    return {"face_cents": face, "fees_cents": fees, "total_cents": face + fees}


def price_range(event: Event, found: Iterable[tuple[str, str, int]]) -> Answer:
    """
    Return the lowest and highest price of places that are free; of equal ones the first by name.
    """
    levels = sorted({level for level, status, number in found if status == "free" and number})
    prices = [known for level in levels if (known := price(event, level))]
    return {
        "lowest_price": min(prices, key=lambda one: one["total_cents"], default=None),
        "highest_price": max(prices, key=lambda one: one["total_cents"], default=None),
    }


def availability(event: Event, now: datetime) -> Answer:
    """
    Return what is left, by level and section.
    """
    everything = all_places(event)
    levels = {level for level, _, number in everything if number}
    return {
        "event_id": event["event_id"],
        "status": word(event, now),
        "currency": event["currency"],
        "counts": counts(everything),
        **price_range(event, everything),
        "price_levels": {
            level: {
                "price_level": level,
                "price": price(event, level),
                **counts(place for place in everything if place[0] == level),
            }
            for level in levels
        },
        "sections": {name: section_availability(event, name, part) for name, part in event["parts"].items()},
    }


def section_availability(event: Event, name: str, part: Part) -> Answer:
    """
    Return what is left of a section.
    """
    mine = places(part)
    return {
        "section": name,
        "kind": "section" if "seats" in part else "area",
        "price_levels": {level for level, _, _ in mine},
        **counts(mine),
        **price_range(event, mine),
    }


def head(event: Event, now: datetime) -> Answer:
    """
    Return what an event is.
    """
    times = {name: when(event[name]) for name in ("starts_at", "on_sale_at", "moved_from")}
    return {name: event[name] for name in HEAD} | times | {"status": word(event, now)}


def detail(event: Event, now: datetime) -> Answer:
    """
    Return an event on its own.
    """
    more = {name: event[name] for name in ("presale", "chart_id", "chart_version", "currency")}
    return head(event, now) | more | {"prices": {level: price(event, level) for level in event["prices"]}}


def left(event: Event, now: datetime) -> Answer:
    """
    Return what is left in a few words, as among many events.
    """
    everything = all_places(event)
    resale = [
        cost(record.face_cents, record.fees_cents)
        for record in (listing["record"] for listing in event["listings"].values())
        if record.currency == event["currency"]
    ]
    return {
        "event_id": event["event_id"],
        "status": word(event, now),
        "moved_from": when(event["moved_from"]),
        "currency": event["currency"],
        "counts": counts(everything),
        **price_range(event, everything),
        "lowest_resale_price": min(resale, key=lambda one: (one["total_cents"], one["fees_cents"]), default=None),
    }


def summary(world: World, event: Event, now: datetime) -> Answer:
    """
    Return an event as a search lists it.
    """
    chart = world["charts"].get((event["venue_id"], event["chart_id"], event["chart_version"]), {})
    accessible = {
        (name, seat.label)
        for name, mapped in chart.items()
        for row in mapped.rows
        for seat in row.seats
        if seat.accessible
    }
    free = {
        (name, label)
        for name, part in event["parts"].items()
        for label, seat in part.get("seats", {}).items()
        if seat["status"] == "free"
    }
    return head(event, now) | left(event, now) | {"accessible_free": len(accessible & free)}
