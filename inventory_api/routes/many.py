"""
What is left of many events at once.
"""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from inventory_api.live.answers import Kept, respond
from inventory_api.routes.parameters import NO_NUL, Following, Found
from inventory_api.schemas.events import ManyLeft
from inventory_stream.web import FieldError, UnprocessableRequest

MAX_EVENTS, MAX_ID = 1_000, 120
router = APIRouter(prefix="/v1/availability", tags=["availability"])


@router.get("", responses={200: {"model": ManyLeft}}, response_class=Response)
async def read_availabilities(
    request: Request,
    catalogue: Found,
    follower: Following,
    event_ids: Annotated[
        str,
        Query(pattern=NO_NUL, description=f"ids of at most {MAX_EVENTS:,} events, comma between", examples=["e1,e2"]),
    ],
) -> Any:
    """Read what is left of events, all as of one position. Ids that no event has are listed as `unknown`."""
    body = await catalogue.read_left(split_ids(event_ids), follower, datetime.now(UTC))
    return respond(Kept(body), request)


def split_ids(text: str) -> list[str]:
    """
    Return the different ids in order.

    Raises:
        UnprocessableRequest: there are none, too many, or ids that cannot be.
    """
    found = list(dict.fromkeys(filter(None, text.split(","))))
    reason = ""
    if not found:
        reason = "names no event"
    elif len(found) > MAX_EVENTS:
        reason = f"names {len(found):,} events; at most {MAX_EVENTS:,} are answered at once"
    elif max(map(len, found)) > MAX_ID:
        reason = f"names an id that is longer than {MAX_ID} characters"
    if reason:
        raise UnprocessableRequest(errors=[FieldError("event_ids", "query", reason)])
    return found
