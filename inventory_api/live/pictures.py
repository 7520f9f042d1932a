"""
Reads pictures of events from the projection's tables, in one snapshot.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from inventory_api import events
from inventory_api.layouts import layout_of
from inventory_api.live.event import LiveEvent, LivePart
from inventory_stream.log import Partition
from inventory_stream.projection.reading import Snapshot
from inventory_stream.records.catalogue import OfferPublished

_EVENTS = 'SELECT * FROM "{schema}".events WHERE event_id = ANY(%s)'
_PARTS = """
SELECT s.event_id, s.section_no, s.section, s.kind, s.layout, s.levels, s.seat_levels,
    t.free, t.held, t.sold, t.blocked, t.listed, t.statuses
FROM "{schema}".sections AS s JOIN "{schema}".section_status AS t USING (section_no)
WHERE s.event_id = ANY(%s) ORDER BY s.event_id, s.section
"""
_OFFERS = 'SELECT event_id, offer FROM "{schema}".offers WHERE event_id = ANY(%s) ORDER BY event_id, offer_id'
_decode_offer = msgspec.json.Decoder(OfferPublished)


async def read_pictures(snapshot: Snapshot, event_ids: Sequence[str]) -> dict[str, LiveEvent]:
    """
    Return event id → picture, of those that exist.
    """
    connection = await snapshot.session.connection()
    parts: dict[str, list[LivePart]] = {}
    offers: dict[str, list[OfferPublished]] = {}
    described = await _ask(connection, snapshot, _EVENTS, event_ids)
    for event_id, *values in await _ask(connection, snapshot, _PARTS, event_ids):
        parts.setdefault(event_id, []).append(_part(values))
    for event_id, offer in await _ask(connection, snapshot, _OFFERS, event_ids):
        offers.setdefault(event_id, []).append(_decode_offer.decode(offer))
    found = {}
    for values in described:
        event = events.from_row(tuple(values))
        mine = tuple(parts.get(event.event_id, ()))
        position = snapshot.positions.get(Partition("inventory", mine[0].number >> 48), 0) if mine else 0
        found[event.event_id] = LiveEvent(event, mine, tuple(offers.get(event.event_id, ())), position)
    return found


async def _ask(connection: AsyncConnection, snapshot: Snapshot, query: str, event_ids: Sequence[str]) -> Sequence[Any]:
    result = await connection.exec_driver_sql(query.format(schema=snapshot.schema), (list(event_ids),))
    return result.all()


def _part(values: Sequence[Any]) -> LivePart:
    number, name, kind, layout, levels, seat_levels, free, held, sold, blocked, listed, statuses = values
    counts = (free, held, sold, blocked, listed)
    return LivePart(
        number, name, kind, layout_of(layout), _level_names(levels), bytes(seat_levels), counts, bytes(statuses)
    )


@lru_cache(maxsize=10_000)
def _level_names(text: str) -> tuple[str, ...]:
    return tuple(msgspec.json.decode(text))
