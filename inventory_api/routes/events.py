"""
Events, found and read.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from inventory_api.catalogue.facets import FACETS
from inventory_api.catalogue.filters import Wanted
from inventory_api.catalogue.pages import Sort
from inventory_api.catalogue.search import Search
from inventory_api.live.answers import Kept, respond
from inventory_api.queries import event_detail
from inventory_api.routes.parameters import NO_NUL, Day, EventId, Found, Live, Word
from inventory_api.schemas.events import EventDetail, EventPage
from inventory_api.words import EventStatus
from inventory_stream.web import FieldError, UnprocessableRequest

MAX_CENTS = 10**12
router = APIRouter(prefix="/v1/events", tags=["events"])

Words = Annotated[
    tuple[Annotated[str, Query(max_length=120, pattern=NO_NUL)], ...],
    Query(max_length=20, description="one of these, whatever the case; give it again for another"),
]
Cents = Annotated[int | None, Query(ge=0, le=MAX_CENTS, description="total price with fees, in cents")]


def read_values(
    venue: Words = (),
    attraction: Words = (),
    city: Words = (),
    region: Words = (),
    country: Words = (),
    category: Words = (),
    genre: Words = (),
) -> dict[str, tuple[str, ...]]:
    """Return column → words of which an event must have one."""
    given = {"venue": venue, "attraction": attraction, "city": city, "region": region, "country": country}
    given |= {"category": category, "genre": genre}
    return {name: found for name, values in given.items() if (found := tuple(filter(None, values)))}


def read_wanted(
    values: Annotated[dict[str, tuple[str, ...]], Depends(read_values)],
    q: Annotated[Word, Query(description="all of these words; the last may be begun, others may have typos")] = "",
    first_day: Annotated[Day | None, Query(alias="from", description="first day, UTC")] = None,
    last_day: Annotated[Day | None, Query(alias="to", description="last day, UTC")] = None,
    min_price_cents: Cents = None,
    max_price_cents: Cents = None,
    availability: Annotated[
        tuple[Literal[EventStatus, "moved"], ...],
        Query(max_length=20, description="one of these; give it again for another"),
    ] = (),
    available: Annotated[bool, Query(description="only events of which something can be bought now")] = False,
    accessible: Annotated[bool, Query(description="only events with a free accessible seat")] = False,
) -> Wanted:
    """Return which events are asked for."""
    if first_day and last_day and last_day < first_day:
        raise UnprocessableRequest(errors=[FieldError("to", "query", "lies before `from`")])
    if min_price_cents is not None and max_price_cents is not None and max_price_cents < min_price_cents:
        raise UnprocessableRequest(errors=[FieldError("max_price_cents", "query", "is below `min_price_cents`")])
    words = tuple(sorted(set(availability)))
    return Wanted(
        q,
        values,
        first_day,
        last_day,
        min_price_cents,
        max_price_cents,
        words,
        available=available,
        accessible=accessible,
    )


def read_facets(
    facets: Annotated[str, Query(max_length=200, description=f"of {', '.join(FACETS)}; comma between")] = "",
) -> tuple[str, ...]:
    """Return the facets that are asked for."""
    names = tuple(dict.fromkeys(name for part in facets.split(",") if (name := part.strip())))
    for name in names:
        if name not in FACETS:
            reason = f"there is no facet {name!r}; there are {', '.join(FACETS)}"
            raise UnprocessableRequest(errors=[FieldError("facets", "query", reason)])
    return names


def read_search(
    wanted: Annotated[Wanted, Depends(read_wanted)],
    facets: Annotated[tuple[str, ...], Depends(read_facets)],
    sort: Annotated[Sort | None, Query(description="relevance with `q`, else starts_at, when not given")] = None,
    cursor: Annotated[str, Query(max_length=1000, description="`next_cursor` of the page before")] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Search:
    """Return what is searched."""
    usual: Sort = "relevance" if wanted.q.strip() else "starts_at"
    return Search(wanted, sort or usual, cursor, limit, facets)


@router.get("", responses={200: {"model": EventPage}}, response_class=Response)
async def find_events(request: Request, catalogue: Found, search: Annotated[Search, Depends(read_search)]) -> Any:
    """Find events by text, place, kind, days, price and what is left of them; those that have begun only when asked for."""
    return respond(Kept(catalogue.search(search, datetime.now(UTC))), request)


@router.get("/{event_id}")
async def read_event(events: Live, event_id: EventId) -> EventDetail:
    """Read an event with its prices."""
    return event_detail(await events.read(event_id), datetime.now(UTC))
