"""
Queries over the rollups: never over raw records.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy
from sqlalchemy import BigInteger, cast, func, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from inventory_stream.web import FieldError, InvalidRequest, NotFound, decode_cursor, encode_cursor
from venue_api import schemas
from venue_api.tables import SUMS, HourSales, SectionSales, VenueEventRow, VenueRow


async def read_venue(session: AsyncSession, venue_id: str) -> schemas.Venue:
    """
    Return a venue with what all its events sold.

    Raises:
        NotFound: nobody defined it.
    """
    row = await session.get(VenueRow, venue_id)
    if row is None:
        raise NotFound(f"there is no venue {venue_id}")
    mine = select(VenueEventRow.event_id).where(VenueEventRow.venue_id == venue_id)
    events = (await session.exec(select(func.count()).select_from(mine.subquery()))).one()
    totals = await _sums(session, HourSales, col(HourSales.event_id).in_(mine))
    return schemas.Venue(**row.model_dump(), events=events, totals=[schemas.Sales(**found) for found in totals])


async def find_venue_events(session: AsyncSession, venue_id: str, cursor: str, limit: int) -> schemas.VenueEventPage:
    """
    Return a page of a venue's events by start, with what each sold.

    Raises:
        NotFound: neither was the venue defined nor is anything on there.
        InvalidRequest: the cursor is none.
    """
    query = select(VenueEventRow).where(VenueEventRow.venue_id == venue_id)
    if cursor:
        query = query.where(tuple_(VenueEventRow.starts_at, VenueEventRow.event_id) > tuple_(*_after(cursor)))
    query = query.order_by(col(VenueEventRow.starts_at), col(VenueEventRow.event_id)).limit(limit + 1)
    rows = (await session.exec(query)).all()
    if not rows and await session.get(VenueRow, venue_id) is None:
        raise NotFound(f"there is no venue {venue_id}")
    last = rows[limit - 1] if len(rows) > limit else None
    totals = await _totals(session, rows[:limit])
    return schemas.VenueEventPage(
        events=[schemas.VenueEvent(**row.model_dump(), totals=totals.get(row.event_id, [])) for row in rows[:limit]],
        next_cursor=encode_cursor([last.starts_at.isoformat(), last.event_id]) if last else None,
    )


async def read_sales(session: AsyncSession, venue_id: str, event_id: str) -> schemas.EventSales:
    """
    Return what an event of a venue sold.

    Raises:
        NotFound: the venue has no such event.
    """
    event = await session.get(VenueEventRow, event_id)
    if event is None or event.venue_id != venue_id:
        raise NotFound(f"venue {venue_id} has no event {event_id}")
    mine = HourSales.event_id == event_id
    hours = await _sums(session, HourSales, mine, HourSales.hour)
    channels = await _sums(session, HourSales, mine, HourSales.channel)
    levels = await _sums(session, HourSales, mine, HourSales.price_level)
    sections = await _sums(session, SectionSales, SectionSales.event_id == event_id, SectionSales.section)
    return schemas.EventSales(
        event_id=event_id,
        name=event.name,
        totals=[schemas.Sales(**row) for row in await _sums(session, HourSales, mine)],
        by_hour=[schemas.HourlySales(**row) for row in hours],
        by_channel=[schemas.ChannelSales(**row) for row in channels],
        by_price_level=[schemas.LevelSales(**row) for row in levels],
        by_section=[schemas.SectionSales(**row) for row in sections],
    )


async def _totals(session: AsyncSession, rows: Sequence[VenueEventRow]) -> dict[str, list[schemas.Sales]]:
    mine = col(HourSales.event_id).in_([row.event_id for row in rows])
    totals: dict[str, list[schemas.Sales]] = {}
    for found in await _sums(session, HourSales, mine, HourSales.event_id):
        totals.setdefault(found["event_id"], []).append(schemas.Sales(**found))
    return totals


async def _sums(
    session: AsyncSession, table: type[HourSales | SectionSales], condition: Any, *keys: Any
) -> list[dict[str, Any]]:
    """
    Return sums by the given columns and by currency, as column → value.
    """
    sums = [cast(func.sum(getattr(table, name)), BigInteger).label(name) for name in SUMS]
    groups = (*keys, table.currency)
    query = sqlalchemy.select(*groups, *sums).where(condition).group_by(*groups).order_by(*groups)
    connection = await session.connection()
    return [dict(row) for row in (await connection.execute(query)).mappings()]


def _after(cursor: str) -> tuple[datetime, str]:
    starts_at, event_id = decode_cursor(cursor, 2)
    try:
        found = datetime.fromisoformat(starts_at)
    except ValueError as error:
        raise InvalidRequest(errors=[FieldError("cursor", "query", "does not say where the page begins")]) from error
    return (found if found.tzinfo else found.replace(tzinfo=UTC)), event_id.replace("\0", "")
