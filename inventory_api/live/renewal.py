"""
Brings pictures up to a snapshot by reading only what was written since they were made.

PostgreSQL notes in each row which transaction wrote it (`xmin`). Whatever a snapshot could not see yet was written by the
oldest transaction that ran when it was taken, its `horizon`, or by a later one. Rows from before that are as they were.
"""

from collections.abc import Mapping
from typing import Any

from inventory_api import events
from inventory_api.events import Event
from inventory_api.live.event import LiveEvent
from inventory_api.live.pictures import HORIZON, Rows, ask, part_of, position_of, read_pictures
from inventory_stream.projection.snapshots import Snapshot

# Ages say which of two transactions is the later one also after their numbers have begun anew.
_KNOWN = """
WITH known AS MATERIALIZED (
    SELECT event_id, age(horizon::xid8::xid) AS age FROM unnest(%s::text[], %s::text[]) AS k(event_id, horizon)
)
"""
_EVENTS = 'SELECT e.* FROM known JOIN "{schema}".events AS e USING (event_id) WHERE age(e.xmin) <= known.age'
_PARTS = """
SELECT s.event_id, s.section_no, s.section, s.kind, s.layout, s.levels, s.seat_levels,
    t.free, t.held, t.sold, t.blocked, t.listed, t.statuses
FROM known JOIN "{schema}".sections AS s USING (event_id) JOIN "{schema}".section_status AS t USING (section_no)
WHERE age(t.xmin) <= known.age OR age(s.xmin) <= known.age
"""
_BESIDE = """
SELECT event_id, 0, count(*), bool_or(age(o.xmin) <= known.age)
FROM known JOIN "{schema}".offers AS o USING (event_id) GROUP BY event_id
UNION ALL
SELECT event_id, 1, count(*), bool_or(age(l.xmin) <= known.age)
FROM known JOIN "{schema}".listings AS l USING (event_id) GROUP BY event_id
"""


async def renew_pictures(snapshot: Snapshot, former: Mapping[str, LiveEvent]) -> dict[str, LiveEvent]:
    """
    Return event id → picture, of those that exist.

    Args:
        former: event id → a picture from an earlier snapshot of the same version.
    """
    known = [list(former), [picture.horizon for picture in former.values()]]
    queries = ((_KNOWN + query, known) for query in (_EVENTS, _PARTS, _BESIDE))
    described, changed, beside, [[horizon]] = await ask(snapshot, *queries, (HORIZON, []))
    parts: dict[str, dict[int, tuple[Any, ...]]] = {}
    for event_id, *values in changed:
        parts.setdefault(event_id, {})[values[0]] = tuple(values)
    rows = {values[0]: values for values in described}
    found, anew = {}, _other(former, beside)
    for event_id, picture in former.items():
        mine = parts.get(event_id, {})
        if event_id in anew or not mine.keys() <= {part.number for part in picture.parts}:
            anew.add(event_id)
            continue
        event = events.from_row(rows[event_id]) if event_id in rows else picture.event
        found[event_id] = _renewed(picture, event, mine, position_of(snapshot, picture.parts), horizon)
    return found | await read_pictures(snapshot, sorted(anew)) if anew else found


def _renewed(
    picture: LiveEvent, event: Event, changed: Mapping[int, tuple[Any, ...]], position: int, horizon: str
) -> LiveEvent:
    parts = tuple(part_of(*changed[part.number]) if part.number in changed else part for part in picture.parts)
    return LiveEvent(event, parts, picture.offers, picture.listings, position, horizon, picture.memory)


def _other(former: Mapping[str, LiveEvent], beside: Rows) -> set[str]:
    """
    Return the events that have other offers or listings: some are gone, or some were written.
    """
    changed = {event_id for event_id, _, _, written in beside if written}
    counts = {(event_id, kind): count for event_id, kind, count, _ in beside}
    for event_id, picture in former.items():
        for kind, kept in enumerate((picture.offers, picture.listings)):
            if counts.get((event_id, kind), 0) != len(kept):
                changed.add(event_id)
    return changed
