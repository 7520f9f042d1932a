"""
`python standin.py PORT`: a stand-in for a service, as a process that can be killed and frozen.

    …/slow      answers after a second
    …/changes   events without end
    other paths the number of the process
"""

import asyncio
import os
import sys

import uvicorn


async def app(scope, receive, send):
    """Answer."""
    if scope["type"] != "http":
        return
    headers = [(b"content-type", b"text/event-stream" if scope["path"].endswith("/changes") else b"application/json")]
    if not scope["path"].endswith("/changes"):
        headers.append((b"content-length", b"%d" % len(str(os.getpid()))))
    if scope["query_string"] == b"slow":
        await asyncio.sleep(1)
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    while scope["path"].endswith("/changes"):
        await send({"type": "http.response.body", "body": b"data: 1\n\n", "more_body": True})
        await asyncio.sleep(0.05)
    await send({"type": "http.response.body", "body": str(os.getpid()).encode()})


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_config=None, access_log=False, lifespan="off")
