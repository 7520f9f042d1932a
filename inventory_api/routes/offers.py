"""
How places of an event can be bought.
"""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from inventory_api.bundles import Bundles
from inventory_api.live.answers import respond
from inventory_api.offers import encode_offers
from inventory_api.routes.parameters import EventId
from inventory_api.schemas.offers import Offers

router = APIRouter(prefix="/v1/events", tags=["offers"])


def read_bundles(request: Request) -> Bundles:
    """Return what the service knows of packages with several events."""
    found: Bundles = request.app.state.bundles
    return found


Bundling = Annotated[Bundles, Depends(read_bundles)]


@router.get("/{event_id}/offers", responses={200: {"model": Offers}}, response_class=Response)
async def read_offers(request: Request, bundles: Bundling, event_id: EventId) -> Any:
    """Read prices with fees, limits, presale and offers of an event, packages that can still be had, and resale listings."""
    live, bundled = await bundles.read(event_id)
    now = datetime.now(UTC)
    if bundled:  # they change without it: nothing is kept
        return respond(encode_offers(live, now, bundled), request)
    return respond(live.answer("offers", now, lambda live, now: encode_offers(live, now, {})), request)
