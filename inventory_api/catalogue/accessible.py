"""
How many accessible seats of events are free: seats that the chart calls accessible, in the manifest of the event.
"""

from collections.abc import Collection, Iterable
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from inventory_api.events import Event
from inventory_api.layouts import Index
from inventory_api.sections import FREE
from inventory_stream.projection.snapshots import Snapshot
from inventory_stream.records.catalogue import ChartSectionMapped

_CHARTS = """
SELECT c.venue_id, c.chart_id, c.chart_version, c.section, c.layout
FROM "{schema}".charts AS c JOIN unnest(%s::text[], %s::text[], %s::int[]) AS wanted(venue_id, chart_id, chart_version)
    USING (venue_id, chart_id, chart_version) WHERE c.accessible > 0
"""
_SECTIONS = """
SELECT s.event_id, s.section, s.layout, t.statuses
FROM "{schema}".sections AS s JOIN "{schema}".section_status AS t USING (section_no)
WHERE s.event_id = ANY(%s) AND s.section = ANY(%s) AND s.kind = 'section' AND t.free > 0
"""
_MANY = 20_000
_decode = msgspec.json.Decoder(ChartSectionMapped).decode

Chart = tuple[str, str, int]  # venue, chart, version
Places = npt.NDArray[np.int32]


class AccessibleSeats:
    """
    Counts them, and remembers where they are. Only sections whose chart has such seats are read whole; few have.
    """

    def __init__(self) -> None:
        self._labels: dict[Chart, dict[str, tuple[str, ...]]] = {}
        self._places: dict[tuple[Chart, str, str], Places] = {}

    def forget(self) -> None:
        """
        Look at charts again.
        """
        self._labels.clear()
        self._places.clear()

    async def count(self, snapshot: Snapshot, events: Iterable[Event]) -> dict[str, int]:
        """
        Return event id → free accessible seats, of those that have any.
        """
        charts = {event.event_id: (event.venue_id, event.chart_id, event.chart_version) for event in events}
        await self._read_charts(snapshot, {*charts.values()} - self._labels.keys())
        charts = {event_id: chart for event_id, chart in charts.items() if self._labels[chart]}
        if not charts:
            return {}
        sections = {section for chart in {*charts.values()} for section in self._labels[chart]}
        found: dict[str, int] = {}
        for event_id, section, layout, statuses in await _ask(snapshot, _SECTIONS, (list(charts), list(sections))):
            places = self._places_of(charts[event_id], section, layout)
            free = np.frombuffer(statuses, np.uint8)[places] == FREE
            found[event_id] = found.get(event_id, 0) + int(free.sum())
        return found

    async def _read_charts(self, snapshot: Snapshot, charts: Collection[Chart]) -> None:
        if not charts:
            return
        self._labels |= {chart: {} for chart in charts}
        columns = tuple(list(column) for column in zip(*charts, strict=True))
        for venue, chart, version, section, layout in await _ask(snapshot, _CHARTS, columns):
            seats = [seat for row in _decode(layout).rows for seat in row.seats]
            self._labels[venue, chart, version][section] = tuple(seat.label for seat in seats if seat.accessible)

    def _places_of(self, chart: Chart, section: str, layout: str) -> Places:
        places = self._places.get((chart, section, layout))
        if places is None:
            if len(self._places) >= _MANY:
                self._places.clear()
            index = Index(layout).filled()
            found = [index[label] for label in self._labels[chart].get(section, ()) if label in index]
            places = self._places[chart, section, layout] = np.array(found, np.int32)
        return places


async def _ask(snapshot: Snapshot, query: str, values: tuple[Any, ...]) -> Any:
    connection = await snapshot.session.connection()
    return (await connection.exec_driver_sql(query.format(schema=snapshot.schema), values)).all()
