"""
The places of one section of one event, in memory: what a record may change and what it may not.

The first claim in the log wins. A record that claims a place which is not there to claim leaves it as it is, and the
place is counted in `conflicts`. A record about a place that does not exist is invalid.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from inventory_api.layouts import Layout, extended, layout_of
from inventory_stream.projection import InvalidRecord
from inventory_stream.records.base import Placed

FREE, HELD, SOLD, BLOCKED, LISTED = range(5)
MAX_LEVELS = 255
_encode = msgspec.json.Encoder().encode
_no_layout = layout_of("[]")


class Section:
    """
    A block of seats: a status byte for each, and which open hold has which of them.
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

    def hold(self, record: Placed, hold_id: str) -> None:
        """
        Hold free seats.
        """
        statuses = self.statuses
        won = []
        for place in self.places(record):
            if statuses[place] == FREE:
                statuses[place] = HELD
                won.append(place)
            else:
                self.conflicts += 1
        if won:
            self.holds.setdefault(hold_id, []).extend(won)

    def end_hold(self, record: Placed, hold_id: str) -> None:
        """
        Free the seats that this hold has; those of other holds, and sold ones, stay.
        """
        places = self.places(record)
        mine = self.holds.get(hold_id, [])
        for place in places:
            if place in mine:
                mine.remove(place)
                self.statuses[place] = FREE
            else:
                self.conflicts += 1
        if not mine:
            self.holds.pop(hold_id, None)

    def sell(self, record: Placed, hold_id: str) -> None:
        """
        Sell seats that are free or in this hold; a sale that names no hold also takes held ones.
        """
        statuses = self.statuses
        places = self.places(record)
        mine = self.holds.pop(hold_id, None)
        for place in places:
            if mine and place in mine:
                mine.remove(place)
            elif statuses[place] == HELD and not hold_id:
                self._drop_claim(place)
            elif statuses[place] != FREE:
                self.conflicts += 1
                continue
            statuses[place] = SOLD
        if mine:
            self.holds[hold_id] = mine

    def _drop_claim(self, place: int) -> None:
        for hold_id, held in list(self.holds.items()):
            if place in held:
                held.remove(place)
                if not held:
                    del self.holds[hold_id]

    def move(self, record: Placed, source: int, target: int) -> None:
        """
        Move seats from one status to another.
        """
        statuses = self.statuses
        for place in self.places(record):
            if statuses[place] == source:
                statuses[place] = target
            else:
                self.conflicts += 1

    def release(self, labels: Sequence[str], level: str) -> None:
        """
        Put seats on sale: new ones join the section, blocked ones become free, free ones stay.
        """
        known = self.layout.index.filled()
        new = list(dict.fromkeys(label for label in labels if label not in known))
        self._check_level(level)
        before = len(self.statuses)
        for place in [known[label] for label in labels if label in known]:
            if self.statuses[place] == BLOCKED:
                self.statuses[place] = FREE
            elif self.statuses[place] != FREE:
                self.conflicts += 1
        if new:
            self.layout = extended(self.layout, new)
            self.statuses.extend(bytes(len(new)))
            self._set_level(range(before, len(self.statuses)), level)

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
