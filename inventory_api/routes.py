"""
The routes of the inventory API.
"""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from inventory_api import queries
from inventory_api.availability import AvailabilityCache
from inventory_api.queries import EventFilter
from inventory_api.schemas import Availability, EventDetail, EventPage
from inventory_stream.projection.reading import ProjectionReader
from inventory_stream.web import FieldError, UnprocessableRequest

NO_NUL = "^[^\x00]*$"  # PostgreSQL's text has no place for it
EventId = Annotated[str, Path(min_length=1, max_length=120, pattern=NO_NUL)]
Word = Annotated[str, Query(max_length=120, pattern=NO_NUL)]

router = APIRouter(prefix="/v1/events", tags=["events"])


def read_cache(request: Request) -> AvailabilityCache:
    """Return the cache of the service."""
    cache: AvailabilityCache = request.app.state.availability
    return cache


Cache = Annotated[AvailabilityCache, Depends(read_cache)]


def read_reader(cache: Cache) -> ProjectionReader:
    """Return the reader of the projection."""
    return cache.reader


Reader = Annotated[ProjectionReader, Depends(read_reader)]


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
    reader: Reader,
    wanted: Annotated[EventFilter, Depends(read_filter)],
    cursor: Annotated[str, Query(max_length=1000)] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> EventPage:
    """Find events by text in name, attraction, venue or city, by place, category and dates; ordered by start."""
    now = datetime.now(UTC)
    return await reader.run(lambda snapshot: queries.find_events(snapshot.session, wanted, cursor, limit, now))


@router.get("/{event_id}")
async def read_event(reader: Reader, event_id: EventId) -> EventDetail:
    """Read an event with its prices."""
    row = await reader.run(lambda snapshot: queries.read_event(snapshot.session, event_id))
    return queries.event_detail(row, datetime.now(UTC))


@router.get("/{event_id}/availability", responses={200: {"model": Availability}}, response_class=Response)
async def read_availability(request: Request, cache: Cache, event_id: EventId) -> Any:
    """Read what is left of an event, by section and price level, with the lowest and highest price of a free place."""
    answer = (await cache.read(event_id)).answer(request.scope["headers"])
    response = Response(answer.body, answer.status)
    response.raw_headers = list(answer.headers)
    return response
