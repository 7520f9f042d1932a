"""
The parts of a seats.io chart that say where places are and what they cost, as plans of sections.

A chart has sections, each a small chart of its own, and may have rows, tables, booths and areas outside of them. Seats
are placed relative to their section's top left corner. Colours, icons, texts and pictures are left out.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from inventory_stream.importers.problems import Problem
from inventory_stream.records.catalogue import ChartRow, ChartSeat, ChartSectionMapped

NO_SECTION = "Main"  # where places are that belong to no section of their chart
NO_CATEGORY = "Standard"


class Point(msgspec.Struct, frozen=True):
    """
    A point of the chart.
    """

    x: float = 0.0
    y: float = 0.0


class Category(msgspec.Struct, frozen=True, rename="camel"):
    """
    What places cost alike: `key` is a number in old charts and may be text in newer ones.
    """

    key: int | str
    label: str
    accessible: bool = False


class Seat(msgspec.Struct, frozen=True, rename="camel"):
    """
    A seat, at x and y within its section.
    """

    label: str
    x: float
    y: float
    category_key: int | str | None = None
    accessible: bool = False
    companion_seat: bool = False
    restricted_view: bool = False


class SeatRow(msgspec.Struct, frozen=True, rename="camel"):
    """
    A row, or a table with its seats. `book_as_a_whole` makes a table one place.
    """

    label: str
    seats: tuple[Seat, ...] = ()
    category_key: int | str | None = None
    book_as_a_whole: bool = False
    center: Point = Point()


class Booth(msgspec.Struct, frozen=True, rename="camel"):
    """
    A place without seats that is sold as one.
    """

    label: str
    category_key: int | str | None = None
    center: Point = Point()


class Area(msgspec.Struct, frozen=True, rename="camel"):
    """
    A general-admission area.
    """

    label: str
    capacity: int = 0
    category_key: int | str | None = None
    points: tuple[Point, ...] = ()


class SubChart(msgspec.Struct, frozen=True, rename="camel"):
    """
    What may stand on the floor or within a section.
    """

    rows: tuple[SeatRow, ...] = ()
    tables: tuple[SeatRow, ...] = ()
    booths: tuple[Booth, ...] = ()
    general_admission_areas: tuple[Area, ...] = ()


class ChartSection(msgspec.Struct, frozen=True, rename="camel"):
    """
    A section: its outline in the chart's coordinates, its content in its own.
    """

    label: str
    sub_chart: SubChart
    category_key: int | str | None = None
    zone: str | None = None
    points: tuple[Point, ...] = ()
    top_left: Point = Point()


class Floor(SubChart, frozen=True, rename="camel"):
    """
    The whole chart.
    """

    sections: tuple[ChartSection, ...] = ()


class Categories(msgspec.Struct, frozen=True):
    """
    All categories of the chart.
    """

    list: tuple[Category, ...] = ()


class Zone(msgspec.Struct, frozen=True):
    """
    A part of a large chart.
    """

    key: str
    label: str


class Zones(msgspec.Struct, frozen=True):
    """
    All zones of the chart.
    """

    list: tuple[Zone, ...] = ()


class SeatsioChart(msgspec.Struct, frozen=True, rename="camel"):
    """
    A chart file.
    """

    name: str
    sub_chart: Floor
    categories: Categories = Categories()
    zones: Zones = Zones()


class Plan(NamedTuple):
    """
    One section (rows) or area (capacity) to import; seats bear their own price level where it is not the section's.
    """

    name: str
    price_level: str
    zone: str
    rows: tuple[ChartRow, ...]
    capacity: int
    outline: tuple[tuple[float, float], ...]

    def mapped(self, venue_id: str, chart_id: str, chart_version: int) -> ChartSectionMapped:
        """
        Return the record that draws it.
        """
        return ChartSectionMapped(
            venue_id=venue_id,
            chart_id=chart_id,
            chart_version=chart_version,
            section=self.name,
            kind="section" if self.rows else "area",
            rows=self.rows,
            capacity=self.capacity,
            price_level=self.price_level,
            zone=self.zone,
            outline=self.outline,
        )


class ChartReading:
    """
    Turns a chart into plans and collects what is wrong with it.

    Args:
        chart: the decoded chart.
        file: its name, for problems.
    """

    def __init__(self, chart: SeatsioChart, file: str) -> None:
        self.problems: list[Problem] = []
        self._chart = chart
        self._file = file
        self._categories = {category.key: category for category in chart.categories.list}
        self._zones = {zone.key: zone.label for zone in chart.zones.list}

    def plans(self) -> list[Plan]:
        """
        Return the sections and areas that are right.
        """
        found: dict[str, Plan] = {}
        for plan in self._all():
            if plan.name in found:
                self._wrong(plan.name, "another section or area has the same label")
            elif not (plan.rows or plan.capacity):
                self._wrong(plan.name, "has neither seats nor a capacity")
            else:
                found[plan.name] = plan
        if not found and not self.problems:
            self._wrong("chart", "has no places")
        return list(found.values())

    def _all(self) -> Iterator[Plan]:
        floor = self._chart.sub_chart
        for section in floor.sections:
            zone = self._zones.get(section.zone or "", section.zone or "")
            content, corner = section.sub_chart, section.top_left
            level = self._level(section.label, section.category_key, "")
            outline = tuple((point.x, point.y) for point in section.points)
            rows = self._rows(section.label, content, corner, level)
            if rows or not content.general_admission_areas:
                yield Plan(section.label, level, zone, rows, 0, outline)
            for area in content.general_admission_areas:
                yield self._area(f"{section.label} {area.label}", area, corner, level, zone)
        if floor.rows or floor.tables or floor.booths:
            yield Plan(NO_SECTION, NO_CATEGORY, "", self._rows(NO_SECTION, floor, Point(), NO_CATEGORY), 0, ())
        for area in floor.general_admission_areas:
            yield self._area(area.label, area, Point(), NO_CATEGORY, "")

    def _area(self, name: str, area: Area, corner: Point, level: str, zone: str) -> Plan:
        outline = tuple((corner.x + point.x, corner.y + point.y) for point in area.points)
        return Plan(name, self._level(name, area.category_key, level), zone, (), area.capacity, outline)

    def _rows(self, section: str, content: SubChart, corner: Point, level: str) -> tuple[ChartRow, ...]:
        rows = [self._row(section, row, corner, level) for row in (*content.rows, *content.tables)]
        booths = [SeatRow(booth.label, (), booth.category_key, True, booth.center) for booth in content.booths]
        rows += [self._row(section, booth, corner, level) for booth in booths]
        self._check_labels(section, rows)
        return tuple(row for row in rows if row.seats)

    def _row(self, section: str, row: SeatRow, corner: Point, level: str) -> ChartRow:
        level_of_row = self._level(section, row.category_key, level)
        if row.book_as_a_whole:
            x, y = corner.x + row.center.x, corner.y + row.center.y
            whole = ChartSeat(row.label, x, y, "" if level_of_row == level else level_of_row)
            return ChartRow(row.label, (whole,))
        return ChartRow(row.label, tuple(self._seat(section, row, seat, corner, level) for seat in row.seats))

    def _seat(self, section: str, row: SeatRow, seat: Seat, corner: Point, level: str) -> ChartSeat:
        own = self._level(section, seat.category_key, self._level(section, row.category_key, level))
        category: Any = self._categories.get(seat.category_key or "")
        return ChartSeat(
            f"{row.label}-{seat.label}" if row.label else seat.label,
            round(corner.x + seat.x, 2),
            round(corner.y + seat.y, 2),
            "" if own == level else own,
            accessible=seat.accessible or bool(category and category.accessible),
            companion=seat.companion_seat,
            restricted_view=seat.restricted_view,
        )

    def _level(self, place: str, key: int | str | None, otherwise: str) -> str:
        """
        Return the price level of a category; that of what surrounds the place where it has none.
        """
        if key is None:
            return otherwise or NO_CATEGORY
        if key not in self._categories:
            self._wrong(place, f"categoryKey: {key} is not among the chart's categories")
            return otherwise or NO_CATEGORY
        return self._categories[key].label

    def _check_labels(self, section: str, rows: list[ChartRow]) -> None:
        seen: set[str] = set()
        for row in rows:
            for seat in row.seats:
                if seat.label in seen:
                    self._wrong(section, f"seat {seat.label} stands twice in the section")
                seen.add(seat.label)

    def _wrong(self, place: str, reason: str) -> None:
        problem = Problem(self._file, f"section {place}" if place != "chart" else place, reason)
        if problem not in self.problems:
            self.problems.append(problem)
