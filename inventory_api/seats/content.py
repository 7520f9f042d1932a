"""
The chart of an event as clients get it: everything about its places that does not change while they are sold.
"""

from collections.abc import Sequence
from math import ceil, log10
from typing import Any

import msgspec
import numpy as np

from inventory_api.events import Event
from inventory_api.seats.geometry import Numbers, Point, bounds
from inventory_api.seats.map import ACCESSIBLE, COMPANION, RESTRICTED_VIEW, AreaMap, RowMap, SeatMap, SectionMap, labels

_DIGITS = 5  # of a coordinate, counted from the largest extent


class Drawing(msgspec.Struct, frozen=True):
    """
    Where things are, in double precision. `sections` and `areas` are outlines; `generated`: not all is the venue's own.
    """

    points: Numbers
    sections: Sequence[Sequence[Point]]
    areas: Sequence[Sequence[Point]]
    generated: bool


def chart_content(event: Event, seat_map: SeatMap, drawing: Drawing) -> dict[str, Any]:
    """
    Return the content of the chart, in the form of `schemas.seats.Chart` without event id and version.
    """
    low, high = bounds(drawing.points, [*drawing.sections, *drawing.areas])
    digits = _digits(float(max(high - low)))
    points = _rounded(drawing.points, digits)
    return {
        "venue_id": event.venue_id,
        "chart_id": event.chart_id,
        "chart_version": event.chart_version,
        "generated": drawing.generated,
        "places": seat_map.size + sum(area.capacity for area in seat_map.areas),
        "bounds": [*_rounded(low, digits).tolist(), *_rounded(high, digits).tolist()],
        "price_levels": seat_map.levels,
        "sections": [
            {**_section(seat_map, number, points), "outline": _outline(drawing.sections[number], digits)}
            for number in range(len(seat_map.sections))
        ],
        "areas": [{**_area(area), "outline": _outline(drawing.areas[area.index], digits)} for area in seat_map.areas],
    }


def _digits(extent: float) -> int:
    return max(0, _DIGITS - ceil(log10(extent))) if extent > 0 else 2


def _rounded(numbers: Numbers, digits: int) -> Numbers:
    return np.round(numbers, digits) + 0.0  # JSON would show a negative zero


def _outline(outline: Sequence[Point], digits: int) -> list[list[float]]:
    found: list[list[float]] = _rounded(np.array(outline, float).reshape(-1, 2), digits).tolist()
    return found


def _area(area: AreaMap) -> dict[str, Any]:
    found = msgspec.structs.asdict(area)
    return {"section": found.pop("name"), **found}


def _section(seat_map: SeatMap, number: int, points: Numbers) -> dict[str, Any]:
    section = seat_map.sections[number]
    names = labels(seat_map.layouts[number].text)
    return {
        "section": section.name,
        "zone": section.zone,
        "first": section.first,
        "seats": section.size,
        "rows": [_row(seat_map, section, row, names, points) for row in section.rows],
    }


def _row(seat_map: SeatMap, section: SectionMap, row: RowMap, names: Sequence[str], points: Numbers) -> dict[str, Any]:
    mine = slice(row.first, row.first + row.size)
    start = row.first - section.first
    flags = seat_map.flags[mine]
    return {
        "row": row.label,
        "first": row.first,
        "labels": names[start : start + row.size],
        "x": points[mine, 0].tolist(),
        "y": points[mine, 1].tolist(),
        "price_levels": seat_map.level[mine].tolist(),
        "accessible": np.flatnonzero(flags & ACCESSIBLE).tolist(),
        "companion": np.flatnonzero(flags & COMPANION).tolist(),
        "restricted_view": np.flatnonzero(flags & RESTRICTED_VIEW).tolist(),
    }
