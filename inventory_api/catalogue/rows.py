"""
What the projection's tables say about events, as far as a search needs it.
"""

from collections.abc import Sequence
from functools import lru_cache
from operator import add
from sys import intern
from typing import Any

import msgspec
import numpy as np
from sqlalchemy.ext.asyncio import AsyncConnection

from inventory_api import events
from inventory_api.catalogue.accessible import AccessibleSeats
from inventory_api.events import Event
from inventory_api.sections import FREE, LISTED
from inventory_stream.projection.snapshots import Snapshot

_EVENTS = 'SELECT * FROM "{schema}".events WHERE event_id = ANY(%s)'
_IDS = 'SELECT event_id FROM "{schema}".events WHERE event_id > %s ORDER BY event_id LIMIT %s'
# Sections of one price level are summed by the database; of the few others the bytes are read.
_COUNTS = """
SELECT s.event_id, CASE WHEN length(s.seat_levels) = 0 THEN s.levels ELSE '' END AS level,
    sum(t.free), sum(t.held), sum(t.sold), sum(t.blocked), sum(t.listed)
FROM "{schema}".sections AS s JOIN "{schema}".section_status AS t USING (section_no)
WHERE s.event_id = ANY(%s) GROUP BY 1, 2
"""
_MIXED = """
SELECT s.event_id, s.levels, s.seat_levels, t.statuses
FROM "{schema}".sections AS s JOIN "{schema}".section_status AS t USING (section_no)
WHERE s.event_id = ANY(%s) AND length(s.seat_levels) > 0 AND t.free > 0
"""
# A listing in another currency than the event's own cannot be compared.
_RESALE = """
SELECT DISTINCT ON (l.event_id) l.event_id, l.face_cents, l.fees_cents
FROM "{schema}".listings AS l JOIN "{schema}".events AS e USING (event_id, currency)
WHERE l.event_id = ANY(%s) ORDER BY l.event_id, l.face_cents + l.fees_cents, l.fees_cents
"""
_SHARED = (
    *("venue_id", "venue_name", "city", "region", "country", "category", "genre", "attraction", "tour"),
    *("chart_id", "presale", "currency", "timezone"),
)
_NO_PARTS: dict[str, Any] = {}
_NO_LISTINGS: dict[str, Any] = {}

Counts = tuple[int, int, int, int, int]
NOTHING: Counts = (0, 0, 0, 0, 0)


class State(msgspec.Struct, frozen=True, gc=False):
    """
    One event as a search sees it.

    counts: places that are free, held, sold, blocked, listed. levels: price levels of free places, in order.
    accessible: free accessible seats. resale: face value and fees of the cheapest listing; None without one.
    """

    event: Event
    counts: Counts = NOTHING
    levels: tuple[str, ...] = ()
    accessible: int = 0
    resale: tuple[int, int] | None = None


async def read_ids(snapshot: Snapshot, after: str, limit: int) -> list[str]:
    """
    Return the ids of the events that follow `after` in the database's order.
    """
    connection = await snapshot.session.connection()
    result = await connection.exec_driver_sql(_IDS.format(schema=snapshot.schema), (after, limit))
    return list(result.scalars())


async def read_states(snapshot: Snapshot, event_ids: Sequence[str], seats: AccessibleSeats) -> list[State]:
    """
    Return the events that exist.
    """
    connection = await snapshot.session.connection()
    described = [_event(row) for row in await _ask(connection, snapshot, _EVENTS, event_ids)]
    counts: dict[str, Any] = {}
    levels: dict[str, set[str]] = {}
    mixed = []
    for event_id, text, *numbers in await _ask(connection, snapshot, _COUNTS, event_ids):
        counts[event_id] = tuple(map(add, counts.get(event_id, NOTHING), map(int, numbers)))
        if not text:
            mixed.append(event_id)
        elif numbers[FREE]:
            levels.setdefault(event_id, set()).add(_first_level(text))
    for event_id, names, seat_levels, statuses in await _ask(connection, snapshot, _MIXED, mixed):
        levels.setdefault(event_id, set()).update(_free_levels(names, seat_levels, statuses))
    listed = [event_id for event_id, mine in counts.items() if mine[LISTED]]
    resale = {row[0]: (row[1], row[2]) for row in await _ask(connection, snapshot, _RESALE, listed)}
    accessible = await seats.count(snapshot, described)
    found = []
    for event in described:
        key = event.event_id
        free = _shared_levels(tuple(sorted(levels.get(key, ()))))
        found.append(State(event, counts.get(key, NOTHING), free, accessible.get(key, 0), resale.get(key)))
    return found


def _event(row: Sequence[Any]) -> Event:
    event = events.from_row(tuple(row))
    for name in _SHARED:  # one string for all events that have it
        setattr(event, name, intern(getattr(event, name)))
    event.prices = _shared_prices(msgspec.json.encode(event.prices))
    event.parts, event.listings = _NO_PARTS, _NO_LISTINGS
    return event


async def _ask(connection: AsyncConnection, snapshot: Snapshot, query: str, event_ids: Sequence[str]) -> Sequence[Any]:
    if not event_ids:
        return ()
    result = await connection.exec_driver_sql(query.format(schema=snapshot.schema), (list(event_ids),))
    return result.all()


def _free_levels(names: str, seat_levels: bytes, statuses: bytes) -> list[str]:
    free = np.frombuffer(seat_levels, np.uint8)[np.frombuffer(statuses, np.uint8) == FREE]
    found = msgspec.json.decode(names)
    return [found[number] for number in np.unique(free).tolist()]


@lru_cache(maxsize=10_000)
def _first_level(text: str) -> str:
    return str(msgspec.json.decode(text)[0])


@lru_cache(maxsize=10_000)
def _shared_prices(text: bytes) -> dict[str, list[int]]:
    found: dict[str, list[int]] = msgspec.json.decode(text)
    return found


@lru_cache(maxsize=10_000)
def _shared_levels(levels: tuple[str, ...]) -> tuple[str, ...]:
    return levels
