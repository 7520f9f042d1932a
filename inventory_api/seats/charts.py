"""
Charts of events as answers, kept for as long as they are asked for.
"""

import asyncio

import msgspec

from inventory_api.live.answers import IMMUTABLE, Kept
from inventory_api.seats.encoding import chart_url
from inventory_api.seats.map import SeatMap

# A chart changes seldom, and statuses name the version that they fit: an old one cannot mislead anybody.
_BRIEF = b"public, max-age=10"
_CHART_COST = 500  # what an answer costs beside its seats, in seats

Key = tuple[str, str, bool]


class Charts:
    """
    The answers about charts: each event's own, since it names the event.
    """

    def __init__(self, max_seats: int) -> None:
        """
        Args:
            max_seats: how many seats are kept, of all charts together; those asked for longest ago go first.
        """
        self._max_seats = max_seats
        self._cost = 0
        self._kept: dict[Key, tuple[Kept, int]] = {}
        self._flights: dict[Key, asyncio.Task[Kept]] = {}

    async def of(self, event_id: str, seat_map: SeatMap, *, forever: bool) -> Kept:
        """
        Return the chart of an event. Those who ask for the same at once share the work.

        Args:
            forever: asked for by its version, so that the answer will never change.
        """
        key = (event_id, seat_map.version, forever)
        found = self._kept.pop(key, None)
        if found is not None:
            self._kept[key] = found  # to the end of the line
            return found[0]
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = asyncio.create_task(self._make(key, seat_map))
        return await asyncio.shield(flight)

    async def _make(self, key: Key, seat_map: SeatMap) -> Kept:
        try:
            kept = await asyncio.to_thread(_encode, key, seat_map)  # a large one takes a while to compress
            cost = seat_map.size + _CHART_COST
            self._kept[key] = kept, cost
            self._cost += cost
            while self._cost > self._max_seats and len(self._kept) > 1:
                self._cost -= self._kept.pop(next(iter(self._kept)))[1]
            return kept
        finally:
            del self._flights[key]


def _encode(key: Key, seat_map: SeatMap) -> Kept:
    event_id, version, forever = key
    body = b'{"event_id":%s,%s' % (msgspec.json.encode(event_id), seat_map.body)
    if forever:
        kept = Kept(body, cache_control=IMMUTABLE)
    else:
        location = [(b"content-location", chart_url(event_id, version).encode())]
        kept = Kept(body, cache_control=_BRIEF, headers=location)
    kept.form(b"gzip", None)
    return kept
