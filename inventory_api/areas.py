"""
The places of one general-admission area of one event, in memory: counters instead of seats.
"""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from inventory_api.claims import STATUSES, Found, beside
from inventory_api.listings import Listing
from inventory_api.sections import BLOCKED, FREE, HELD, LISTED, SOLD
from inventory_stream.projection import InvalidRecord
from inventory_stream.records.base import Placed

_encode = msgspec.json.Encoder().encode
_NONE = range(0)
MAX_PLACES = 2**31 - 1  # what a column of counts can tell


class Area:
    """
    A general-admission area: a counter for each status. A record takes its whole quantity or nothing, but the end of a
    hold or of a listing takes what that has. Places have no names: methods return ranges as long as they are many.

    holds: hold → [~offset of its last record, quantity].
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

    def places(self, record: Placed) -> range:
        """
        Return as many places as a record names.

        Raises:
            InvalidRecord: it names seats.
        """
        if not record.quantity:
            raise InvalidRecord(f"{self.name} of event {self.event_id} is an area: give a quantity, not seats")
        return range(record.quantity)

    def hold(self, record: Placed, hold_id: str, offset: int) -> range:
        """
        Hold a free quantity; return what was lost.
        """
        won, lost = self.move(record, FREE, HELD)
        if won:
            mine = self.holds.setdefault(hold_id, [0, 0])
            mine[:] = ~offset, mine[1] + len(won)
        return lost

    def end_hold(self, record: Placed, hold_id: str) -> range:
        """
        Free what this hold has of the quantity; return what it has not.
        """
        return self._take_held(record, hold_id, FREE)[1]

    def take(self, record: Placed, mine: list[int], source: int, target: int) -> tuple[range, range]:
        """
        Move what a hold or a listing, `mine`, has of the quantity; return it and what that has not.
        """
        quantity = len(self.places(record))
        taken = min(mine[-1], quantity) if mine else 0
        self.counts[source] -= taken
        self.counts[target] += taken
        if mine:
            mine[-1] -= taken
            if not mine[-1]:
                mine.clear()
        return range(taken), range(quantity - taken)

    def _take_held(self, record: Placed, hold_id: str, target: int) -> tuple[range, range]:
        mine = self.holds.get(hold_id, [])
        won, lost = self.take(record, mine, HELD, target)
        if not mine:
            self.holds.pop(hold_id, None)
        return won, lost

    def sell(self, record: Placed, hold_id: str) -> tuple[range, range]:
        """
        Sell what this hold has of the quantity, and the rest from what is free; return what was sold and what was lost.
        """
        places = self.places(record)
        mine = self.holds.get(hold_id, [])
        held = min(mine[-1], len(places)) if mine else 0
        if len(places) - held > self.counts[FREE]:
            return _NONE, places
        self._take_held(record, hold_id, SOLD)
        self.counts[FREE] -= len(places) - held
        self.counts[SOLD] += len(places) - held
        return places, _NONE

    def move(self, record: Placed, source: int, target: int) -> tuple[range, range]:
        """
        Move a quantity from one status to another; return what was moved and what was lost.
        """
        places = self.places(record)
        if self.counts[source] < len(places):
            return _NONE, places
        self.counts[source] -= len(places)
        self.counts[target] += len(places)
        return places, _NONE

    def release(self, quantity: int, level: str) -> None:
        """
        Put a quantity on sale: first what was blocked, then new capacity.
        """
        if level not in ("", self.level):
            raise InvalidRecord(f"area {self.name} of event {self.event_id} has price level {self.level}")
        if sum(self.counts) + quantity > MAX_PLACES:
            raise InvalidRecord(f"area {self.name} of event {self.event_id} would have more than {MAX_PLACES} places")
        self.counts[BLOCKED] -= min(quantity, self.counts[BLOCKED])
        self.counts[FREE] += quantity

    def reprice(self, record: Placed, level: str) -> None:
        """
        Move the whole area to a price level.
        """
        if len(self.places(record)) != sum(self.counts):
            raise InvalidRecord(
                f"area {self.name} of event {self.event_id} has one price level: give its whole quantity"
            )
        self.level = level

    def found(self, lost: Sequence[int], listings: Collection[Listing], taken: int | None) -> list[Found]:
        """
        Return how many places have which status, each with the last record of those that took them.

        Args:
            listings: the event's open ones.
            taken: position of the record that has what is sold, where the claim was not on the places alone.
        """
        holds = [beside(self.number, ~held[0]) for held in self.holds.values()]
        listed = [listing.position for listing in listings if listing.section == self.name]
        last = {HELD: max(holds, default=None), LISTED: max(listed, default=None), SOLD: taken}
        return [Found("", STATUSES[status], last.get(status), n) for status, n in enumerate(self.counts) if n]

    def numbers(self, places: Sequence[int]) -> list[int]:
        """
        Return places as tables have them: [quantity].
        """
        return [len(places)]

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
