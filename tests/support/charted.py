"""
Events, charts and pictures of them, made without a database.
"""

from __future__ import annotations

import asyncio

from hypothesis import strategies as st

from inventory_api.events import Event
from inventory_api.layouts import layout_of, layout_text
from inventory_api.live.event import LiveEvent, LivePart
from inventory_stream.records import SeatRun
from inventory_stream.records.catalogue import ChartRow, ChartSeat, ChartSectionMapped


def section(name="S", runs=(("F", 1, 4),), seats=(), statuses=None, levels=("A",), seat_levels=b"", number=0):
    """
    A section of an event, its seats free unless told otherwise.
    """
    layout = layout_of(layout_text([SeatRun(*run) for run in runs], seats))
    statuses = bytes(layout.size) if statuses is None else bytes(statuses)
    counts = tuple(statuses.count(code) for code in range(5))
    return LivePart(number, name, "section", layout, levels, seat_levels, counts, statuses)


def area(name="GA", counts=(50, 0, 0, 0, 0), level="A", number=0):
    """
    A general-admission area.
    """
    return LivePart(number, name, "area", layout_of("[]"), (level,), b"", tuple(counts), b"")


def picture(*parts, event_id="e1", position=7, chart_id="c", venue_id="v1"):
    """
    A picture of an event.
    """
    event = Event(event_id, venue_id=venue_id, chart_id=chart_id, chart_version=1)
    return LiveEvent(event, parts, (), (), position)


def mapped(name="S", rows=(), zone="", outline=(), capacity=0, **fields):
    """
    A section of the chart: rows as (label, [(seat label, x, y)]).
    """
    drawn = tuple(
        ChartRow(label, tuple(seat if isinstance(seat, ChartSeat) else ChartSeat(*seat) for seat in seats))
        for label, seats in rows
    )
    kind = "area" if capacity else "section"
    words = {"venue_id": "v1", "chart_id": "c", "chart_version": 1} | fields
    return ChartSectionMapped(
        section=name, kind=kind, rows=drawn, zone=zone, outline=outline, capacity=capacity, **words
    )


def straight(row, xs, y=0.0):
    """
    A row of the chart, its seats numbered from 1, at these x.
    """
    return (row, [(f"{row}-{number}", x, y) for number, x in enumerate(xs, 1)])


statuses = st.binary(max_size=40).map(lambda drawn: bytes(byte % 5 for byte in drawn))
counts = st.tuples(*[st.integers(0, 2**32 - 1)] * 5)


@st.composite
def pictures(draw, **fields):
    """
    A picture of some sections and areas in any states.
    """
    parts = []
    for number in range(draw(st.integers(0, 4))):
        found = draw(statuses)
        runs = [("R", 1, len(found))] if found else []
        parts.append(section(f"S{number}", runs, statuses=found))
    parts += [area(f"G{number}", draw(counts)) for number in range(draw(st.integers(0, 3)))]
    return picture(*parts, **fields)


def run(made):
    """
    Return what a coroutine gives.
    """
    return asyncio.run(made)
