"""
The routes of the venue API.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request

from inventory_stream.projection.reading import ProjectionReader
from inventory_stream.web.callers import only_for
from venue_api import queries
from venue_api.schemas import EventSales, Venue, VenueEventPage

Id = Annotated[str, Path(min_length=1, max_length=120, pattern="^[^\x00]*$")]  # PostgreSQL's text has no place for NUL

router = APIRouter(prefix="/v1/venues/{venue_id}", tags=["venues"], dependencies=[Depends(only_for("venues"))])


def read_reader(request: Request) -> ProjectionReader:
    """Return the reader of the projection."""
    reader: ProjectionReader = request.app.state.reader
    return reader


Reader = Annotated[ProjectionReader, Depends(read_reader)]


@router.get("")
async def read_venue(reader: Reader, venue_id: Id) -> Venue:
    """Read a venue with what its events sold."""
    return await reader.run(lambda snapshot: queries.read_venue(snapshot.session, venue_id))


@router.get("/events")
async def find_venue_events(
    reader: Reader,
    venue_id: Id,
    cursor: Annotated[str, Query(max_length=1000)] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> VenueEventPage:
    """Find a venue's events by start, each with what it sold."""
    return await reader.run(lambda snapshot: queries.find_venue_events(snapshot.session, venue_id, cursor, limit))


@router.get("/events/{event_id}/sales")
async def read_sales(reader: Reader, venue_id: Id, event_id: Id) -> EventSales:
    """Read what an event sold: in total and by hour, channel, price level and section."""
    return await reader.run(lambda snapshot: queries.read_sales(snapshot.session, venue_id, event_id))
