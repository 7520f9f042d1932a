"""
Queries over the projection's tables, and what their rows mean.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec
import sqlalchemy
from sqlalchemy import func, tuple_
from sqlmodel import case, col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from inventory_api.schemas import Counts, EventDetail, EventPage, EventStatus, EventSummary, Price
from inventory_api.tables import EventRow, SectionRow, SectionStatusRow
from inventory_stream.web import FieldError, InvalidRequest, NotFound, decode_cursor, encode_cursor

_prices = msgspec.json.Decoder(dict[str, tuple[int, int]])


class EventFilter(msgspec.Struct, frozen=True):
    """
    Which events are asked for; empty fields do not narrow.
    """

    q: str = ""
    venue: str = ""
    city: str = ""
    region: str = ""
    category: str = ""
    first_day: date | None = None
    last_day: date | None = None


async def find_events(session: AsyncSession, wanted: EventFilter, cursor: str, limit: int, now: datetime) -> EventPage:
    """
    Return a page of events by start.

    Raises:
        InvalidRequest: the cursor is none.
    """
    query = select(EventRow).where(*_conditions(wanted))
    if cursor:
        query = query.where(tuple_(EventRow.starts_at, EventRow.event_id) > tuple_(*_after(cursor)))
    query = query.order_by(col(EventRow.starts_at), col(EventRow.event_id)).limit(limit + 1)
    rows = (await session.exec(query)).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return EventPage(
        events=[EventSummary(**_summary(row, now)) for row in rows[:limit]],
        next_cursor=encode_cursor([last.starts_at.isoformat(), last.event_id]) if last else None,
    )


async def read_event(session: AsyncSession, event_id: str) -> EventRow:
    """
    Return an event.

    Raises:
        NotFound: there is no such event.
    """
    row = await session.get(EventRow, event_id)
    if row is None:
        raise NotFound(f"there is no event {event_id}")
    return row


async def read_sections(session: AsyncSession, event_id: str) -> Sequence[Any]:
    """
    Return static row, state without holds, and statuses of each section of an event, by name.

    Statuses come only with sections whose seats have several price levels; the others are told by their counts.
    """
    several = func.length(SectionRow.seat_levels) > 0
    statuses = case((several, SectionStatusRow.statuses), else_=None)
    counts = (getattr(SectionStatusRow, name) for name in Counts.model_fields)
    static = (SectionRow.section, SectionRow.kind, SectionRow.levels, SectionRow.seat_levels)
    columns: list[Any] = [*static, *counts, statuses]
    query = (
        sqlalchemy.select(*columns)
        .join(SectionStatusRow, col(SectionStatusRow.section_no) == col(SectionRow.section_no))
        .where(col(SectionRow.event_id) == event_id)
        .order_by(col(SectionRow.section))
    )
    return (await (await session.connection()).execute(query)).all()


def event_detail(row: EventRow, now: datetime) -> EventDetail:
    """
    Return an event as it is shown on its own.
    """
    return EventDetail(
        **_summary(row, now),
        tour=row.tour,
        on_sale_at=row.on_sale_at,
        presale=row.presale,
        chart_id=row.chart_id,
        chart_version=row.chart_version,
        currency=row.currency,
        prices=list(event_prices(row).values()),
    )


def event_prices(row: EventRow) -> dict[str, Price]:
    """
    Return price level → price.
    """
    return {
        level: Price(price_level=level, face_cents=face, fees_cents=fees, total_cents=face + fees)
        for level, (face, fees) in _prices.decode(row.prices).items()
    }


def event_status(row: EventRow, free: int | None, now: datetime) -> EventStatus:
    """
    Return one word for an event; `free` counts its free places, None when that was not asked.
    """
    if row.cancelled:
        return "cancelled"
    if row.starts_at <= now:
        return "past"
    if not row.on_sale:
        return "not_on_sale"
    if row.on_sale_at and row.on_sale_at > now:
        return "scheduled"
    return "sold_out" if free == 0 else "on_sale"


def next_change(row: EventRow, now: datetime) -> datetime | None:
    """
    Return when the passing of time alone will change an event's status; None for never.
    """
    return min((at for at in (row.on_sale_at, row.starts_at) if at and at > now), default=None)


def _summary(row: EventRow, now: datetime) -> dict[str, Any]:
    names = EventSummary.model_fields.keys() - {"status"}
    return {name: getattr(row, name) for name in names} | {"status": event_status(row, None, now)}


def _conditions(wanted: EventFilter) -> list[Any]:
    exact = (
        (EventRow.venue_id, wanted.venue),
        (EventRow.city, wanted.city),
        (EventRow.region, wanted.region),
        (EventRow.category, wanted.category),
    )
    found: list[Any] = [func.lower(column) == value.lower() for column, value in exact if value]
    if wanted.q:
        texts = (EventRow.name, EventRow.attraction, EventRow.venue_name, EventRow.city)
        found.append(or_(*(col(text).icontains(wanted.q, autoescape=True) for text in texts)))
    if wanted.first_day:
        found.append(EventRow.starts_at >= _midnight(wanted.first_day))
    if wanted.last_day:
        found.append(EventRow.starts_at < _midnight(wanted.last_day) + timedelta(days=1))
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _after(cursor: str) -> tuple[datetime, str]:
    starts_at, event_id = decode_cursor(cursor, 2)
    try:
        found = datetime.fromisoformat(starts_at)
    except ValueError as error:
        raise InvalidRequest(errors=[FieldError("cursor", "query", "does not say where the page begins")]) from error
    return (found if found.tzinfo else found.replace(tzinfo=UTC)), event_id.replace("\0", "")
