"""
Keeps the catalogue in memory up to the projection, and answers from it.
"""

import asyncio
import gc
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

import msgspec
import numpy as np

from inventory_api.catalogue.accessible import AccessibleSeats
from inventory_api.catalogue.order import ordered
from inventory_api.catalogue.rows import State, read_ids, read_states
from inventory_api.catalogue.search import Search, run_search
from inventory_api.catalogue.summaries import encode_left
from inventory_api.catalogue.table import Table, name_key
from inventory_api.live.follower import Follower
from inventory_stream.projection.reading import Changes
from inventory_stream.projection.snapshots import Snapshot
from inventory_stream.web import Unavailable

_STEP, _HALF = 200, 100  # events that are read, and that are taken up, before others may run
_AT_ONCE = 400  # changed events up to which the table is changed in place
_LARGE = 10_000  # events that are too many to look through again in each full garbage collection
_encode = msgspec.json.Encoder().encode


class Catalogue:
    """
    A keeper of all events. Each change of the table is taken up as a whole: an answer reflects one snapshot.
    """

    def __init__(self) -> None:
        self._table: Table | None = None
        self._seats = AccessibleSeats()
        self._everything = False
        self._dirty: set[str] = set()
        self._taken_up: set[str] | None = None  # None for everything
        self._left: dict[str, tuple[bytes, float]] = {}

    @property
    def table(self) -> Table:
        """
        The events as they are now.

        Raises:
            Unavailable: they were never read.
        """
        if self._table is None:
            raise Unavailable("the catalogue is still being read")
        return self._table

    def mark(self, changes: Changes) -> None:
        """
        Note what changed.
        """
        if changes.keys is None:
            self._everything = True
        else:
            self._dirty |= changes.keys

    def begin(self) -> None:
        """
        Take up what is marked.
        """
        self._taken_up = None if self._everything or self._table is None else self._dirty
        self._everything, self._dirty = False, set()

    async def refresh(self, snapshot: Snapshot) -> None:
        """
        Read what was taken up.
        """
        dirty = self._taken_up
        if dirty is None:
            self._seats.forget()
            await self._renew(Table(), _all_states(snapshot, self._seats))
            self._left.clear()
            if len(self.table) >= _LARGE:
                gc.freeze()
            return
        states = [state async for chunk in self._read(snapshot, self._affected(dirty)) for state in chunk]
        if len(states) > _AT_ONCE or self.table.index.crowded:
            await self._renew(self.table.copy(), _once(states))
        else:
            self.table.put(states)
        for state in states:
            self._left.pop(state.event.event_id, None)

    def search(self, search: Search, now: datetime) -> bytes:
        """
        Return the answer to a search.
        """
        return run_search(self.table, search, now)

    async def read_left(self, event_ids: Sequence[str], follower: Follower, now: datetime) -> bytes:
        """
        Return what is left of events; from the database while what is kept may be too old.
        """
        if follower.fresh:
            return self.left(event_ids, now)
        return await follower.run(lambda snapshot: _read_left(snapshot, event_ids, now))

    def left(self, event_ids: Sequence[str], now: datetime) -> bytes:
        """
        Return what is left of events, in the form of `schemas.events.ManyLeft`.

        Args:
            event_ids: different ones, in the order of the answer.
        """
        table, at = self.table, now.timestamp()
        found, unknown = [], []
        for event_id in event_ids:
            body, until = self._left.get(event_id, (b"", 0.0))
            if at >= until:
                slot = table.slots.get(event_id)
                if slot is None:
                    unknown.append(event_id)
                    continue
                body, until = self._left[event_id] = encode_left(table.states[slot], now)
            found.append(body)
        return _many_left(found, unknown)

    def _affected(self, keys: set[str]) -> list[str]:
        """Return the events that changed: those named, and those at venues that are named, whose charts may be others."""
        table = self.table
        venues = [number for key in keys if (number := table.words["venue"].exact(key)) is not None]
        if not venues:
            return sorted(keys)
        self._seats.forget()
        slots = np.flatnonzero(np.isin(table["venue"], venues)).tolist()
        return sorted(keys | {table.states[slot].event.event_id for slot in slots})

    async def _read(self, snapshot: Snapshot, event_ids: Sequence[str]) -> AsyncIterator[list[State]]:
        for first in range(0, len(event_ids), _STEP):
            yield await read_states(snapshot, event_ids[first : first + _STEP], self._seats)

    async def _renew(self, table: Table, chunks: AsyncIterator[list[State]]) -> None:
        """Bring many events into a table that nobody sees yet, then show it."""
        async for states in chunks:
            for first in range(0, len(states), _HALF):
                table.put_unordered(states[first : first + _HALF])
                await _pause()
        await asyncio.to_thread(table.index.merge)
        table.by_id = await ordered(dict(table.slots), _pause)
        names = {}
        for slot, state in enumerate(table.states):
            names[name_key(state.event.name, state.event.event_id)] = slot
            if slot % _STEP == 0:
                await _pause()
        table.by_name = await ordered(names, _pause)
        self._table = table


async def _read_left(snapshot: Snapshot, event_ids: Sequence[str], now: datetime) -> bytes:
    states = {state.event.event_id: state for state in await read_states(snapshot, event_ids, AccessibleSeats())}
    found = [encode_left(states[event_id], now)[0] for event_id in event_ids if event_id in states]
    return _many_left(found, [event_id for event_id in event_ids if event_id not in states])


def _many_left(found: Sequence[bytes], unknown: Sequence[str]) -> bytes:
    return b'{"events":[%b],"unknown":%b}' % (b",".join(found), _encode(unknown))


async def _all_states(snapshot: Snapshot, seats: AccessibleSeats) -> AsyncIterator[list[State]]:
    last = ""
    while event_ids := await read_ids(snapshot, last, _STEP):
        yield await read_states(snapshot, event_ids, seats)
        last = event_ids[-1]


async def _once(states: list[State]) -> AsyncIterator[list[State]]:
    yield states


async def _pause() -> None:
    await asyncio.sleep(0)
