"""
A section at a wrong price: a price level of its own is set, the section moves to it, and later back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from inventory_stream.records.catalogue import LevelPrice, PricesSet, SeatsRepriced
from simulator.places import SectionPlaces
from simulator.problems.plans import MispricedSection
from simulator.shows import Show

if TYPE_CHECKING:
    from simulator.stage import Stage


class Mispricing(msgspec.Struct):
    """
    A section that has a wrong price until `end` is called. `right` is its own price level.
    """

    stage: Stage
    show: Show
    places: SectionPlaces
    right: str

    def end(self) -> None:
        """
        Move the section back to its own price.
        """
        _move(self.stage, self.show, self.places, self.right)


def misprice(stage: Stage, show: Show | None, plan: MispricedSection) -> Mispricing | None:
    """
    Give a section of a show that is on sale a wrong price; None where there is no such section, or it has one already.
    """
    places = _section(show, plan.section) if show is not None else None
    if show is None or places is None or places.price_level.endswith("*"):
        return None
    right = show.prices[places.price_level]
    wrong = LevelPrice(
        f"{right.price_level}*", int(right.face_cents * plan.factor), int(right.fees_cents * plan.factor)
    )
    show.prices[wrong.price_level] = wrong
    stage.tell(PricesSet(event_id=show.event_id, currency=show.currency, prices=(wrong,)))
    _move(stage, show, places, wrong.price_level)
    return Mispricing(stage, show, places, right.price_level)


def _section(show: Show, name: str) -> SectionPlaces | None:
    if not name:
        return show.sections[len(show.sections) // 2]
    return next((places for places in show.sections if places.section == name), None)


def _move(stage: Stage, show: Show, places: SectionPlaces, level: str) -> None:
    places.price_level = level
    stage.tell(
        SeatsRepriced(
            event_id=show.event_id,
            section=places.section,
            seats=tuple(seat for row in places.rows for seat in row),
            quantity=0 if places.rows else places.capacity,
            price_level=level,
        )
    )
