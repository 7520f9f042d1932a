"""
How places of an event can be bought.
"""

from datetime import UTC, datetime
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from inventory_api.live.answers import respond
from inventory_api.offers import encode_offers
from inventory_api.routes.parameters import Bundling, EventId
from inventory_api.schemas.offers import Offers

router = APIRouter(prefix="/v1/events", tags=["offers"])


@router.get("/{event_id}/offers", responses={200: {"model": Offers}}, response_class=Response)
async def read_offers(request: Request, bundles: Bundling, event_id: EventId) -> Any:
    """Read prices with fees, limits, presale and offers of an event, packages that can still be had, and resale listings."""
    live, bundled = await bundles.read(event_id)
    make, now = partial(encode_offers, bundled), datetime.now(UTC)
    return respond(live.answer("offers", now, make) if bundles.are_kept(bundled) else make(live, now), request)
