"""
Makes the map of an event's seats from its manifest (what it sells) and its venue's chart (where that is).

The manifest decides which seats there are, their order and their price levels. What the chart does not show is drawn in
rows below it.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import msgspec
import numpy as np

from inventory_api.live.event import LiveEvent, LivePart
from inventory_api.seats.content import Drawing, chart_content
from inventory_api.seats.geometry import Numbers, Point, below, block, hull, neighbours, place_of, shelve, typical
from inventory_api.seats.map import (
    ACCESSIBLE,
    COMPANION,
    RESTRICTED_VIEW,
    AreaMap,
    RowMap,
    SeatMap,
    SectionMap,
    labels,
    seated,
    standing,
)
from inventory_stream.records.catalogue import ChartSeat, ChartSectionMapped

_FARTHEST = 1e6  # chart units; what lies beyond is a mistake, and no number of single precision
_MARGIN = 0.7  # of an outline around its seats, in seats
_AREA_SIDES = (4.0, 40.0)  # of an area without an outline, in seats
_encode = msgspec.json.Encoder().encode


class _Section(msgspec.Struct):
    """
    One section on its way to the map. Points are NaN where the chart has no such seat.
    """

    part: LivePart
    labels: tuple[str, ...]
    zone: str
    outline: Sequence[Point]
    rows: list[str]
    points: Numbers
    flags: bytes


class _Area(msgspec.Struct):
    part: LivePart
    zone: str
    outline: Sequence[Point]


def draw(live: LiveEvent, chart: Sequence[ChartSectionMapped]) -> SeatMap:
    """
    Return the map of an event.

    Args:
        chart: the sections of its chart; none when it has no chart, or nobody has drawn it.
    """
    shown = {section.section: section for section in chart}
    sections = [_section(part, shown.get(part.name)) for part in seated(live)]
    areas = [_area(part, shown.get(part.name)) for part in standing(live)]
    generated = _complete(sections, areas) or any(section.generated for section in chart)
    points = np.concatenate([np.empty((0, 2)), *(section.points for section in sections)])
    seat_map = _map(live, sections, areas, points)
    drawing = Drawing(
        points, [section.outline for section in sections], [area.outline for area in areas], generated=generated
    )
    content = chart_content(live.event, seat_map, drawing)
    version = blake2b(_encode(content), digest_size=4).hexdigest()
    return msgspec.structs.replace(seat_map, version=version, body=_encode({"version": version, **content})[1:])


def _section(part: LivePart, shown: ChartSectionMapped | None) -> _Section:
    """
    Look the seats of a section up in the chart, by label.
    """
    known: dict[str, tuple[str, ChartSeat]] = {}
    if shown is not None:
        known = {seat.label: (row.label, seat) for row in shown.rows for seat in row.seats}
    names = labels(part.layout.text)
    found = [known.get(label) for label in names]
    points = np.array([(item[1].x, item[1].y) if item else (np.nan, np.nan) for item in found], float).reshape(-1, 2)
    rows = [item[0] if item else place_of(label)[0] for item, label in zip(found, names, strict=True)]
    flags = bytes(_flags(item[1]) if item else 0 for item in found)
    zone, outline = _surroundings(shown)
    return _Section(part, names, zone, outline, rows, np.clip(points, -_FARTHEST, _FARTHEST), flags)


def _area(part: LivePart, shown: ChartSectionMapped | None) -> _Area:
    return _Area(part, *_surroundings(shown))


def _surroundings(shown: ChartSectionMapped | None) -> tuple[str, Sequence[Point]]:
    """
    Return the zone and the outline that the chart gives, if it has one that is a shape.
    """
    if shown is None:
        return "", ()
    corners = np.clip(np.array(shown.outline, float).reshape(-1, 2), -_FARTHEST, _FARTHEST)
    return shown.zone, [(x, y) for x, y in corners.tolist()] if len(corners) > 2 else ()


def _flags(seat: ChartSeat) -> int:
    return ACCESSIBLE * seat.accessible | COMPANION * seat.companion | RESTRICTED_VIEW * seat.restricted_view


def _complete(sections: Sequence[_Section], areas: Sequence[_Area]) -> bool:
    """
    Give a place to what the chart does not show, below all that it does; return whether there was such a thing.
    """
    unit = _unit(sections)
    missing = [section for section in sections if np.isnan(section.points).any()]
    bare = [area for area in areas if not area.outline]
    blocks = [_block(section) * unit for section in missing]
    squares = [_square(area) * unit for area in bare]
    corners = iter(_corners([*blocks, *squares], _top(sections, areas, unit), unit))
    for section, points in zip(missing, blocks, strict=True):
        section.points[np.isnan(section.points[:, 0])] = points + next(corners)
    for area, points in zip(bare, squares, strict=True):
        area.outline = hull(points + next(corners))
    for section in sections:
        section.outline = section.outline or hull(section.points, _MARGIN * unit)
    return bool(missing or bare)


def _block(section: _Section) -> Numbers:
    """
    Return where the seats that the chart lacks stand, seen from their first corner.
    """
    return block([section.labels[place] for place in np.flatnonzero(np.isnan(section.points[:, 0]))])


def _unit(sections: Sequence[_Section]) -> float:
    """
    Return how far seats of the chart usually are from each other.
    """
    gaps = [np.hypot(*np.diff(section.points, axis=0).T) for section in sections if len(section.points) > 1]
    found = np.concatenate([np.empty(0), *gaps])
    return typical(found[~np.isnan(found)])


def _square(area: _Area) -> Numbers:
    side = min(max(sum(area.part.counts) ** 0.5, _AREA_SIDES[0]), _AREA_SIDES[1])
    return np.array([(0, 0), (0, side), (side, side), (side, 0)])


def _top(sections: Sequence[_Section], areas: Sequence[_Area], unit: float) -> float:
    """
    Return where there is room below the chart.
    """
    shapes = [section.points[~np.isnan(section.points[:, 0])] for section in sections]
    outlines = [*(section.outline for section in sections), *(area.outline for area in areas)]
    shapes += [np.array(outline, float).reshape(-1, 2) for outline in outlines]
    return below(np.concatenate([np.empty((0, 2)), *shapes]), unit)


def _corners(blocks: Sequence[Numbers], top: float, unit: float) -> list[Numbers]:
    sizes = [(float(width), float(height)) for width, height in (points.max(axis=0) / unit for points in blocks)]
    return [np.array(corner) * unit + (0, top) for corner in shelve(sizes)]


def _map(live: LiveEvent, sections: Sequence[_Section], areas: Sequence[_Area], points: Numbers) -> SeatMap:
    """
    Return the map, but for its version and body.
    """
    levels = tuple(sorted({level for part in live.parts for level in part.levels}))
    mapped = _section_maps(sections)
    rows = _row_numbers(mapped)
    numbers = np.repeat(np.arange(len(mapped)), [section.size for section in mapped])
    return SeatMap(
        version="",
        levels=levels,
        sections=mapped,
        areas=tuple(_area_map(area, index, levels) for index, area in enumerate(areas)),
        size=len(points),
        x=points[:, 0].astype(np.float32),
        y=points[:, 1].astype(np.float32),
        row=rows,
        level=_levels(sections, levels),
        flags=np.frombuffer(b"".join(section.flags for section in sections), np.uint8),
        joined=neighbours(points[:, 0], points[:, 1], rows, numbers),
        layouts=tuple(section.part.layout for section in sections),
        body=b"",
    )


def _section_maps(sections: Sequence[_Section]) -> tuple[SectionMap, ...]:
    found: list[SectionMap] = []
    first = 0
    for section in sections:
        size = len(section.labels)
        found.append(SectionMap(section.part.name, section.zone, first, size, _row_maps(section.rows, first)))
        first += size
    return tuple(found)


def _row_maps(names: Sequence[str], first: int) -> tuple[RowMap, ...]:
    starts = [at for at, name in enumerate(names) if not at or name != names[at - 1]]
    ends = [*starts[1:], len(names)]
    return tuple(RowMap(names[start], first + start, end - start) for start, end in zip(starts, ends, strict=False))


def _row_numbers(sections: Sequence[SectionMap]) -> Numbers:
    sizes = [row.size for section in sections for row in section.rows]
    return np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)


def _levels(sections: Sequence[_Section], levels: Sequence[str]) -> Numbers:
    """
    Return the price level of each seat, as its index in the event's levels.
    """
    kind: Any = np.uint8 if len(levels) <= 256 else np.uint16
    found = [np.empty(0, kind)]
    for section in sections:
        own = np.array([levels.index(level) for level in section.part.levels], kind)
        found.append(own[np.frombuffer(section.part.seat_levels or bytes(len(section.labels)), np.uint8)])
    return np.concatenate(found)


def _area_map(area: _Area, index: int, levels: Sequence[str]) -> AreaMap:
    return AreaMap(area.part.name, area.zone, index, sum(area.part.counts), levels.index(area.part.levels[0]))
