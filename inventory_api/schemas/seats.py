"""
The chart of an event, and how its seats stand.
"""

from typing import Annotated

from pydantic import BaseModel, Field

from inventory_api.schemas.availability import Counts

Point = Annotated[list[float], Field(min_length=2, max_length=2, description="x, y")]
Places = Annotated[list[int], Field(description="positions within the row")]


class ChartRow(BaseModel):
    """
    Seats that follow each other. `first` is the index of the first in the statuses; lists have an item a seat.

    price_levels: indexes in those of the chart.
    """

    row: str
    first: int
    labels: list[str]
    x: list[float]
    y: list[float]
    price_levels: list[int]
    accessible: Places
    companion: Places
    restricted_view: Places


class ChartSection(BaseModel):
    """
    A section. `first` is the index of its first seat in the statuses.
    """

    section: str
    zone: str
    first: int
    seats: int
    outline: list[Point]
    rows: list[ChartRow]


class ChartArea(BaseModel):
    """
    A general-admission area. `index` is that of its counts; `price_level` one of the chart's.
    """

    section: str
    zone: str
    index: int
    capacity: int
    price_level: int
    outline: list[Point]


class Chart(BaseModel):
    """
    All that does not change while an event is sold. x grows to the right, y downwards; `bounds` are left, top, right, bottom.

    generated: not all of it is the venue's own drawing.
    """

    event_id: str
    version: str
    venue_id: str
    chart_id: str
    chart_version: int
    generated: bool
    places: int
    bounds: Annotated[list[float], Field(min_length=4, max_length=4)]
    price_levels: list[str]
    sections: list[ChartSection]
    areas: list[ChartArea]


class SectionStatuses(BaseModel):
    """
    A digit a seat, its index in `statuses`.
    """

    section: str
    statuses: str


class AreaCounts(Counts):
    """
    An area.
    """

    section: str


class Seats(BaseModel):
    """
    How each seat stands as of a position: the next offset of the event's partition.
    """

    event_id: str
    position: int
    chart: str
    statuses: list[str]
    sections: list[SectionStatuses]
    areas: list[AreaCounts]
