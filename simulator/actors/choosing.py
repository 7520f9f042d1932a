"""
Which places somebody takes: what they are worth to them against what they cost, among the few sections they look at.
"""

from __future__ import annotations

from random import Random

from simulator.customers import Customer
from simulator.places import SectionPlaces
from simulator.shows import Show

WORTH = 1.6
"""What a show is worth to an ordinary person who means to go, as a multiple of its usual price. A guess that makes demand
as weakly elastic as is measured for theatres and sports; see the calibration table."""

LOOKED_AT = 4


def choose(show: Show, customer: Customer, party: int, random: Random) -> tuple[SectionPlaces | None, str]:
    """
    Return the section that somebody wants, or why they want none: `sold_out`, `held_by_others` or `too_dear`.
    """
    sections = show.sections
    first, count = int(random.random() * len(sections)), len(sections)
    best: SectionPlaces | None = None
    most, seen = 0.0, 0
    for step in range(count):
        places = sections[(first + step * 5) % count if count % 5 else (first + step) % count]
        if places.free < party:
            continue
        gain = value(show, customer, places) - cost(show, places)
        if best is None or gain > most:
            best, most = places, gain
        seen += 1
        if seen >= LOOKED_AT and most > 0:
            break
    if best is None:
        return None, "held_by_others" if show.held >= party else "sold_out"
    return (best, "") if most > 0 else (None, "too_dear")


def value(show: Show, customer: Customer, places: SectionPlaces) -> float:
    """
    Return what a place is worth to somebody (cents): the show itself, and the better seat as far as they care.
    """
    usual, least = show.worth[places.section], show.least
    better: float = (usual / least) ** customer.taste
    return WORTH * customer.budget * least * better


def cost(show: Show, places: SectionPlaces) -> int:
    """
    Return what a place costs now, fees included (cents).
    """
    price = show.prices[places.price_level]
    return price.face_cents + price.fees_cents
