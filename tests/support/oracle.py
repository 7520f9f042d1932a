"""
What is true after some records, worked out the plain way: dicts, one rule a record type, nothing kept ready.

A world is {"events": id → event, "charts": (venue, chart, version) → section → record}. An event has its words, "prices"
(level → face, fees), "offers", "listings" and "parts": a section is {"seats": label → seat}, in the order of release, an
area {"counts": status → places, "holds": hold → places}.
"""

from __future__ import annotations

from typing import Any

STATUSES = ("free", "held", "sold", "blocked", "listed")
REMEMBERED = 10_000  # offsets after which the same id is another record
WORDS = (
    *("name", "venue_id", "starts_at", "chart_id", "chart_version", "attraction", "tour", "category", "genre"),
    *("venue_name", "city", "region", "country", "timezone", "currency", "on_sale_at"),
)

World = dict[str, Any]
Event = dict[str, Any]
Part = dict[str, Any]


def new_world() -> World:
    """
    Nothing has happened.
    """
    return {"events": {}, "charts": {}, "seen": {}}


def apply(world: World, delivered: Any) -> None:
    """
    Let one record happen. One that comes again, cannot be read, or is about what is not there changes nothing.
    """
    id = (delivered.partition, delivered.source, delivered.id)
    before, world["seen"][id] = world["seen"].get(id), delivered.offset
    rule = RULES.get(delivered.type)
    again = before is not None and delivered.offset - before <= REMEMBERED
    if rule is None or again or delivered.record is None:
        return
    try:
        rule(world, delivered.record)
    except KeyError:
        return


def chart_section_mapped(world: World, r: Any) -> None:
    """A section of a chart is as the last record says."""
    world["charts"].setdefault((r.venue_id, r.chart_id, r.chart_version), {})[r.section] = r


def event_scheduled(world: World, r: Any) -> None:
    """An event is there, or is described anew."""
    blank = {"moved_from": None, "on_sale": True, "presale": "", "cancelled": False}
    event = world["events"].setdefault(
        r.event_id, {"event_id": r.event_id, **blank, "prices": {}, "offers": {}, "listings": {}, "parts": {}}
    )
    event.update({word: getattr(r, word) for word in WORDS})
    settle_move(event)


def event_rescheduled(world: World, r: Any) -> None:
    """It moves; what people knew first is remembered."""
    event = world["events"][r.event_id]
    event["moved_from"] = event["moved_from"] or event["starts_at"]
    event["starts_at"] = r.starts_at
    settle_move(event)
    if r.venue_id not in ("", event["venue_id"]):
        event.update(venue_id=r.venue_id, venue_name="", city="", region="", country="")


def settle_move(event: Event) -> None:
    """An event that is back at its first start has not moved."""
    if event["moved_from"] == event["starts_at"]:
        event["moved_from"] = None


def event_cancelled(world: World, r: Any) -> None:
    """It will not take place."""
    world["events"][r.event_id]["cancelled"] = True


def event_on_sale_changed(world: World, r: Any) -> None:
    """Sales begin or pause."""
    event = world["events"][r.event_id]
    event.update(on_sale=r.on_sale, presale=r.presale, on_sale_at=r.on_sale_at or event["on_sale_at"])


def prices_set(world: World, r: Any) -> None:
    """Levels cost this from now on."""
    event = world["events"][r.event_id]
    event["currency"] = r.currency
    event["prices"].update({p.price_level: (p.face_cents, p.fees_cents) for p in r.prices})


def offer_published(world: World, r: Any) -> None:
    """It can be bought this way."""
    world["events"][r.event_id]["offers"][r.offer_id] = r


def offer_withdrawn(world: World, r: Any) -> None:
    """It cannot any more."""
    world["events"][r.event_id]["offers"].pop(r.offer_id, None)


def seats_released(world: World, r: Any) -> None:
    """Places join the event, or are free again."""
    parts, labels = world["events"][r.event_id]["parts"], r.labels()
    part = parts.get(r.section)
    if part is None:
        if len(set(labels)) < len(labels):
            return
        part = {"level": r.price_level, "seats": {}} if labels else new_area(r.price_level)
        parts[r.section] = part
    if "seats" in part and labels:
        release_seats(part, labels, r.price_level or part["level"])
    elif "counts" in part and r.quantity and r.price_level in ("", part["level"]):
        part["counts"]["blocked"] -= min(r.quantity, part["counts"]["blocked"])
        part["counts"]["free"] += r.quantity


def new_area(level: str) -> Part:
    """An area without places."""
    return {"level": level, "counts": dict.fromkeys(STATUSES, 0), "holds": {}}


def release_seats(part: Part, labels: Any, level: str) -> None:
    """New seats come with their level; blocked ones are free."""
    for label in labels:
        seat = part["seats"].setdefault(label, {"status": "free", "level": level, "owner": ""})
        if seat["status"] == "blocked":
            seat["status"] = "free"


def part_of(world: World, r: Any) -> tuple[Event, Part]:
    """The event and part of a record that names seats of a section, or a quantity of an area; KeyError otherwise."""
    event = world["events"][r.event_id]
    part = event["parts"][r.section]
    for label in r.seats:
        part["seats"][label]
    if r.quantity:
        part["counts"]["free"]
    return event, part


def move(world: World, r: Any, source: str, target: str, owner: str = "") -> list[str] | int:
    """Places of one status become another: each seat for itself, of an area all or none."""
    _, part = part_of(world, r)
    if r.quantity:
        won = r.quantity if part["counts"][source] >= r.quantity else 0
        shift(part, source, target, won)
        return won
    labels = [label for label in r.seats if part["seats"][label]["status"] == source]
    for label in labels:
        part["seats"][label].update(status=target, owner=owner)
    return labels


def shift(part: Part, source: str, target: str, quantity: int) -> None:
    """Places of an area change their status."""
    part["counts"][source] -= quantity
    part["counts"][target] += quantity


def seats_blocked(world: World, r: Any) -> None:
    """Free places go off sale."""
    move(world, r, "free", "blocked")


def seats_repriced(world: World, r: Any) -> None:
    """Places get another level; of an area all of them at once."""
    _, part = part_of(world, r)
    if r.quantity and r.quantity == sum(part["counts"].values()):
        part["level"] = r.price_level
    for label in r.seats:
        part["seats"][label]["level"] = r.price_level


def seats_held(world: World, r: Any) -> None:
    """Free places are set aside."""
    _, part = part_of(world, r)
    won = move(world, r, "free", "held", r.hold_id)
    if r.quantity:
        part["holds"][r.hold_id] = part["holds"].get(r.hold_id, 0) + won


def take_hold(part: Part, hold_id: str, quantity: int) -> int:
    """As many places as a hold in an area has of a quantity, taken from it."""
    taken = min(part["holds"].get(hold_id, 0), quantity)
    part["holds"][hold_id] = part["holds"].get(hold_id, 0) - taken
    return taken


def hold_ended(world: World, r: Any) -> None:
    """What the hold still has is free, unless an order follows."""
    if r.reason == "completed":
        return
    _, part = part_of(world, r)
    if r.quantity:
        shift(part, "held", "free", take_hold(part, r.hold_id, r.quantity))
    for label in r.seats:
        seat = part["seats"][label]
        if (seat["status"], seat["owner"]) == ("held", r.hold_id):
            seat.update(status="free", owner="")


def order_placed(world: World, r: Any) -> None:
    """Free places and those of the hold are sold; without a hold also those that others hold."""
    _, part = part_of(world, r)
    if r.quantity:
        rest = r.quantity - min(part["holds"].get(r.hold_id, 0), r.quantity)
        if rest <= part["counts"]["free"]:
            shift(part, "held", "sold", take_hold(part, r.hold_id, r.quantity))
            shift(part, "free", "sold", rest)
    for label in r.seats:
        seat = part["seats"][label]
        mine = seat["status"] == "held" and r.hold_id in ("", seat["owner"])
        if mine or seat["status"] == "free":
            seat.update(status="sold", owner="")


def order_refunded(world: World, r: Any) -> None:
    """Sold places are free."""
    move(world, r, "sold", "free")


def listing_opened(world: World, r: Any) -> None:
    """Sold places are for sale by their owner, under an id that is not taken."""
    event, _ = part_of(world, r)
    if r.listing_id in event["listings"]:
        return
    won = move(world, r, "sold", "listed")
    if won:
        event["listings"][r.listing_id] = {"section": r.section, "places": won, "record": r}


def listing_ended(world: World, r: Any) -> None:
    """What the listing has of these places is sold, to its owner or to another."""
    event, part = part_of(world, r)
    listing = event["listings"].get(r.listing_id)
    if listing is None or listing["section"] != r.section:
        return
    if r.quantity:
        taken = min(listing["places"], r.quantity)
        shift(part, "listed", "sold", taken)
        listing["places"] -= taken
    for label in r.seats:
        if label in listing["places"]:
            part["seats"][label]["status"] = "sold"
            listing["places"].remove(label)
    if not listing["places"]:
        del event["listings"][r.listing_id]


RULES = {
    "chart.section_mapped.v1": chart_section_mapped,
    "event.scheduled.v1": event_scheduled,
    "event.rescheduled.v1": event_rescheduled,
    "event.cancelled.v1": event_cancelled,
    "event.on_sale_changed.v1": event_on_sale_changed,
    "prices.set.v1": prices_set,
    "offer.published.v1": offer_published,
    "offer.withdrawn.v1": offer_withdrawn,
    "seats.released.v1": seats_released,
    "seats.blocked.v1": seats_blocked,
    "seats.repriced.v1": seats_repriced,
    "seats.held.v1": seats_held,
    "hold.ended.v1": hold_ended,
    "order.placed.v1": order_placed,
    "order.refunded.v1": order_refunded,
    "listing.opened.v1": listing_opened,
    "listing.ended.v1": listing_ended,
    "listing.sold.v1": listing_ended,
}
