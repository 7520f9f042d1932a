"""
Queries over the projection's tables, and what their rows mean.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec
from sqlalchemy import func, tuple_
from sqlmodel import col, or_, select

from inventory_api.live.event import LiveEvent
from inventory_api.live.pictures import read_pictures
from inventory_api.prices import event_prices
from inventory_api.schemas.events import EventDetail, EventPage, EventSummary
from inventory_api.schemas.prices import Price
from inventory_api.tables import EventRow
from inventory_api.words import EventStatus, event_status
from inventory_stream.projection.reading import Snapshot
from inventory_stream.web import FieldError, InvalidRequest, decode_cursor, encode_cursor


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


async def find_events(snapshot: Snapshot, wanted: EventFilter, cursor: str, limit: int, now: datetime) -> EventPage:
    """
    Return a page of events by start.

    Raises:
        InvalidRequest: the cursor is none.
    """
    query = select(EventRow).where(*_conditions(wanted))
    if cursor:
        query = query.where(tuple_(EventRow.starts_at, EventRow.event_id) > tuple_(*_after(cursor)))
    query = query.order_by(col(EventRow.starts_at), col(EventRow.event_id)).limit(limit + 1)
    rows = (await snapshot.session.exec(query)).all()
    last = rows[limit - 1] if len(rows) > limit else None
    pictures = await read_pictures(snapshot, [row.event_id for row in rows[:limit]])
    return EventPage(
        events=[_listed(pictures[row.event_id], now) for row in rows[:limit]],
        next_cursor=encode_cursor([last.starts_at.isoformat(), last.event_id]) if last else None,
    )


def _listed(live: LiveEvent, now: datetime) -> EventSummary:
    return EventSummary(**_summary(live.event, event_status(live.event, live.totals(), now)))


def event_detail(live: LiveEvent, now: datetime) -> EventDetail:
    """
    Return an event as it is shown on its own.
    """
    event = live.event
    return EventDetail(
        **_summary(event, event_status(event, live.totals(), now)),
        tour=event.tour,
        on_sale_at=event.on_sale_at,
        presale=event.presale,
        chart_id=event.chart_id,
        chart_version=event.chart_version,
        currency=event.currency,
        prices=[Price(**price) for price in event_prices(event).values()],
    )


def _summary(event: Any, status: EventStatus) -> dict[str, Any]:
    names = EventSummary.model_fields.keys() - {"status"}
    return {name: getattr(event, name) for name in names} | {"status": status}


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
