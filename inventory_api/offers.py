"""
How places of an event can be bought: at the price of their level, by an offer, in a package, from an owner.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from inventory_api.availability import counts_by_level
from inventory_api.bundles import Bundled, Bundles
from inventory_api.live.answers import FOR_EVER, Kept
from inventory_api.live.event import LiveEvent, LiveListing, LivePart
from inventory_api.prices import event_prices
from inventory_api.words import event_status, next_change
from inventory_stream.records.catalogue import OfferPublished

OfferState = Literal["upcoming", "open", "ended"]
_encode = msgspec.json.Encoder().encode


def encode_offers(bundled: Bundled, live: LiveEvent, now: datetime) -> Kept:
    """
    Return the answer about an event, in the form of `schemas.offers.Offers`.
    """
    changes = [next_change(live.event, now), *(at for offer in live.offers for at in (offer.starts_at, offer.ends_at))]
    changes += [next_change(other.event, now) for other in bundled.values()]
    until = min((at.timestamp() for at in changes if at and at > now), default=FOR_EVER)
    return Kept(_encode(offers_of(live, now, bundled)), until=until)


def encode_if_alone(bundles: Bundles, live: LiveEvent, now: datetime) -> Kept | None:
    """
    Return the answer if it is a matter of this event's picture alone, as far as is known at once.
    """
    return encode_offers({}, live, now) if bundles.bundles_nothing(live) else None


def offers_of(live: LiveEvent, now: datetime, bundled: Bundled) -> dict[str, Any]:
    """
    Return how places of an event can be bought; nothing of one that is cancelled or over.
    """
    event = live.event
    status = event_status(event, live.totals(), now)
    closed = status in ("cancelled", "past")
    free = free_by_level(live.parts)
    return {
        "event_id": event.event_id,
        "status": status,
        "reason": status if closed else None,
        "currency": event.currency,
        "presale": event.presale,
        "on_sale_at": event.on_sale_at,
        "prices": [] if closed else _prices(live, free, now),
        "offers": [] if closed else [_offer(offer, live, free, now, bundled) for offer in live.offers],
        "listings": [] if closed else _listings(live),
    }


def free_by_level(parts: Iterable[LivePart]) -> dict[str, int]:
    """
    Return price level → free places.
    """
    free: dict[str, int] = {}
    for part in parts:
        for level, counts in counts_by_level(part).items():
            free[level] = free.get(level, 0) + counts[0]
    return free


def offer_state(offer: OfferPublished, now: datetime) -> OfferState:
    """
    Return whether an offer's time has come.
    """
    if offer.starts_at and offer.starts_at > now:
        return "upcoming"
    return "ended" if offer.ends_at and offer.ends_at <= now else "open"


def levels_of(offer: OfferPublished, levels: Iterable[str]) -> list[str]:
    """
    Return the price levels that an offer is for; all of these when it names none.
    """
    return list(offer.price_levels or levels)


def limit_of(offers: Iterable[OfferPublished], level: str) -> int | None:
    """
    Return how many places of a level an order may have without a package; None for any number.

    The most generous of the plain offers for the level counts.
    """
    limits = [offer.limit_per_order for offer in offers if not offer.contains and level in levels_of(offer, (level,))]
    return max(limits) if limits and all(limits) else None


def contained_events(offer: OfferPublished, bundled: Bundled, now: datetime) -> list[dict[str, Any]]:
    """
    Return the other events that a package contains, with their free places: none where one is cancelled or over.
    """
    found = []
    for word in dict.fromkeys(offer.contains):
        if word in bundled:
            counts = bundled[word].totals()
            status = event_status(bundled[word].event, counts, now)
            free = 0 if status in ("cancelled", "past") else counts[0]
            found.append({"event_id": word, "status": status, "free": free})
    return found


def _prices(live: LiveEvent, free: Mapping[str, int], now: datetime) -> list[dict[str, Any]]:
    current = [offer for offer in live.offers if offer_state(offer, now) == "open"]
    return [
        {**price, "free": free.get(level, 0), "limit_per_order": limit_of(current, level)}
        for level, price in event_prices(live.event).items()
    ]


def _offer(
    offer: OfferPublished, live: LiveEvent, free: Mapping[str, int], now: datetime, bundled: Bundled
) -> dict[str, Any]:
    levels = levels_of(offer, live.event.prices)
    others = contained_events(offer, bundled, now)
    left = sum(free.get(level, 0) for level in set(levels))
    return {
        "offer_id": offer.offer_id,
        "name": offer.name,
        "kind": "package" if offer.contains else "standard",
        "contains": offer.contains,
        "events": others,
        "price_levels": levels,
        "price": _cost(offer.face_cents, offer.fees_cents) if offer.face_cents else None,
        "currency": offer.currency,
        "limit_per_order": offer.limit_per_order or None,
        "starts_at": offer.starts_at,
        "ends_at": offer.ends_at,
        "state": offer_state(offer, now),
        "fulfillable": min([left, *(other["free"] for other in others)]),
    }


def _listings(live: LiveEvent) -> list[dict[str, Any]]:
    parts = {part.name: part for part in live.parts}
    labels: dict[str, list[str]] = {}
    found = []
    for listing in sorted(live.listings, key=_by_total):
        part = parts[listing.section]
        if part.kind == "section" and part.name not in labels:
            labels[part.name] = list(part.layout.index.filled())
        seats = [labels[part.name][place] for place in listing.places] if part.name in labels else []
        found.append(_listing(listing, seats))
    return found


def _listing(listing: LiveListing, seats: list[str]) -> dict[str, Any]:
    return {
        "listing_id": listing.listing_id,
        "section": listing.section,
        "seats": seats,
        "quantity": len(seats) or listing.places[0],
        "price": _cost(listing.face_cents, listing.fees_cents),
        "currency": listing.currency,
    }


def _by_total(listing: LiveListing) -> tuple[int, str]:
    return listing.face_cents + listing.fees_cents, listing.listing_id


def _cost(face_cents: int, fees_cents: int) -> dict[str, int]:
    return {"face_cents": face_cents, "fees_cents": fees_cents, "total_cents": face_cents + fees_cents}
