"""
The places of one section of one event, in memory: what a record may change and what it may not.

The first claim in the log wins. A record that claims a place which is not there to claim leaves it as it is: methods
return the places that a record lost. A record about a place that does not exist is invalid.
"""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from inventory_api.claims import MAX_PLACES, STATUSES, Found, beside
from inventory_api.layouts import Layout, extended, layout_of
from inventory_api.listings import Listing
from inventory_stream.projection import InvalidRecord
from inventory_stream.records.base import Placed

FREE, HELD, SOLD, BLOCKED, LISTED = range(5)
MAX_LEVELS = 255
_encode = msgspec.json.Encoder().encode
_no_layout = layout_of("[]")


class Section:
    """
    A block of seats: a status byte for each, and which open hold has which of them.

    holds: hold → indexes of its seats; a negative number n before some says that the record at offset ~n held them.
    """

    __slots__ = ("conflicts", "event_id", "holds", "layout", "levels", "name", "number", "seat_levels", "statuses")
    kind = "section"

    def __init__(self, number: int, event_id: str, name: str, level: str, layout: Layout = _no_layout) -> None:
        """
        Args:
            number: unique, see `SectionRow`.
            level: price level of all seats so far.
        """
        self.number = number
        self.event_id = event_id
        self.name = name
        self.layout = layout
        self.statuses = bytearray(layout.size)
        self.levels: tuple[str, ...] = (level,)
        self.seat_levels: bytes | bytearray = b""  # hardly any section needs its own
        self.holds: dict[str, list[int]] = {}
        self.conflicts = 0

    def places(self, record: Placed) -> list[int]:
        """
        Return the indexes of a record's seats.

        Raises:
            InvalidRecord: it names a seat that is not here, or no seats.
        """
        index = self.layout.index
        try:
            places = [index[seat] for seat in record.seats]
        except KeyError as error:
            raise InvalidRecord(f"section {self.name} of event {self.event_id} has no seat {error.args[0]}") from None
        if not places:
            raise InvalidRecord(f"section {self.name} of event {self.event_id} has seats: name them, not a quantity")
        return places

    def hold(self, record: Placed, hold_id: str, offset: int) -> list[int]:
        """
        Hold free seats; return those that were not.

        Args:
            offset: of the record, so that it can be found when another wants the seats.
        """
        statuses = self.statuses
        won, lost = [~offset], []
        for place in self.places(record):
            if statuses[place] == FREE:
                statuses[place] = HELD
                won.append(place)
            else:
                lost.append(place)
        if len(won) > 1:
            self.holds.setdefault(hold_id, []).extend(won)
        return lost

    def end_hold(self, record: Placed, hold_id: str) -> list[int]:
        """
        Free the seats that this hold has; return the others, which stay as they are.
        """
        return self._take_held(record, hold_id, FREE)[1]

    def take(self, record: Placed, mine: list[int], source: int, target: int) -> tuple[list[int], list[int]]:
        """
        Move seats from a hold or a listing that has them, `mine`; return them and those that it has not.
        """
        places, statuses = self.places(record), self.statuses
        if mine[1:] == places and mine[0] < 0:  # a whole hold, as nearly always
            mine.clear()
            for place in places:
                statuses[place] = target
            return places, []
        won, lost = [], []
        for place in places:
            if place in mine:
                mine.remove(place)
                statuses[place] = target
                won.append(place)
            else:
                lost.append(place)
        _trim(mine)
        return won, lost

    def _take_held(self, record: Placed, hold_id: str, target: int) -> tuple[list[int], list[int]]:
        mine = self.holds.get(hold_id, [])
        won, lost = self.take(record, mine, HELD, target)
        if not mine:
            self.holds.pop(hold_id, None)
        return won, lost

    def sell(self, record: Placed, hold_id: str) -> tuple[list[int], list[int]]:
        """
        Sell seats that are free or in this hold, and return them and the others.

        A sale that names no hold also takes held ones.
        """
        statuses = self.statuses
        won, rest = self._take_held(record, hold_id, SOLD)
        lost = []
        for place in rest:
            if statuses[place] == HELD and not hold_id:
                self._drop_claim(place)
            elif statuses[place] != FREE:
                lost.append(place)
                continue
            statuses[place] = SOLD
            won.append(place)
        return won, lost

    def _drop_claim(self, place: int) -> None:
        for hold_id, held in list(self.holds.items()):
            if place in held:
                held.remove(place)
                if not _trim(held):
                    del self.holds[hold_id]

    def move(self, record: Placed, source: int, target: int) -> tuple[list[int], list[int]]:
        """
        Move seats from one status to another; return them and those that have a third.
        """
        statuses = self.statuses
        won, lost = [], []
        for place in self.places(record):
            if statuses[place] == source:
                statuses[place] = target
                won.append(place)
            else:
                lost.append(place)
        return won, lost

    def release(self, labels: Sequence[str], level: str) -> list[int]:
        """
        Put seats on sale: new ones join the section, blocked ones become free, free ones stay; return the others.
        """
        known = self.layout.index.filled()
        named = dict.fromkeys(labels)
        new = [label for label in named if label not in known]
        self._check_level(level)
        before = len(self.statuses)
        lost = []
        for place in [known[label] for label in named if label in known]:
            if self.statuses[place] == BLOCKED:
                self.statuses[place] = FREE
            elif self.statuses[place] != FREE:
                lost.append(place)
        if new:
            self.layout = extended(self.layout, new)
            self.statuses.extend(bytes(len(new)))
            self._set_level(range(before, len(self.statuses)), level)
        return lost

    def found(self, lost: Sequence[int], listings: Collection[Listing], taken: int | None) -> list[Found]:
        """
        Return what a record found in the seats that it lost.

        Args:
            listings: the event's open ones.
            taken: position of the record that has what is sold, where the claim was not on the seats alone.
        """
        labels = list(self.layout.index.filled())

        def find(place: int) -> Found:
            """Look at one seat."""
            return Found(labels[place], STATUSES[self.statuses[place]], self._position(place, listings, taken), place)

        return [find(place) for place in lost[:MAX_PLACES]]

    def _position(self, place: int, listings: Collection[Listing], taken: int | None) -> int | None:
        status = self.statuses[place]
        if status == HELD:
            held = next(held for held in self.holds.values() if place in held)
            return beside(self.number, ~next(n for n in reversed(held[: held.index(place)]) if n < 0))
        if status == LISTED:
            mine = (listing for listing in listings if listing.section == self.name)
            return next(listing.position for listing in mine if place in listing.places)
        return taken if status == SOLD else None

    def numbers(self, places: Sequence[int]) -> list[int]:
        """
        Return seats as tables have them: their indexes.
        """
        return list(places)

    def reprice(self, record: Placed, level: str) -> None:
        """
        Move seats to a price level.
        """
        places = self.places(record)
        self._check_level(level)
        self._set_level(places, level)

    def _check_level(self, level: str) -> None:
        if level not in self.levels and len(self.levels) >= MAX_LEVELS:
            raise InvalidRecord(f"section {self.name} of event {self.event_id} has {MAX_LEVELS} price levels already")

    def _set_level(self, places: Sequence[int], level: str) -> None:
        if level not in self.levels:
            self.levels = (*self.levels, level)
        number = self.levels.index(level)
        if not number and not self.seat_levels:
            return
        levels = bytearray(self.seat_levels.ljust(len(self.statuses), b"\0"))
        for place in places:
            levels[place] = number
        self.seat_levels = levels

    def row(self) -> tuple[Any, ...]:
        """
        Return the values of `SectionRow`.
        """
        return (
            self.number,
            self.event_id,
            self.name,
            self.kind,
            self.layout.text,
            _encode(self.levels).decode(),
            bytes(self.seat_levels),
        )

    def status_row(self) -> tuple[Any, ...]:
        """
        Return the values of `SectionStatusRow`.
        """
        s = self.statuses
        count = s.count
        holds = _encode(self.holds).decode() if self.holds else "{}"
        return self.number, count(0), count(1), count(2), count(3), count(4), s, holds, self.conflicts


def _trim(places: list[int]) -> list[int]:
    """
    Remove offsets at the end of a hold that no seat follows any more.
    """
    while places and places[-1] < 0:
        places.pop()
    return places
