"""
Sections and charts as plans: light enough to keep thousands, and turned into records one at a time.
"""

from collections.abc import Iterator
from functools import lru_cache
from math import ceil, sqrt
from typing import NamedTuple

import msgspec

from inventory_stream.charts.geometry import Arc, Block, outline
from inventory_stream.records.base import SeatRun
from inventory_stream.records.catalogue import ChartRow, ChartSeat, ChartSectionMapped, SeatsReleased

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # as printed on seats: no I and no O, which look like digits
_ACCESSIBLE_SHARE = 100  # one place in so many, as building codes ask for


class Row(NamedTuple):
    """
    One row: its seats are numbered from 1 to `seats`.
    """

    label: str
    seats: int


@lru_cache(4096)
def _runs(rows: tuple[Row, ...]) -> tuple[SeatRun, ...]:
    """
    Return a run a row: made once, since a thousand events sell the same section.
    """
    return tuple(SeatRun(row.label, 1, row.seats) for row in rows)


class Section(msgspec.Struct, frozen=True):
    """
    One section (`rows`) or one general-admission area (`capacity`) of a generated chart.
    """

    name: str
    price_level: str
    zone: str
    frame: Arc | Block
    rows: tuple[Row, ...] = ()
    capacity: int = 0
    restricted_view: bool = False

    @property
    def size(self) -> int:
        """
        How many places the section has.
        """
        return self.capacity or sum(row.seats for row in self.rows)

    def runs(self) -> tuple[SeatRun, ...]:
        """
        Return all seats, a run a row; none for an area.
        """
        return _runs(self.rows)

    def released(self, event_id: str) -> SeatsReleased:
        """
        Return the record that puts the whole section of an event on sale.
        """
        return SeatsReleased(
            event_id=event_id,
            section=self.name,
            price_level=self.price_level,
            runs=self.runs(),
            quantity=self.capacity,
        )

    def mapped(self, venue_id: str, chart_id: str, chart_version: int) -> ChartSectionMapped:
        """
        Return the record that draws the section, stated as generated.
        """
        return ChartSectionMapped(
            venue_id=venue_id,
            chart_id=chart_id,
            chart_version=chart_version,
            section=self.name,
            kind="section" if self.rows else "area",
            rows=tuple(self._drawn()),
            capacity=self.capacity,
            price_level=self.price_level,
            zone=self.zone,
            outline=outline(self.frame, len(self.rows) or 20),
            generated=True,
        )

    def _drawn(self) -> Iterator[ChartRow]:
        """
        Yield rows with their seats: the last row, reached without steps, has the accessible places and companions.
        """
        wheelchairs = 2 * ceil(self.size / _ACCESSIBLE_SHARE)
        for depth, row in enumerate(self.rows):
            yield self._row(row, depth, wheelchairs if depth == len(self.rows) - 1 else 0)

    def _row(self, row: Row, depth: int, wheelchairs: int) -> ChartRow:
        points = self.frame.points(depth, [(number + 0.5) / row.seats for number in range(row.seats)])
        prefix, restricted = f"{row.label}-", self.restricted_view
        seats = [
            ChartSeat(f"{prefix}{number}", x, y, "", accessible=False, companion=False, restricted_view=restricted)
            for number, (x, y) in enumerate(points, 1)
        ]
        for index, seat in enumerate(seats[:wheelchairs]):
            seats[index] = msgspec.structs.replace(seat, accessible=index % 2 == 0, companion=index % 2 == 1)
        return ChartRow(row.label, tuple(seats))


class Chart(msgspec.Struct, frozen=True):
    """
    A generated chart: its kind and its sections.
    """

    kind: str
    sections: tuple[Section, ...]

    @property
    def capacity(self) -> int:
        """
        How many places the chart has.
        """
        return sum(section.size for section in self.sections)

    @property
    def price_levels(self) -> tuple[str, ...]:
        """
        The price levels in use, dearest first.
        """
        return tuple(sorted({section.price_level for section in self.sections}))


def row_label(index: int) -> str:
    """
    Return the label of a row: A … Z, AA … ZZ, AAA and so on, without I and O.
    """
    repeat, letter = divmod(index, len(_LETTERS))
    return _LETTERS[letter] * (repeat + 1)


def shares(total: int, weights: list[float]) -> list[int]:
    """
    Split a total by weights into integers with exactly that sum.
    """
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    counts = [int(share) for share in exact]
    by_remainder = sorted(range(len(weights)), key=lambda index: (counts[index] - exact[index], index))
    for index in by_remainder[: total - sum(counts)]:
        counts[index] += 1
    return counts


def seat_rows(seats: int, aspect: float = 1.6, growth: float = 0.3) -> tuple[Row, ...]:
    """
    Return rows for so many seats.

    Args:
        aspect: seats of a row to rows.
        growth: how much longer the last row is than the first, as a share.
    """
    rows = max(1, min(seats, round(sqrt(seats / aspect))))
    counts = shares(seats, [1 + growth * index / rows for index in range(rows)])
    return tuple(Row(row_label(index), count) for index, count in enumerate(counts) if count)
