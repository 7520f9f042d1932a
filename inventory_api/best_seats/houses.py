"""
From an event's picture and its map of seats to the house that is searched.
"""

from datetime import datetime

import numpy as np

from inventory_api.best_seats.house import Area, Cost, House, Seating
from inventory_api.best_seats.resale import NO_RESALE, Resale, resale_of
from inventory_api.best_seats.wanted import Wanted
from inventory_api.bundles import Bundled
from inventory_api.live.event import LiveEvent
from inventory_api.offers import contained_events, offer_state
from inventory_api.seats.map import SeatMap, SectionMap, standing, statuses_of
from inventory_api.sections import FREE
from inventory_stream.records.catalogue import OfferPublished


def house_of(live: LiveEvent, seat_map: SeatMap, wanted: Wanted, now: datetime, bundled: Bundled) -> House:
    """
    Return what can be had of an event now.

    Args:
        bundled: the other events that its packages contain: one with too few places makes a package no way to buy.
    """
    event = live.event
    current = [offer for offer in live.offers if offer_state(offer, now) == "open"]
    return House(
        seating=seating_of(seat_map),
        free=statuses_of(live) == FREE,
        prices={level: Cost(face, fees) for level, (face, fees) in event.prices.items()},
        areas=tuple(Area(part.name, part.levels[0], part.counts[FREE]) for part in standing(live)),
        resale=_resale(live, seat_map) if wanted.resale else NO_RESALE,
        offers=tuple(offer for offer in current if _can_be_had(offer, event.currency, wanted, now, bundled)),
    )


def seating_of(seat_map: SeatMap) -> Seating:
    """
    Return the seats of a map; nothing is copied.
    """
    return Seating(
        levels=seat_map.levels,
        sections=tuple(section.name for section in seat_map.sections),
        firsts=np.array([section.first for section in seat_map.sections], np.int64),
        x=seat_map.x,
        y=seat_map.y,
        row=seat_map.row,
        level=seat_map.level,
        flags=seat_map.flags,
        joined=seat_map.joined,
        depths=np.array([depth for section in seat_map.sections for depth in _depths(section)], np.int64),
    )


def _depths(section: SectionMap) -> list[int]:
    """Return how far each row is from the front; what is left of a row that others interrupt is as far as its beginning."""
    found: dict[str, int] = {}
    return [found.setdefault(row.label, len(found)) for row in section.rows]


def _can_be_had(offer: OfferPublished, currency: str, wanted: Wanted, now: datetime, bundled: Bundled) -> bool:
    if not offer.contains:
        return True
    enough = all(event["free"] >= wanted.quantity for event in contained_events(offer, bundled, now))
    return enough and (offer.currency == currency or not offer.face_cents)


def _resale(live: LiveEvent, seat_map: SeatMap) -> Resale:
    """Return the listings in the event's currency: others have no price that could be compared."""
    mine = [listing for listing in live.listings if listing.currency == live.event.currency]
    return resale_of(mine, {section.name: section.first for section in seat_map.sections})
