"""
Reads conflicts for operators: the losing record from its own row, the other one from where the winner left its position.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

import msgspec
from sqlalchemy import func, tuple_
from sqlmodel import col, select

from inventory_api.claims import PARTITION_BITS, STATUSES, Found
from inventory_api.schemas.conflicts import Conflict, ConflictPage, EventConflicts, LostPlace, RecordPosition
from inventory_api.tables import ConflictRow, EventRow, SectionRow, SectionStatusRow
from inventory_stream.projection.snapshots import Snapshot
from inventory_stream.web import FieldError, InvalidRequest, NotFound, decode_cursor, encode_cursor

TOPIC = "inventory"
MAX_POSITION = 2**63
_decode = msgspec.json.Decoder(list[Found]).decode
# Of the claims on a section before a conflict, newest first, the first that took the place; of an area, simply the first.
# Places are looked for in their text: reading each row as JSON took three times as long.
_OTHERS = """
SELECT (
    SELECT c.position FROM "{schema}".claims AS c
    WHERE c.section_no = w.section_no AND c.position < w.before AND c.status = w.status
        AND (w.seat IS NULL OR strpos(translate(c.places, '[]', ',,'), ',' || w.seat || ',') > 0)
    ORDER BY c.position DESC LIMIT 1
)
FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::int[]) WITH ORDINALITY AS w(section_no, before, status, seat, n)
ORDER BY n
"""
_Wanted = tuple[int, int, int, int | None]


async def find_conflicts(snapshot: Snapshot, event_id: str, cursor: str, limit: int) -> ConflictPage:
    """
    Return a page of conflicts, of one event or of all.

    Raises:
        InvalidRequest: the cursor is none.
        NotFound: there is no such event.
    """
    query = select(ConflictRow)
    if event_id:
        await _check_event(snapshot, event_id)
        query = query.where(ConflictRow.event_id == event_id)
    if cursor:
        query = query.where(tuple_(ConflictRow.claimed_at, ConflictRow.position) < tuple_(*_before(cursor)))
    query = query.order_by(col(ConflictRow.claimed_at).desc(), col(ConflictRow.position).desc()).limit(limit + 1)
    found = (await snapshot.session.exec(query)).all()
    rows, more = found[:limit], len(found) > limit
    return ConflictPage(
        conflicts=await _conflicts(snapshot, rows),
        events=await _totals(snapshot, {row.event_id for row in rows} | ({event_id} if event_id else set())),
        next_cursor=encode_cursor([rows[-1].claimed_at.isoformat(), str(rows[-1].position)]) if more else None,
    )


async def _check_event(snapshot: Snapshot, event_id: str) -> None:
    if await snapshot.session.get(EventRow, event_id) is None:
        raise NotFound(f"there is no event {event_id}", errors=[FieldError("event_id", "query", "is not known")])


async def _conflicts(snapshot: Snapshot, rows: Sequence[ConflictRow]) -> list[Conflict]:
    places = [(row, found) for row in rows for found in _decode(row.places)]
    unsaid = [(row, found) for row, found in places if found.position is None and found.status in ("sold", "blocked")]
    others = await _others(snapshot, [_wanted(row, found) for row, found in unsaid])
    told = {(row.position, found): other for (row, found), other in zip(unsaid, others, strict=True)}
    lost: dict[int, list[LostPlace]] = {row.position: [] for row in rows}
    for row, found in places:
        lost[row.position].append(_lost(found, told.get((row.position, found), found.position)))
    return [_conflict(row, lost[row.position]) for row in rows]


def _wanted(row: ConflictRow, found: Found) -> _Wanted:
    return row.section_no, row.position, STATUSES.index(found.status), found.number if found.label else None


async def _others(snapshot: Snapshot, wanted: Sequence[_Wanted]) -> list[int | None]:
    """
    Return, for each section, position, status and seat, the position of the claim that took it last before.
    """
    if not wanted:
        return []
    connection = await snapshot.session.connection()
    arrays = tuple(map(list, zip(*wanted, strict=True)))
    result = await connection.exec_driver_sql(_OTHERS.format(schema=snapshot.schema), arrays)
    return [position for (position,) in result.all()]


async def _totals(snapshot: Snapshot, event_ids: Collection[str]) -> list[EventConflicts]:
    query = (
        select(SectionRow.event_id, func.sum(SectionStatusRow.conflicts))
        .join(SectionStatusRow, col(SectionStatusRow.section_no) == col(SectionRow.section_no))
        .where(col(SectionRow.event_id).in_(event_ids))
        .group_by(col(SectionRow.event_id))
    )
    counted = dict((await snapshot.session.exec(query)).all())
    return [EventConflicts(event_id=event_id, count=int(counted.get(event_id, 0))) for event_id in sorted(event_ids)]


def _lost(found: Found, other: int | None) -> LostPlace:
    quantity = 1 if found.label else found.number
    return LostPlace(label=found.label, status=found.status, quantity=quantity, other=_place(other))


def _conflict(row: ConflictRow, places: list[LostPlace]) -> Conflict:
    return Conflict(
        event_id=row.event_id,
        section=row.section,
        record_type=row.record_type,
        time=row.claimed_at.astimezone(UTC),
        position=_position(row.position),
        count=row.count,
        places=places,
    )


def _place(position: int | None) -> RecordPosition | None:
    return None if position is None else _position(position)


def _position(position: int) -> RecordPosition:
    partition, offset = divmod(position, 2**PARTITION_BITS)
    return RecordPosition(topic=TOPIC, partition=partition, offset=offset)


def _before(cursor: str) -> tuple[datetime, int]:
    claimed_at, position = decode_cursor(cursor, 2)
    try:
        time, number = datetime.fromisoformat(claimed_at), int(position)
    except ValueError as error:
        raise _refused() from error
    if time.tzinfo is None or not 0 <= number < MAX_POSITION:
        raise _refused()
    return time, number


def _refused() -> InvalidRequest:
    return InvalidRequest(errors=[FieldError("cursor", "query", "does not say where the page begins")])
