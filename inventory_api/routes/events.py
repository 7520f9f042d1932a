"""
Events, found and read.
"""

from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from inventory_api import queries
from inventory_api.queries import EventFilter
from inventory_api.routes.parameters import EventId, Following, Live, Word
from inventory_api.schemas.events import EventDetail, EventPage
from inventory_stream.web import FieldError, UnprocessableRequest

router = APIRouter(prefix="/v1/events", tags=["events"])


def read_filter(
    q: Word = "",
    venue: Word = "",
    city: Word = "",
    region: Word = "",
    category: Word = "",
    first_day: Annotated[date | None, Query(alias="from", description="first day, UTC")] = None,
    last_day: Annotated[date | None, Query(alias="to", description="last day, UTC")] = None,
) -> EventFilter:
    """Return which events are asked for."""
    if first_day and last_day and last_day < first_day:
        raise UnprocessableRequest(errors=[FieldError("to", "query", "lies before `from`")])
    if last_day == date.max:
        last_day = None
    return EventFilter(q, venue, city, region, category, first_day, last_day)


@router.get("")
async def find_events(
    reader: Following,
    wanted: Annotated[EventFilter, Depends(read_filter)],
    cursor: Annotated[str, Query(max_length=1000)] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> EventPage:
    """Find events by text in name, attraction, venue or city, by place, category and dates; ordered by start."""
    now = datetime.now(UTC)
    return await reader.run(lambda snapshot: queries.find_events(snapshot, wanted, cursor, limit, now))


@router.get("/{event_id}")
async def read_event(events: Live, event_id: EventId) -> EventDetail:
    """Read an event with its prices."""
    return queries.event_detail(await events.read(event_id), datetime.now(UTC))
