"""
Reads pictures of events from the projection's tables, in one snapshot.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from sys import intern
from typing import Any, TypeVar

import msgspec
import psycopg
from sqlalchemy.exc import OperationalError

from inventory_api import events
from inventory_api.layouts import layout_of
from inventory_api.live.event import LiveEvent, LiveListing, LivePart
from inventory_stream.log import Partition
from inventory_stream.projection.snapshots import Snapshot
from inventory_stream.records.catalogue import OfferPublished

T = TypeVar("T")
Rows = Sequence[tuple[Any, ...]]

_EVENTS = 'SELECT * FROM "{schema}".events WHERE event_id = ANY(%s)'
_PARTS = """
SELECT s.event_id, s.section_no, s.section, s.kind, s.layout, s.levels, s.seat_levels,
    t.free, t.held, t.sold, t.blocked, t.listed, t.statuses
FROM "{schema}".sections AS s JOIN "{schema}".section_status AS t USING (section_no)
WHERE s.event_id = ANY(%s) ORDER BY s.event_id, s.section
"""
_OFFERS = 'SELECT event_id, offer FROM "{schema}".offers WHERE event_id = ANY(%s) ORDER BY event_id, offer_id'
_LISTINGS = """
SELECT event_id, listing_id, section, places, face_cents, fees_cents, currency
FROM "{schema}".listings WHERE event_id = ANY(%s) ORDER BY event_id, listing_id
"""
# The oldest transaction that a snapshot cannot see the end of, see `renewal`.
HORIZON = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text"
_decode_offer = msgspec.json.Decoder(OfferPublished)


async def read_pictures(snapshot: Snapshot, event_ids: Sequence[str]) -> dict[str, LiveEvent]:
    """
    Return event id → picture, of those that exist.
    """
    queries = [(query, [list(event_ids)]) for query in (_EVENTS, _PARTS, _OFFERS, _LISTINGS)]
    described, *beside, [[horizon]] = await ask(snapshot, *queries, (HORIZON, []))
    parts, offers, listings = (
        _by_event(beside[0], part_of),
        _by_event(beside[1], _offer),
        _by_event(beside[2], _listing),
    )
    found = {}
    for values in described:
        event = events.from_row(values)
        event_id, mine = event.event_id, parts.get(event.event_id, ())
        position = position_of(snapshot, mine)
        found[event_id] = LiveEvent(
            event, mine, offers.get(event_id, ()), listings.get(event_id, ()), position, horizon=horizon
        )
    return found


def position_of(snapshot: Snapshot, parts: Sequence[LivePart]) -> int:
    """
    Return the next offset of the partition of an event with these parts; 0 for no parts.
    """
    return snapshot.positions.get(Partition("inventory", parts[0].number >> 48), 0) if parts else 0


async def ask(snapshot: Snapshot, *queries: tuple[str, list[Any]]) -> list[Rows]:
    """
    Return the rows of queries with their parameters, sent all at once: what costs is to go there and back.
    """
    connection = await snapshot.session.connection()
    driver: Any = (await connection.get_raw_connection()).driver_connection
    try:
        async with driver.pipeline():
            cursors = [
                await driver.execute(query.format(schema=snapshot.schema), parameters, binary=True)
                for query, parameters in queries
            ]
        return [await cursor.fetchall() for cursor in cursors]
    except psycopg.OperationalError as error:  # as SQLAlchemy would tell it to those who ask again
        await connection.invalidate()
        raise OperationalError(None, None, error, connection_invalidated=True) from error


def _by_event(rows: Rows, made: Callable[..., T]) -> dict[str, tuple[T, ...]]:
    """
    Return event id, which rows begin with → what is made of the rest of each row.
    """
    return {event_id: tuple(made(*row[1:]) for row in mine) for event_id, mine in groupby(rows, key=itemgetter(0))}


def part_of(number: int, name: str, kind: str, layout: str, levels: str, seat_levels: bytes, *state: Any) -> LivePart:
    """
    Return the part of a row: of `SectionRow`, then counts and statuses of `SectionStatusRow`.
    """
    *counts, statuses = state
    return LivePart(
        number,
        intern(name),  # events share the names of their sections
        kind,
        layout_of(layout),
        _level_names(levels),
        bytes(seat_levels),
        tuple(counts),
        bytes(statuses),
    )


def _offer(offer: bytes) -> OfferPublished:
    return _decode_offer.decode(offer)


def _listing(listing_id: str, section: str, places: str, *price: Any) -> LiveListing:
    return LiveListing(listing_id, section, tuple(msgspec.json.decode(places)), *price)


@lru_cache(maxsize=10_000)
def _level_names(text: str) -> tuple[str, ...]:
    return tuple(msgspec.json.decode(text))
