"""
Activity of people, as apps report it.
"""

from datetime import UTC, datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Request
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from inventory_api.activity import MAX_BODY_BYTES, check_batch, decode_batch
from inventory_api.activity_writer import ActivityWriter
from inventory_api.schemas.activity import ActivityAccepted, request_body
from inventory_stream.web import BodyTooLarge, FieldError, InvalidRequest, UnsupportedMediaType
from inventory_stream.web.recorder import traceparent_below

router = APIRouter(prefix="/v1/activity", tags=["activity"])
CONTENT_TYPES = ("application/json", "text/plain", "")  # a page's `sendBeacon` says text/plain, or nothing
_ANSWERS = {200: "All records are accepted", 207: "Some records are accepted; `records` says which"}


def read_writer(request: Request) -> ActivityWriter:
    """Return the writer of the service."""
    found: ActivityWriter = request.app.state.activity
    return found


async def read_body(request: Request) -> bytes:
    """Return the body of the request, unless it is too large: then the rest is not even read."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in CONTENT_TYPES:
        raise UnsupportedMediaType(
            errors=[FieldError("content-type", "header", "is not application/json or text/plain")]
        )
    parts, size = [], 0
    try:
        async for part in request.stream():
            parts.append(part)
            size += len(part)
            if size > MAX_BODY_BYTES:
                raise BodyTooLarge(f"a batch has at most {MAX_BODY_BYTES:,} bytes")
    except ClientDisconnect as error:
        raise InvalidRequest("the body ended early") from error
    return b"".join(parts)


def read_traceparent(request: Request) -> str:
    """Return the trace context for what this request appends."""
    return traceparent_below(request.scope)


@router.post(
    "",
    responses={code: {"model": ActivityAccepted, "description": text} for code, text in _ANSWERS.items()},
    openapi_extra={"requestBody": request_body()},
    response_class=Response,
)
async def append_activity(
    writer: Annotated[ActivityWriter, Depends(read_writer)],
    body: Annotated[bytes, Depends(read_body)],
    traceparent: Annotated[str, Depends(read_traceparent)],
) -> Response:
    """Append a batch of activity records; each is checked on its own, and the same id again is the same record."""
    batch = await check_batch(decode_batch(body), datetime.now(UTC), traceparent)
    batch.require_valid()
    result = batch.result(await writer.append(batch.encoded))
    return Response(msgspec.json.encode(result), 207 if result.invalid else 200, media_type="application/json")
