"""
Charts of events as answers, kept for as long as they are asked for.
"""

import msgspec

from inventory_api.live.answers import IMMUTABLE, Kept
from inventory_api.seats.encoding import chart_url
from inventory_api.seats.map import SeatMap

# A chart changes seldom, and statuses name the version that they fit: an old one cannot mislead anybody.
_BRIEF = b"public, max-age=10"
_CHART_COST = 500  # what an answer costs beside its seats, in seats


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
        self._kept: dict[tuple[str, str, bool], tuple[Kept, int]] = {}

    def of(self, event_id: str, seat_map: SeatMap, *, forever: bool) -> Kept:
        """
        Return the chart of an event.

        Args:
            forever: asked for by its version, so that the answer will never change.
        """
        key = (event_id, seat_map.version, forever)
        found = self._kept.pop(key, None)
        if found is None:
            found = _encode(event_id, seat_map, forever=forever), seat_map.size + _CHART_COST
            self._cost += found[1]
        self._kept[key] = found
        while self._cost > self._max_seats and len(self._kept) > 1:
            self._cost -= self._kept.pop(next(iter(self._kept)))[1]
        return found[0]


def _encode(event_id: str, seat_map: SeatMap, *, forever: bool) -> Kept:
    body = b'{"event_id":%s,%s' % (msgspec.json.encode(event_id), seat_map.body)
    if forever:
        return Kept(body, cache_control=IMMUTABLE)
    return Kept(
        body, cache_control=_BRIEF, headers=[(b"content-location", chart_url(event_id, seat_map.version).encode())]
    )
