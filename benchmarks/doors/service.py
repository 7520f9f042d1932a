"""
`python -m benchmarks.doors.service PORT`: the service behind every door: a bare ASGI application on uvicorn.

    any path           8 KB of JSON with an ETag, from bytes that lie ready
    …/best-seats       the same, but twenty at a time and each in 20 ms: a service that can do 1,000 a second
    …/seats/changes    server-sent events, one each half second
"""

import asyncio
import json
import sys

import uvicorn
from starlette.types import Message, Receive, Scope, Send

ROOM, WORK_S, TICK_S = 20, 0.02, 0.5
_PRICE = {"face_cents": 5000, "fees_cents": 500, "total_cents": 5500, "currency": "USD"}
_COUNTS = {"free": 212, "held": 12, "sold": 776, "blocked": 0, "listed": 4}
_SECTIONS = [{"section": f"S{n}", "counts": _COUNTS, "lowest": _PRICE, "highest": _PRICE} for n in range(37)]
BODY = json.dumps({"event_id": "event-1", "status": "on_sale", "sections": _SECTIONS}).encode()
_POSITION = b"inventory:" + b",".join(b"%d=12345" % number for number in range(12))
_TAG = b'"5f2b6c1d"'
_KEPT = [(b"etag", _TAG), (b"cache-control", b"public, max-age=1"), (b"stream-position", _POSITION)]
_HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode()), *_KEPT]
_START: Message = {"type": "http.response.start", "status": 200, "headers": _HEADERS}
_BODY: Message = {"type": "http.response.body", "body": BODY}
_UNCHANGED: Message = {"type": "http.response.start", "status": 304, "headers": _KEPT}
_STREAM: Message = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]}
_room = asyncio.Semaphore(ROOM)


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """
    Answer.
    """
    path: str = scope["path"]
    if path.endswith("/changes"):
        await _tell(receive, send)
    elif path.endswith("/best-seats"):
        async with _room:
            await asyncio.sleep(WORK_S)
        await _answer(scope, send)
    else:
        await _answer(scope, send)


async def _answer(scope: Scope, send: Send) -> None:
    if (b"if-none-match", _TAG) in scope["headers"]:
        await send(_UNCHANGED)
        await send({"type": "http.response.body", "body": b""})
    else:
        await send(_START)
        await send(_BODY)


async def _tell(receive: Receive, send: Send) -> None:
    await receive()
    gone = asyncio.ensure_future(receive())
    await send(_STREAM)
    number = 0
    while not gone.done():
        await send({"type": "http.response.body", "body": b"id: %d\ndata: {}\n\n" % number, "more_body": True})
        number += 1
        await asyncio.wait([gone], timeout=TICK_S)


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_config=None, access_log=False, lifespan="off", backlog=4096)
