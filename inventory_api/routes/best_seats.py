"""
The best places that are left of an event.
"""

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query
from pydantic import StringConstraints
from starlette.responses import Response

from inventory_api.best_seats.answers import best_seats
from inventory_api.best_seats.wanted import MAX_ALTERNATIVES, MAX_QUANTITY, Wanted
from inventory_api.routes.parameters import NO_NUL, Bundling, EventId
from inventory_api.routes.seats import Maps
from inventory_api.schemas.best_seats import BestSeats
from inventory_stream.web import FieldError, UnprocessableRequest

Cents = Annotated[int | None, Query(ge=0, le=10**12)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=NO_NUL)]
Names = Annotated[list[Name], Query(max_length=100)]

router = APIRouter(prefix="/v1/events", tags=["best seats"])


def read_wanted(
    quantity: Annotated[int, Query(ge=1, le=MAX_QUANTITY, examples=[2])],
    max_price_cents: Cents = None,
    min_price_cents: Cents = None,
    section: Names = [],  # noqa: B006 - never changed
    price_level: Names = [],  # noqa: B006 - never changed
    accessible: bool = False,
    resale: bool = False,
    packages: bool = False,
    split: bool = False,
    alternatives: Annotated[int, Query(ge=0, le=MAX_ALTERNATIVES)] = 0,
) -> Wanted:
    """Return what is wanted."""
    if max_price_cents is not None and min_price_cents is not None and min_price_cents > max_price_cents:
        raise UnprocessableRequest(errors=[FieldError("min_price_cents", "query", "lies above `max_price_cents`")])
    return Wanted(
        quantity,
        max_price_cents,
        min_price_cents,
        frozenset(section),
        frozenset(price_level),
        accessible,
        resale,
        packages,
        split,
        alternatives,
    )


@router.get("/{event_id}/best-seats", responses={200: {"model": BestSeats}}, response_class=Response)
async def find_best_seats(
    bundles: Bundling, maps: Maps, event_id: EventId, wanted: Annotated[Wanted, Depends(read_wanted)]
) -> Any:
    """Find the best places together, with how good they are and why; places of areas, resale and packages on request."""
    live, bundled = await bundles.read(event_id)
    found = best_seats(live, await maps.of(live), wanted, datetime.now(UTC), bundled)
    return Response(msgspec.json.encode(found), media_type="application/json", headers={"Cache-Control": "no-store"})
