"""
The places of one section of one event: which are free, and which of them the next buyer gets.
"""

from collections.abc import Iterator
from typing import Protocol

Rows = tuple[tuple[str, ...], ...]


class Sold(Protocol):
    """
    What a section of a chart says about its places.
    """

    @property
    def name(self) -> str:
        """
        Its name.
        """
        ...

    @property
    def price_level(self) -> str:
        """
        The price level of its places.
        """
        ...

    @property
    def size(self) -> int:
        """
        How many places it has.
        """
        ...


class SectionPlaces:
    """
    Hands out free places. Rows fill from the front, neighbours together; places that come back are handed out first.

    The seat labels are shared with the chart: an event costs one number a row, and a tuple for each block given back.

    Attributes:
        section: its name on the chart.
        price_level: the price level of all its places.
        rows: seat labels by row; empty for an area.
        free: places that are free now (count).
        capacity: places altogether (count).
    """

    __slots__ = ("_filled", "_front", "_returned", "capacity", "free", "price_level", "rows", "section")

    def __init__(self, section: Sold, rows: Rows) -> None:
        self.section = section.name
        self.price_level = section.price_level
        self.rows = rows
        self.capacity = section.size
        self.free = self.capacity
        self._filled = [0] * len(rows)
        self._front = 0
        self._returned: list[tuple[str, ...]] = []

    def take(self, quantity: int) -> tuple[str, ...] | None:
        """
        Return seats that were free (an empty tuple in an area), or None when too few are.
        """
        if quantity > self.free:
            return None
        self.free -= quantity
        if not self.rows:
            return ()
        return self._take_returned(quantity) or self._take_neighbours(quantity) or self._take_any(quantity)

    def give_back(self, seats: tuple[str, ...], quantity: int) -> None:
        """
        Make places free again.
        """
        self.free += len(seats) or quantity
        if seats:
            self._returned.append(seats)

    def free_seats(self) -> Iterator[str]:
        """
        Yield the labels of the seats that are free.
        """
        for row, filled in zip(self.rows, self._filled, strict=True):
            yield from row[filled:]
        for block in self._returned:
            yield from block

    def _take_returned(self, quantity: int) -> tuple[str, ...]:
        for place in range(len(self._returned) - 1, max(-1, len(self._returned) - 9), -1):
            block = self._returned[place]
            if len(block) >= quantity:
                self._returned[place] = block[quantity:]
                if len(block) == quantity:
                    del self._returned[place]
                return block[:quantity]
        return ()

    def _take_neighbours(self, quantity: int) -> tuple[str, ...]:
        self._advance()
        for row in range(self._front, min(self._front + 4, len(self.rows))):
            seats = self._from_row(row, quantity)
            if len(seats) == quantity:
                self._filled[row] += quantity
                return seats
        return ()

    def _take_any(self, quantity: int) -> tuple[str, ...]:
        taken: tuple[str, ...] = ()
        while len(taken) < quantity:
            missing = quantity - len(taken)
            if self._returned:
                block = self._returned.pop()
                if block[missing:]:
                    self._returned.append(block[missing:])
                taken += block[:missing]
            else:
                self._advance()
                seats = self._from_row(self._front, missing)
                self._filled[self._front] += len(seats)
                taken += seats
        return taken

    def _from_row(self, row: int, quantity: int) -> tuple[str, ...]:
        first = self._filled[row]
        return self.rows[row][first : first + quantity]

    def _advance(self) -> None:
        while self._front < len(self.rows) - 1 and self._filled[self._front] == len(self.rows[self._front]):
            self._front += 1
