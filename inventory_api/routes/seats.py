"""
Where the seats of an event are, and how they stand.
"""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Request
from starlette.responses import Response

from inventory_api.live.answers import respond
from inventory_api.routes.parameters import EventId, Live
from inventory_api.schemas.seats import Chart, Seats
from inventory_api.seats.changes import SeatChanges
from inventory_api.seats.charts import Charts
from inventory_api.seats.encoding import CONTENT_TYPE, chart_url, encode_compact, encode_json
from inventory_api.seats.maps import SeatMaps
from inventory_api.seats.stream import CONTENT_TYPE as EVENT_STREAM
from inventory_api.seats.stream import ChangeStream
from inventory_stream.web import NotFound

router = APIRouter(prefix="/v1/events", tags=["seats"])
_FORMS = {"compact": ("seats", encode_compact), "json": ("seats.json", encode_json)}
_EVENT = {
    "type": "object",
    "description": "One event of the stream; see docs/seats.md for its data.",
    "properties": {
        "event": {"enum": ["changes", "reset"]},
        "id": {"type": "string", "pattern": "^[0-9]+$", "description": "the position"},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
    "required": ["event", "id", "data"],
}
_CHANGES = {"content": {EVENT_STREAM: {"schema": _EVENT}}, "description": "Server-sent events without end"}
_SEATS = {"content": {CONTENT_TYPE: {"schema": {"type": "string", "format": "binary"}}}, "model": Seats}


def read_seat_maps(request: Request) -> SeatMaps:
    """Return the maps that the service keeps."""
    found: SeatMaps = request.app.state.seat_maps
    return found


def read_charts(request: Request) -> Charts:
    """Return the charts that the service keeps."""
    found: Charts = request.app.state.charts
    return found


def read_seat_changes(request: Request) -> SeatChanges:
    """Return who listens to changes."""
    found: SeatChanges = request.app.state.seat_changes
    return found


Maps = Annotated[SeatMaps, Depends(read_seat_maps)]
Listening = Annotated[SeatChanges, Depends(read_seat_changes)]
KeptCharts = Annotated[Charts, Depends(read_charts)]
Version = Annotated[str, Query(max_length=40, description="as in the chart's `version`: the answer never changes")]
Since = Annotated[int | None, Query(ge=0, lt=2**63, description="the position of the statuses that one has")]
LastId = Annotated[
    str, Header(alias="Last-Event-ID", pattern="^[0-9]{0,18}$", description="sent by browsers; counts before `since`")
]
Drawn = Annotated[str, Query(max_length=40, description="the version of the chart that one has")]


@router.get("/{event_id}/chart", responses={200: {"model": Chart}}, response_class=Response)
async def read_chart(
    request: Request, events: Live, maps: Maps, charts: KeptCharts, event_id: EventId, version: Version = ""
) -> Any:
    """Read where the seats of an event are; with its version, it may be kept for ever."""
    seat_map = await maps.of(await events.read(event_id))
    if version and version != seat_map.version:
        raise NotFound(f"the chart of event {event_id} is now at {chart_url(event_id, seat_map.version)}")
    return respond(await charts.of(event_id, seat_map, forever=bool(version)), request)


@router.get("/{event_id}/seats", responses={200: _SEATS}, response_class=Response)
async def read_seats(
    request: Request, events: Live, maps: Maps, event_id: EventId, format: Literal["compact", "json"] = "compact"
) -> Any:
    """Read how each seat of an event stands: half a byte a seat, or JSON."""
    live = await events.read(event_id)
    name, make = _FORMS[format]
    return respond(live.answer(name, datetime.now(UTC), partial(make, await maps.of(live))), request)


@router.get("/{event_id}/seats/changes", responses={200: _CHANGES}, response_class=Response)
async def follow_seats(
    changes: Listening, event_id: EventId, since: Since = None, chart: Drawn = "", last_id: LastId = ""
) -> Any:
    """Follow what changes at an event, as server-sent events, from a position on or from now."""
    return ChangeStream(changes, await changes.listener(event_id, int(last_id) if last_id else since, chart))
