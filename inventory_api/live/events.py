"""
Pictures of the events that are asked for, kept until a record changes them.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from inventory_api.live.event import LiveEvent
from inventory_api.live.follower import Follower
from inventory_api.live.pictures import read_pictures
from inventory_api.live.renewal import renew_pictures
from inventory_stream.projection.reading import Changes
from inventory_stream.projection.snapshots import Snapshot
from inventory_stream.web import NotFound

_EVENT_COST, _LISTING_COST = 200, 5  # what an event costs beside its seats, and each of its listings, in seats
_AT_ONCE = 64  # events that are brought up before others may run

Listener = Callable[[LiveEvent, LiveEvent], None]


class _Slot:
    __slots__ = ("behind", "live", "made_at", "read", "read_at")

    def __init__(self, live: LiveEvent, made_at: float, read_at: float) -> None:
        self.live = live
        self.made_at = made_at
        self.read = True  # since it was last brought up, or passed over by eviction
        self.read_at = read_at
        self.behind = False  # older than what may be claimed: good to be brought up, not to be given out


class LiveEvents:
    """
    A keeper of events. Those that are read or watched are brought up after a change, the others are let go.
    """

    def __init__(self, max_seats: int, idle_s: float = 0.0, clock: Callable[[], float] = time.monotonic) -> None:
        """
        Args:
            max_seats: how many seats are kept, of all events together; those not read go first.
            idle_s: how long an event is brought up though nobody reads it any more; at least once.
        """
        self._max_seats = max_seats
        self._idle_s = idle_s
        self._clock = clock
        self._cost = 0
        self._slots: dict[str, _Slot] = {}
        self._shown: dict[str, set[str]] = {}  # key of records → events in whose answers they show
        self._dirty: set[str] = set()
        self._taken_up: set[str] = set()
        self._anything = False
        self._all_anew = False
        self._begun_at = 0.0
        self._flights: dict[str, asyncio.Task[LiveEvent]] = {}
        self._watched: Counter[str] = Counter()
        self._listeners: list[Listener] = []
        self._follower: Follower | None = None

    def follow(self, follower: Follower) -> None:
        """
        Read events through this follower, one of whose keepers this is.
        """
        self._follower = follower

    @property
    def follower(self) -> Follower:
        """The follower that events come from."""
        if self._follower is None:
            raise RuntimeError("nothing is followed")
        return self._follower

    def listen(self, listener: Listener) -> None:
        """
        Call `listener(old, new)` whenever a watched event was brought up.
        """
        self._listeners.append(listener)

    @contextmanager
    def watch(self, event_id: str) -> Iterator[None]:
        """
        Have an event that was read brought up after each change, whether it is read again or not.
        """
        self._watched[event_id] += 1
        try:
            yield
        finally:
            self._watched[event_id] -= 1
            if not self._watched[event_id]:
                del self._watched[event_id]

    def kept(self, event_id: str) -> LiveEvent | None:
        """
        Return an event if it is kept and may be given out: as of the follower's positions, or later.
        """
        slot, follower = self._slots.get(event_id), self._follower
        if slot is None or slot.behind or follower is None or not follower.allows(slot.made_at):
            return None
        slot.read = True
        slot.read_at = self._clock()
        return slot.live

    async def read(self, event_id: str) -> LiveEvent:
        """
        Return an event. Requests for one that is not kept share one query.

        Raises:
            NotFound: there is no such event.
        """
        if not self.follower.trusted:  # a change may have been missed: neither keep nor share
            return await self._load(event_id)
        live = self.kept(event_id)
        if live is not None:
            return live
        flight = self._flights.get(event_id)
        if flight is None:
            flight = self._flights[event_id] = asyncio.create_task(self._load(event_id))
            flight.add_done_callback(partial(self._land, event_id, self._clock()))
        return await asyncio.shield(flight)

    async def _load(self, event_id: str) -> LiveEvent:
        found = await self.follower.run(lambda snapshot: read_pictures(snapshot, [event_id]))
        if event_id not in found:
            raise NotFound(f"there is no event {event_id}")
        return found[event_id]

    def _land(self, event_id: str, made_at: float, flight: asyncio.Task[LiveEvent]) -> None:
        failed = flight.cancelled() or flight.exception() is not None
        current = self._flights.get(event_id) is flight
        if current:
            del self._flights[event_id]
        if failed or not self.follower.trusted:
            return
        if current:
            self._keep(event_id, _Slot(flight.result(), made_at, self._clock()))
        elif event_id not in self._slots:  # the event changed meanwhile: it may be given out when it was brought up
            slot = _Slot(flight.result(), made_at, self._clock())
            slot.behind = True
            self._keep(event_id, slot)
            self._dirty.add(event_id)

    def _keep(self, event_id: str, slot: _Slot) -> None:
        self._drop(event_id)
        self._slots[event_id], live = slot, slot.live
        for key in live.shows():
            self._shown.setdefault(key, set()).add(event_id)
        self._cost += _cost(live)
        chances = 2 * len(self._slots)  # once round to forget who was read, once to let go
        while self._cost > self._max_seats and len(self._slots) > 1 and chances:
            chances -= 1
            oldest = next(iter(self._slots))
            slot = self._slots[oldest]
            if oldest in self._watched or slot.read:  # a second chance, at the end of the line
                slot.read = False
                self._slots[oldest] = self._slots.pop(oldest)
            else:
                self._drop(oldest)

    def _drop(self, event_id: str) -> None:
        slot = self._slots.pop(event_id, None)
        if slot is not None:
            self._cost -= _cost(slot.live)
            for key in slot.live.shows():
                self._shown[key].discard(event_id)
                if not self._shown[key]:
                    del self._shown[key]

    def mark(self, changes: Changes) -> None:
        """
        Note which events changed, and those in whose answers something shows that did. A query begun before is not kept.
        """
        keys = changes.keys
        if keys is None:
            self._anything = True
            keys = {*self._slots, *self._flights}
        for key in self._shown.keys() & keys:
            keys = keys | self._shown[key]
        idle = self._clock() - self._idle_s
        for event_id in keys:
            self._flights.pop(event_id, None)
            slot = self._slots.get(event_id)
            if slot is None:
                continue
            if slot.read or slot.read_at > idle or event_id in self._watched:
                self._dirty.add(event_id)
            else:
                self._drop(event_id)

    def begin(self) -> None:
        """
        Take up what is marked.
        """
        self._taken_up, self._dirty = self._dirty, set()
        self._all_anew, self._anything = self._anything, False
        self._begun_at = self._clock()

    async def refresh(self, snapshot: Snapshot) -> None:
        """
        Make new pictures of the events that were taken up.
        """
        old = {event_id: slot.live for event_id in self._taken_up if (slot := self._slots.get(event_id))}
        event_ids = list(old)
        for first in range(0, len(event_ids), _AT_ONCE):
            some = event_ids[first : first + _AT_ONCE]
            before = {event_id: old[event_id] for event_id in some}
            # When anything may have changed, perhaps the version did: nothing of before says what is as it was.
            found = await (read_pictures(snapshot, some) if self._all_anew else renew_pictures(snapshot, before))
            for event_id, picture in before.items():
                self._put(event_id, picture, found.get(event_id))

    def _put(self, event_id: str, before: LiveEvent, live: LiveEvent | None) -> None:
        slot = self._slots.get(event_id)
        if slot is None or slot.live is not before:  # let go meanwhile, and perhaps read anew since
            return
        self._drop(event_id)
        if live is not None:
            renewed = _Slot(live, self._begun_at, slot.read_at)
            self._keep(event_id, renewed)
            renewed.read = False
            self._tell(event_id, before, live)

    def _tell(self, event_id: str, before: LiveEvent, live: LiveEvent) -> None:
        if event_id in self._watched:
            for listener in self._listeners:
                listener(before, live)


def _cost(live: LiveEvent) -> int:
    return live.seats + _EVENT_COST + _LISTING_COST * len(live.listings)
