"""
Reads pictures of events from the projection's tables, in one snapshot.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from inventory_api import events
from inventory_api.layouts import layout_of
from inventory_api.live.event import LiveEvent, LiveListing, LivePart
from inventory_stream.log import Partition
from inventory_stream.projection.reading import Snapshot
from inventory_stream.records.catalogue import OfferPublished

T = TypeVar("T")

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
_decode_offer = msgspec.json.Decoder(OfferPublished)


async def read_pictures(snapshot: Snapshot, event_ids: Sequence[str]) -> dict[str, LiveEvent]:
    """
    Return event id → picture, of those that exist.
    """
    connection = await snapshot.session.connection()
    described = await _ask(connection, snapshot, _EVENTS, event_ids)
    parts = _by_event(await _ask(connection, snapshot, _PARTS, event_ids), _part)
    offers = _by_event(await _ask(connection, snapshot, _OFFERS, event_ids), _offer)
    listings = _by_event(await _ask(connection, snapshot, _LISTINGS, event_ids), _listing)
    found = {}
    for values in described:
        event = events.from_row(tuple(values))
        mine = parts.get(event.event_id, ())
        position = snapshot.positions.get(Partition("inventory", mine[0].number >> 48), 0) if mine else 0
        found[event.event_id] = LiveEvent(
            event, mine, offers.get(event.event_id, ()), listings.get(event.event_id, ()), position
        )
    return found


def _by_event(rows: Iterable[Sequence[Any]], made: Callable[..., T]) -> dict[str, tuple[T, ...]]:
    """
    Return event id, which rows begin with → what is made of the rest of each row.
    """
    return {event_id: tuple(made(*row[1:]) for row in mine) for event_id, mine in groupby(rows, key=itemgetter(0))}


async def _ask(connection: AsyncConnection, snapshot: Snapshot, query: str, event_ids: Sequence[str]) -> Sequence[Any]:
    result = await connection.exec_driver_sql(query.format(schema=snapshot.schema), (list(event_ids),))
    return result.all()


def _part(number: int, name: str, kind: str, layout: str, levels: str, seat_levels: bytes, *state: Any) -> LivePart:
    *counts, statuses = state
    return LivePart(
        number,
        name,
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
