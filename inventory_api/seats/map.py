"""
The seats of an event in one order, which statuses, charts and searches share: sections by name, seats as released.
"""

from bisect import bisect_right
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from inventory_api.layouts import Layout, labels_of
from inventory_api.live.event import LiveEvent, LivePart

ACCESSIBLE, COMPANION, RESTRICTED_VIEW = 1, 2, 4

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]


class RowMap(msgspec.Struct, frozen=True):
    """
    Seats of one row that follow each other. `first` is the index of the first within the event.

    A row whose seats were released with others in between is several of these.
    """

    label: str
    first: int
    size: int


class SectionMap(msgspec.Struct, frozen=True):
    """
    A section; `zone` is empty where the chart names none. `first`: as in `RowMap`.
    """

    name: str
    zone: str
    first: int
    size: int
    rows: tuple[RowMap, ...]


class AreaMap(msgspec.Struct, frozen=True):
    """
    A general-admission area; `capacity` counts all places, `price_level` is an index in the map's levels.
    """

    name: str
    zone: str
    index: int
    capacity: int
    price_level: int


class SeatMap(msgspec.Struct, frozen=True, eq=False):
    """
    Where the seats of events with one chart and one manifest are. Arrays have an item a seat, in the order of statuses.

    version: of everything here, 8 hexadecimal digits. levels: names of price levels.
    row: number of the seat's row, counted over all sections. level: index in `levels`.
    flags: sum of ACCESSIBLE, COMPANION, RESTRICTED_VIEW.
    joined: whether this seat and the next are neighbours: in one row, without an aisle between them.
    layouts: of the sections. body: the chart as JSON, without its opening brace and event id.
    """

    version: str
    levels: tuple[str, ...]
    sections: tuple[SectionMap, ...]
    areas: tuple[AreaMap, ...]
    size: int
    x: Floats
    y: Floats
    row: NDArray[np.int32]
    level: NDArray[Any]
    flags: Bytes
    joined: NDArray[np.bool_]
    layouts: tuple[Layout, ...]
    body: bytes

    def section_of(self, seat: int) -> int:
        """Return the index of the section that a seat is in."""
        return bisect_right(self.sections, seat, key=lambda section: section.first) - 1

    def label(self, seat: int) -> str:
        """Return the label of a seat, as records name it within its section."""
        number = self.section_of(seat)
        return labels(self.layouts[number].text)[seat - self.sections[number].first]


@lru_cache(maxsize=256)
def labels(text: str) -> tuple[str, ...]:
    """
    Return the seat labels of a layout's stored form, in order.
    """
    return tuple(labels_of(text))


def seated(live: LiveEvent) -> list[LivePart]:
    """
    Return the sections of an event in the order of its map.
    """
    return sorted((part for part in live.parts if part.kind == "section"), key=_name)


def standing(live: LiveEvent) -> list[LivePart]:
    """
    Return the areas of an event in the order of its map.
    """
    return sorted((part for part in live.parts if part.kind == "area"), key=_name)


def statuses_of(live: LiveEvent) -> Bytes:
    """
    Return the status of each seat, in the order of the event's map.
    """
    return np.frombuffer(b"".join([part.statuses for part in seated(live)]), np.uint8)


def counts_of(live: LiveEvent) -> NDArray[np.int64]:
    """
    Return a row for each area, in the order of the event's map: places free, held, sold, blocked, listed.
    """
    return np.array([part.counts for part in standing(live)], np.int64).reshape(-1, 5)


def _name(part: LivePart) -> str:
    return part.name
