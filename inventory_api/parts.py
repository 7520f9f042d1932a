"""
The parts of an event, sections and areas: made from records, and from rows.
"""

from collections.abc import Sequence
from functools import lru_cache
from sys import intern
from typing import Any

import msgspec

from inventory_api.areas import Area
from inventory_api.layouts import layout_of, layout_text
from inventory_api.sections import Section
from inventory_stream.projection import InvalidRecord
from inventory_stream.records.catalogue import SeatsReleased

QUERY = """
SELECT s.*, t.free, t.held, t.sold, t.blocked, t.listed, t.statuses, t.holds, t.conflicts
FROM sections s JOIN section_status t USING (section_no) WHERE s.event_id = ANY(%s)
"""


def new(record: SeatsReleased, number: int) -> Section | Area:
    """
    Return the part that a record releases for the first time.

    Raises:
        InvalidRecord: a seat is named twice.
    """
    if record.quantity:
        area = Area(number, record.event_id, record.section, record.price_level)
        area.release(record.quantity, record.price_level)
        return area
    try:
        layout = layout_of(layout_text(record.runs, record.seats))
    except ValueError as error:
        raise InvalidRecord(f"section {record.section} of event {record.event_id}: {error}") from error
    return Section(number, record.event_id, record.section, record.price_level, layout)


def release_more(part: Section | Area, record: SeatsReleased) -> Sequence[int]:
    """
    Put more places on sale; return those that others have.

    Raises:
        InvalidRecord: they are not of its kind, or of a price level that it cannot have.
    """
    if (part.kind == "area") != bool(record.quantity):
        raise InvalidRecord(f"{record.section} of event {record.event_id} is of kind {part.kind}")
    if isinstance(part, Area):
        part.release(record.quantity, record.price_level)
        return ()
    return part.release(record.labels(), record.price_level or part.levels[0])


def from_row(values: tuple[Any, ...]) -> Section | Area:
    """
    Return the part of a row that `QUERY` gives.
    """
    number, event_id, name, kind, layout, levels, seat_levels, *counts, statuses, holds, conflicts = values
    # Events share the names of their sections and levels: one string for all of them.
    event_id, name, names = intern(event_id), intern(name), _level_names(levels)
    part: Section | Area
    if kind == "area":
        part = Area(number, event_id, name, names[0])
        part.counts = counts
    else:
        part = Section(number, event_id, name, names[0], layout_of(layout))
        part.levels, part.seat_levels, part.statuses = names, bytes(seat_levels), bytearray(statuses)
    part.holds, part.conflicts = msgspec.json.decode(holds), conflicts
    return part


@lru_cache(maxsize=10_000)
def _level_names(text: str) -> tuple[str, ...]:
    return tuple(msgspec.json.decode(text))
