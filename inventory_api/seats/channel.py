"""
What changed at one event since any position: no queue, but the position at which each seat changed last.
"""

import asyncio
from typing import TYPE_CHECKING

import numpy as np

from inventory_api.live.event import LiveEvent
from inventory_api.seats.frames import changes_frame, reset_frame, rows_of, runs_of
from inventory_api.seats.map import SeatMap, counts_of, statuses_of

if TYPE_CHECKING:
    from inventory_api.seats.listener import Listener

_KEPT_FRAMES = 32


class Channel:
    """
    One event that is listened to.

    Attributes:
        position: what it reflects. changed: the position of the last change of a seat or area; 0 for none yet.
        since: from which position on all changes are known. lost: at and before which one is known to be missing.
        epoch: raised when all that was said before is void.
        listeners: who hears of it. idle_since: when the last one left.
        pulse: raised when all are to be told that the connection lives.
        stirred: set when there may be something new.
    """

    def __init__(self, live: LiveEvent, seat_map: SeatMap, version: int | None, now: float) -> None:
        self.listeners: set[Listener] = set()
        self.stirred = asyncio.Event()
        self.idle_since = now
        self.closed = False
        self.epoch = self.pulse = 0
        self._begin(live, seat_map, version)
        self.lost = -1

    @property
    def event_id(self) -> str:
        """The event's id."""
        return self.live.event.event_id

    @property
    def idle(self) -> bool:
        """Whether nobody listens."""
        return not self.listeners

    @property
    def partition(self) -> int:
        """The partition whose offsets positions are; -1 while the event has no places."""
        return self.live.parts[0].number >> 48 if self.live.parts else -1

    def _begin(self, live: LiveEvent, seat_map: SeatMap, version: int | None) -> None:
        self.live, self.seat_map, self._version = live, seat_map, version
        self.position = self.since = live.position
        self.lost = live.position - 1
        self.changed = 0
        self._statuses, self._counts = statuses_of(live), counts_of(live)
        self._seats_changed = np.zeros(len(self._statuses), np.int64)
        self._areas_changed = np.zeros(len(self._counts), np.int64)
        self._frames: dict[int, bytes] = {}

    def advance(self, live: LiveEvent, seat_map: SeatMap, version: int | None) -> bool:
        """
        Take a newer picture; return whether there is something to tell. An older one is passed over.

        Args:
            version: of the projection; another one may differ at the same position.
        """
        if live is not self.live and (seat_map.version != self.seat_map.version or version != self._version):
            self.epoch += 1
            self._begin(live, seat_map, version)
            return True
        if live is self.live or live.position < self.position:
            return False
        self.live, self.seat_map, self.position = live, seat_map, live.position
        statuses, counts = statuses_of(live), counts_of(live)
        seats, areas = statuses != self._statuses, (counts != self._counts).any(axis=1)
        self._frames.clear()
        if not (seats.any() or areas.any()):
            return False
        self._statuses, self._counts, self.changed = statuses, counts, live.position
        self._seats_changed[seats] = live.position
        self._areas_changed[areas] = live.position
        return True

    def frame(self, position: int) -> bytes:
        """
        Return all that changed since a position, as it is now. Those who are at the same position share the bytes.
        """
        found = self._frames.get(position)
        if found is None:
            if len(self._frames) >= _KEPT_FRAMES:
                self._frames.clear()
            runs = runs_of(np.flatnonzero(self._seats_changed > position), self._statuses)
            areas = rows_of(np.flatnonzero(self._areas_changed > position), self._counts)
            found = self._frames[position] = changes_frame(max(position, self.position), runs, areas)
        return found

    def reset(self) -> bytes:
        """
        Return the request to load everything again.
        """
        return reset_frame(self.position, self.event_id, self.seat_map.version, max(self.partition, 0))
