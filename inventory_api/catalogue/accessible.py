"""
How many accessible seats of events are free: seats that the chart calls accessible, in the manifest of the event.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from sqlalchemy.ext.asyncio import AsyncConnection

from inventory_api.layouts import Index
from inventory_api.sections import FREE
from inventory_stream.projection.reading import Snapshot
from inventory_stream.records.catalogue import ChartSectionMapped

# Only sections whose chart has such seats are read whole; few have.
_SECTIONS = """
SELECT e.event_id, e.venue_id, e.chart_id, e.chart_version, s.section, s.layout, t.statuses
FROM "{schema}".events AS e
JOIN "{schema}".charts AS c USING (venue_id, chart_id, chart_version)
JOIN "{schema}".sections AS s ON s.event_id = e.event_id AND s.section = c.section
JOIN "{schema}".section_status AS t USING (section_no)
WHERE e.event_id = ANY(%s) AND c.accessible > 0 AND t.free > 0 AND s.kind = 'section'
"""
_CHARTS = """
SELECT c.venue_id, c.chart_id, c.chart_version, c.section, c.layout
FROM "{schema}".charts AS c JOIN unnest(%s::text[], %s::text[], %s::int[], %s::text[])
    AS wanted(venue_id, chart_id, chart_version, section) USING (venue_id, chart_id, chart_version, section)
"""
_MANY = 20_000
_decode = msgspec.json.Decoder(ChartSectionMapped).decode

Chart = tuple[Any, ...]  # venue, chart, version, section
Places = npt.NDArray[np.int32]


class AccessibleSeats:
    """
    Counts them, and remembers where they are.
    """

    def __init__(self) -> None:
        self._labels: dict[Chart, tuple[str, ...]] = {}
        self._places: dict[tuple[Chart, str], Places] = {}

    def forget(self) -> None:
        """
        Look at charts again.
        """
        self._labels.clear()
        self._places.clear()

    async def count(self, snapshot: Snapshot, event_ids: Sequence[str]) -> dict[str, int]:
        """
        Return event id → free accessible seats, of those that have any.
        """
        connection = await snapshot.session.connection()
        query = _SECTIONS.format(schema=snapshot.schema)
        rows: Any = (await connection.exec_driver_sql(query, (list(event_ids),))).all()
        await self._read_charts(connection, snapshot.schema, {tuple(row[1:5]) for row in rows})
        found: dict[str, int] = {}
        for event_id, venue, chart, version, section, layout, statuses in rows:
            places = self._places_of((venue, chart, version, section), layout)
            free = np.frombuffer(statuses, np.uint8)[places] == FREE
            found[event_id] = found.get(event_id, 0) + int(free.sum())
        return found

    async def _read_charts(self, connection: AsyncConnection, schema: str, charts: Iterable[Chart]) -> None:
        missing = [chart for chart in charts if chart not in self._labels]
        if not missing:
            return
        columns = tuple(list(column) for column in zip(*missing, strict=True))
        found: Any = (await connection.exec_driver_sql(_CHARTS.format(schema=schema), columns)).all()
        for row in found:
            seats = [seat for line in _decode(row[4]).rows for seat in line.seats]
            self._labels[tuple(row[:4])] = tuple(seat.label for seat in seats if seat.accessible)

    def _places_of(self, chart: Chart, layout: str) -> Places:
        places = self._places.get((chart, layout))
        if places is None:
            if len(self._places) >= _MANY:
                self._places.clear()
            index = Index(layout).filled()
            found = [index[label] for label in self._labels[chart] if label in index]
            places = self._places[chart, layout] = np.array(found, np.int32)
        return places
