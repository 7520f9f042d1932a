"""
The places of one general-admission area of one event, in memory: counters instead of seats.
"""

from typing import Any

import msgspec

from inventory_api.sections import BLOCKED, FREE, HELD, LISTED, SOLD
from inventory_stream.projection import InvalidRecord
from inventory_stream.records.base import Placed

_encode = msgspec.json.Encoder().encode


class Area:
    """
    A general-admission area: a counter for each status. A record takes its whole quantity or nothing.
    """

    __slots__ = ("conflicts", "counts", "event_id", "holds", "level", "name", "number")
    kind = "area"

    def __init__(self, number: int, event_id: str, name: str, level: str) -> None:
        """
        Args:
            number: unique, see `SectionRow`.
            level: price level of the area.
        """
        self.number = number
        self.event_id = event_id
        self.name = name
        self.level = level
        self.counts = [0] * (LISTED + 1)
        self.holds: dict[str, list[int]] = {}
        self.conflicts = 0

    def hold(self, record: Placed, hold_id: str) -> None:
        """
        Hold a free quantity.
        """
        if self._moved(self._quantity(record), FREE, HELD):
            self.holds.setdefault(hold_id, [0])[0] += record.quantity

    def end_hold(self, record: Placed, hold_id: str) -> None:
        """
        Free what this hold has of the quantity.
        """
        mine = self._take(hold_id, self._quantity(record))
        self.counts[HELD] -= mine
        self.counts[FREE] += mine
        self.conflicts += record.quantity - mine

    def sell(self, record: Placed, hold_id: str) -> None:
        """
        Sell what this hold has of the quantity, and the rest from what is free.
        """
        quantity = self._quantity(record)
        mine = self.holds.get(hold_id, [0])[0]
        if max(0, quantity - mine) > self.counts[FREE]:
            self.conflicts += quantity
            return
        mine = self._take(hold_id, quantity)
        self.counts[HELD] -= mine
        self.counts[FREE] -= quantity - mine
        self.counts[SOLD] += quantity

    def move(self, record: Placed, source: int, target: int) -> None:
        """
        Move a quantity from one status to another.
        """
        self._moved(self._quantity(record), source, target)

    def release(self, quantity: int, level: str) -> None:
        """
        Put a quantity on sale: first what was blocked, then new capacity.
        """
        if level not in ("", self.level):
            raise InvalidRecord(f"area {self.name} of event {self.event_id} has price level {self.level}")
        self.counts[BLOCKED] -= min(quantity, self.counts[BLOCKED])
        self.counts[FREE] += quantity

    def reprice(self, record: Placed, level: str) -> None:
        """
        Move the whole area to a price level.
        """
        if self._quantity(record) != sum(self.counts):
            raise InvalidRecord(
                f"area {self.name} of event {self.event_id} has one price level: give its whole quantity"
            )
        self.level = level

    def _quantity(self, record: Placed) -> int:
        if not record.quantity:
            raise InvalidRecord(f"{self.name} of event {self.event_id} is an area: give a quantity, not seats")
        return record.quantity

    def _moved(self, quantity: int, source: int, target: int) -> bool:
        if self.counts[source] < quantity:
            self.conflicts += quantity
            return False
        self.counts[source] -= quantity
        self.counts[target] += quantity
        return True

    def _take(self, hold_id: str, quantity: int) -> int:
        mine = self.holds.get(hold_id)
        if not mine:
            return 0
        taken = min(mine[0], quantity)
        mine[0] -= taken
        if not mine[0]:
            del self.holds[hold_id]
        return taken

    def row(self) -> tuple[Any, ...]:
        """
        Return the values of `SectionRow`.
        """
        return (self.number, self.event_id, self.name, self.kind, "[]", _encode([self.level]).decode(), b"")

    def status_row(self) -> tuple[Any, ...]:
        """
        Return the values of `SectionStatusRow`.
        """
        return (self.number, *self.counts, b"", _encode(self.holds).decode(), self.conflicts)
