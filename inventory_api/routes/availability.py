"""
What is left of an event.
"""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from inventory_api.availability import encode_availability
from inventory_api.live.answers import respond
from inventory_api.routes.parameters import EventId, Live
from inventory_api.schemas.availability import Availability

router = APIRouter(prefix="/v1/events", tags=["availability"])


@router.get("/{event_id}/availability", responses={200: {"model": Availability}}, response_class=Response)
async def read_availability(request: Request, events: Live, event_id: EventId) -> Any:
    """Read what is left of an event, by section and price level, with the lowest and highest price of a free place."""
    live = await events.read(event_id)
    return respond(live.answer("availability", datetime.now(UTC), encode_availability), request)
