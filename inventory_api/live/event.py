"""
A picture of one event at one position, from which every answer about it is made.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from inventory_api.events import Event
from inventory_api.layouts import Layout
from inventory_api.live.answers import Kept
from inventory_stream.records.catalogue import OfferPublished

_MAX_ID = 120  # characters: a longer word is no event's id
Made = TypeVar("Made", bound=Kept | None)


class LivePart(msgspec.Struct, frozen=True, gc=False):
    """
    One section or area.

    number: as in `SectionRow`. levels: names of price levels; seat_levels: a byte a seat, its index in `levels` (empty: all
    have the first). counts: places that are free, held, sold, blocked, listed. statuses: a byte a seat, empty for areas.
    """

    number: int
    name: str
    kind: str
    layout: Layout
    levels: tuple[str, ...]
    seat_levels: bytes
    counts: tuple[int, int, int, int, int]
    statuses: bytes


class LiveListing(msgspec.Struct, frozen=True, gc=False):
    """
    An open resale listing.

    places: indexes of seats in the section's layout, or one quantity of an area. face_cents, fees_cents: of each place.
    """

    listing_id: str
    section: str
    places: tuple[int, ...]
    face_cents: int
    fees_cents: int
    currency: str


class LiveEvent:
    """
    An event, its parts by name, its offers and resale listings by id. Nothing of it changes; the next change makes another picture.

    Attributes:
        position: the next offset of the event's partition when it was read; 0 while it has no places.
        memory: what makers of answers found out about parts, for the next picture of the event: they check what they find.
        horizon: the oldest transaction whose rows it may lack (its number as text, "0" for any), see `renewal`.
    """

    __slots__ = ("_answers", "event", "horizon", "listings", "memory", "offers", "parts", "position", "seats")

    def __init__(
        self,
        event: Event,
        parts: tuple[LivePart, ...],
        offers: tuple[OfferPublished, ...],
        listings: tuple[LiveListing, ...],
        position: int,
        horizon: str = "0",
        memory: dict[str, Any] | None = None,
    ) -> None:
        self.event = event
        self.parts = parts
        self.offers = offers
        self.listings = listings
        self.position = position
        self.horizon = horizon
        self.memory = {} if memory is None else memory
        self.seats = sum(len(part.statuses) for part in parts)
        self._answers: dict[str, Kept] = {}

    def made(self, name: str, at: float) -> Kept | None:
        """
        Return an answer if it is made already and still good at a time (seconds since 1970).
        """
        kept = self._answers.get(name)
        return kept if kept is not None and at < kept.until else None

    def answer(self, name: str, now: datetime, make: Callable[["LiveEvent", datetime], Made]) -> Kept | Made:
        """
        Return an answer made from this picture: made when it is first asked for, and when time has changed it.
        """
        kept = self.made(name, now.timestamp())
        if kept is not None:
            return kept
        made = make(self, now)
        if made is not None:
            self._answers[name] = made
        return made

    def words(self) -> set[str]:
        """
        Return what its packages contain that may be other events.
        """
        words = {word for offer in self.offers for word in offer.contains if 0 < len(word) <= _MAX_ID}
        return words - {self.event.event_id}

    def shows(self) -> set[str]:
        """
        Return of which other keys records show in its answers: the venue's charts, and events in its packages.
        """
        return {self.event.venue_id} | self.words()

    def totals(self) -> tuple[int, ...]:
        """
        Return how many places are free, held, sold, blocked and listed.
        """
        counts: Any = [part.counts for part in self.parts]
        return tuple(map(sum, zip(*counts, strict=True))) if counts else (0, 0, 0, 0, 0)
