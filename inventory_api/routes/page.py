"""
The page of an event, for people, and the files that it loads.
"""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from inventory_api.live.answers import respond
from inventory_api.page.assets import PATH, read_assets
from inventory_api.page.document import HEADERS, HTML, encode_page, missing_page
from inventory_api.routes.parameters import EventId, Live
from inventory_stream.web import NotFound

router = APIRouter(include_in_schema=False)


@router.get("/events/{event_id}")
async def show_event(request: Request, events: Live, event_id: EventId) -> Any:
    """Show an event to people: its seat map, live. Who asks for an event that is none gets a page as well."""
    try:
        live = await events.read(event_id)
    except NotFound:
        return Response(missing_page(event_id), 404, dict(HEADERS), HTML)
    return respond(live.answer("page", datetime.now(UTC), encode_page), request)


@router.get(PATH + "/{version}/{name}")
async def read_asset(request: Request, version: str, name: str) -> Any:
    """Give a file that the page loads."""
    found = read_assets().find(version, name)
    if found is None:
        raise NotFound(f"no page loads a file {name}")
    return respond(found, request)
