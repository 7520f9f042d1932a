"""
Keeps the maps of seats. Making one takes a while, and all events with the same chart and manifest share it.
"""

import asyncio
from typing import Any

import msgspec

from inventory_api.live.event import LiveEvent
from inventory_api.live.follower import Follower
from inventory_api.seats.drawing import draw
from inventory_api.seats.map import SeatMap
from inventory_stream.projection.reading import Changes
from inventory_stream.projection.snapshots import Snapshot
from inventory_stream.records.catalogue import ChartSectionMapped

_CHART = """
SELECT layout FROM "{schema}".charts WHERE venue_id = %s AND chart_id = %s AND chart_version = %s ORDER BY section
"""
_MAP_COST = 200  # what a map costs beside its seats, in seats
_decode_section = msgspec.json.Decoder(ChartSectionMapped)

Key = tuple[Any, ...]


class SeatMaps:
    """
    A keeper of maps, until a record of their venue comes.
    """

    def __init__(self, max_seats: int) -> None:
        """
        Args:
            max_seats: how many seats are kept, of all maps together; those asked for longest ago go first.
        """
        self._max_seats = max_seats
        self._cost = 0
        self._maps: dict[Key, SeatMap] = {}
        self._flights: dict[Key, asyncio.Task[SeatMap]] = {}
        self._venues: dict[str, set[Key]] = {}
        self._follower: Follower | None = None

    def follow(self, follower: Follower) -> None:
        """
        Read charts through this follower, one of whose keepers this is.
        """
        self._follower = follower

    def known(self, live: LiveEvent) -> SeatMap | None:
        """
        Return the map of an event if it is kept.
        """
        key = _key(live)
        found = self._maps.pop(key, None)
        if found is not None:
            self._maps[key] = found  # to the end of the line
        return found

    async def of(self, live: LiveEvent) -> SeatMap:
        """
        Return the map of an event. Those who ask for the same at once share the work.
        """
        found = self.known(live)
        if found is not None:
            return found
        key = _key(live)
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = asyncio.create_task(self._make(live))
            self._venues.setdefault(live.event.venue_id, set()).add(key)
            flight.add_done_callback(lambda done: self._land(key, done))
        return await asyncio.shield(flight)

    async def _make(self, live: LiveEvent) -> SeatMap:
        if self._follower is None:
            raise RuntimeError("nothing is followed")
        chart = await self._follower.run(lambda snapshot: _read(snapshot, live)) if live.event.chart_id else []
        return await asyncio.to_thread(draw, live, chart)

    def _land(self, key: Key, flight: asyncio.Task[SeatMap]) -> None:
        failed = flight.cancelled() or flight.exception() is not None
        if self._flights.get(key) is not flight:  # the chart changed meanwhile
            return
        del self._flights[key]
        if failed:
            self._forget(key)
            return
        self._maps[key] = flight.result()
        self._cost += _cost(flight.result())
        while self._cost > self._max_seats and len(self._maps) > 1:
            self._drop(next(iter(self._maps)))

    def _drop(self, key: Key) -> None:
        self._cost -= _cost(self._maps.pop(key))
        self._forget(key)

    def _forget(self, key: Key) -> None:
        self._flights.pop(key, None)
        mine = self._venues[key[0]]
        mine.discard(key)
        if not mine:
            del self._venues[key[0]]

    def mark(self, changes: Changes) -> None:
        """
        Forget the maps of venues that changed. What is being made for them is given to those who wait, and not kept.
        """
        venues = self._venues.keys() if changes.keys is None else self._venues.keys() & changes.keys
        for key in [key for venue in venues for key in self._venues[venue]]:
            if key in self._maps:
                self._drop(key)
            else:
                self._forget(key)

    def begin(self) -> None:
        """
        Do nothing: nothing waits to be brought up.
        """

    async def refresh(self, snapshot: Snapshot) -> None:
        """
        Do nothing: a map is made when it is next asked for.
        """


def _key(live: LiveEvent) -> Key:
    """
    Return what a map depends on: the venue first, the chart, and what is released with which price levels.
    """
    event = live.event
    parts = ((part.name, part.layout.text, part.levels, part.seat_levels, sum(part.counts)) for part in live.parts)
    return (event.venue_id, event.chart_id, event.chart_version, *parts)


def _cost(seat_map: SeatMap) -> int:
    return seat_map.size + _MAP_COST


async def _read(snapshot: Snapshot, live: LiveEvent) -> list[ChartSectionMapped]:
    connection = await snapshot.session.connection()
    event = live.event
    wanted = (event.venue_id, event.chart_id, event.chart_version)
    rows = await connection.exec_driver_sql(_CHART.format(schema=snapshot.schema), wanted)
    return [_decode_section.decode(row[0]) for row in rows.all()]
