"""
What the API should say about seats, charts and offers of an event of the oracle's world.
"""

from __future__ import annotations

import struct
from datetime import datetime
from typing import Any

from oracle import STATUSES, Event, World
from oracle_answers import Answer, all_places, cost, counts, price, when, word


def seats(event: Event) -> Answer:
    """
    Return how each seat stands: section → its statuses as digits, area → counts.
    """
    sections = {name: part["seats"].values() for name, part in event["parts"].items() if "seats" in part}
    return {
        "sections": {
            name: "".join(str(STATUSES.index(seat["status"])) for seat in found) for name, found in sections.items()
        },
        "areas": {
            name: {"section": name, **part["counts"]} for name, part in event["parts"].items() if "counts" in part
        },
    }


def unpacked(body: bytes, chart: Answer) -> Answer:
    """
    Return what the compact form says, in the form of `seats`.
    """
    magic, _, size, areas, version = struct.unpack("<4sQII8s", body[:28])
    assert (magic, version.decode()) == (b"SST1", chart["version"])
    packed, tail = body[28 : 28 + (size + 1) // 2], body[28 + (size + 1) // 2 :]
    digits = "".join(f"{byte & 15}{byte >> 4}" for byte in packed)[:size]
    numbers = struct.unpack(f"<{areas * 5}I", tail)
    return {
        "sections": {
            section["section"]: digits[section["first"] : section["first"] + section["seats"]]
            for section in chart["sections"]
        },
        "areas": {
            area["section"]: {
                "section": area["section"],
                **dict(zip(STATUSES, numbers[area["index"] * 5 : area["index"] * 5 + 5], strict=True)),
            }
            for area in chart["areas"]
        },
    }


def manifest(world: World, event: Event) -> Answer:
    """
    Return what the chart should say: section → (label, level, accessible) in order, area → capacity and level.
    """
    charts = world["charts"].get((event["venue_id"], event["chart_id"], event["chart_version"]), {})
    drawn = {name: {seat.label: seat for row in mapped.rows for seat in row.seats} for name, mapped in charts.items()}
    sections = {}
    for name, part in event["parts"].items():
        if "seats" in part:
            known = drawn.get(name, {})
            sections[name] = [
                (label, seat["level"], label in known and known[label].accessible)
                for label, seat in part["seats"].items()
            ]
    areas = {
        name: (sum(part["counts"].values()), part["level"]) for name, part in event["parts"].items() if "counts" in part
    }
    return {"sections": sections, "areas": areas}


def charted(chart: Answer) -> Answer:
    """
    Return the same from the chart that was answered.
    """
    levels = chart["price_levels"]
    sections: dict[str, Any] = {}
    for section in chart["sections"]:
        rows = sorted(section["rows"], key=lambda row: row["first"])
        sections[section["section"]] = [
            (label, levels[level], number in row["accessible"])
            for row in rows
            for number, (label, level) in enumerate(zip(row["labels"], row["price_levels"], strict=True))
        ]
    areas = {area["section"]: (area["capacity"], levels[area["price_level"]]) for area in chart["areas"]}
    return {"sections": sections, "areas": areas}


def offers(world: World, event: Event, now: datetime) -> Answer:
    """
    Return the ways to buy.
    """
    status = word(event, now)
    closed = status in ("cancelled", "past")
    return {
        "event_id": event["event_id"],
        "status": status,
        "reason": status if closed else None,
        "currency": event["currency"],
        "presale": event["presale"],
        "on_sale_at": when(event["on_sale_at"]),
        "prices": {} if closed else {level: level_offer(event, level, now) for level in event["prices"]},
        "offers": {} if closed else {id: offer(world, event, r, now) for id, r in event["offers"].items()},
        "listings": {} if closed else {id: listing(event, id) for id in event["listings"]},
    }


def state(record: Any, now: datetime) -> str:
    """
    Return whether an offer's time has come.
    """
    if record.starts_at and now < record.starts_at:
        return "upcoming"
    return "ended" if record.ends_at and now >= record.ends_at else "open"


def free_of(event: Event, levels: Any) -> int:
    """
    Return how many places of some levels are free.
    """
    return sum(number for level, status, number in all_places(event) if status == "free" and level in levels)


def level_offer(event: Event, level: str, now: datetime) -> Answer:
    """
    Return what a level costs, and how many an order may have.
    """
    limits = [
        record.limit_per_order
        for record in event["offers"].values()
        if not record.contains and state(record, now) == "open" and level in (record.price_levels or [level])
    ]
    unlimited = not limits or 0 in limits
    known = price(event, level) or {}
    return {**known, "free": free_of(event, {level}), "limit_per_order": None if unlimited else max(limits)}


def offer(world: World, event: Event, record: Any, now: datetime) -> Answer:
    """
    Return one offer, and how often it could be sold.
    """
    levels = list(record.price_levels) or list(event["prices"])
    bundled = {}
    for id in record.contains:
        if id in world["events"] and id != event["event_id"]:
            other = world["events"][id]
            status = word(other, now)
            free = 0 if status in ("cancelled", "past") else counts(all_places(other))["free"]
            bundled[id] = {"event_id": id, "status": status, "free": free}
    return {
        "offer_id": record.offer_id,
        "name": record.name,
        "kind": "package" if record.contains else "standard",
        "contains": list(record.contains),
        "events": bundled,
        "price_levels": set(levels),
        "price": cost(record.face_cents, record.fees_cents) if record.face_cents else None,
        "currency": record.currency,
        "limit_per_order": record.limit_per_order or None,
        "starts_at": when(record.starts_at),
        "ends_at": when(record.ends_at),
        "state": state(record, now),
        "fulfillable": min([free_of(event, set(levels)), *(other["free"] for other in bundled.values())]),
    }


def listing(event: Event, id: str) -> Answer:
    """
    Return what an owner offers.
    """
    found = event["listings"][id]
    record, mine = found["record"], found["places"]
    return {
        "listing_id": id,
        "section": record.section,
        "seats": [] if isinstance(mine, int) else sorted(mine),
        "quantity": mine if isinstance(mine, int) else len(mine),
        "price": cost(record.face_cents, record.fees_cents),
        "currency": record.currency,
    }
