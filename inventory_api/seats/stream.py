"""
The connection of one listener.
"""

import asyncio
import socket
from collections.abc import Callable

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from inventory_api.seats.changes import SeatChanges
from inventory_api.seats.listener import Listener
from inventory_stream.web import connection_of

CONTENT_TYPE = "text/event-stream"
_BUFFER = 32_768  # bytes that may wait for one listener in the process, and as many in the kernel
_HEADERS = [
    (b"content-type", CONTENT_TYPE.encode()),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # a proxy in front would hold frames back
]


class ChangeStream(Response):
    """
    An answer that goes on until the listener leaves, is too slow, or the service goes down.
    """

    def __init__(self, changes: SeatChanges, listener: Listener) -> None:
        super().__init__()
        self._changes = changes
        self._listener = listener

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """
        Send what the listener is told.
        """
        await send({"type": "http.response.start", "status": 200, "headers": list(_HEADERS)})
        if not scope.get("head"):
            self._listener.abort = _abort(scope)
            leaving = asyncio.create_task(_left(receive))
            leaving.add_done_callback(lambda _: self._listener.end())
            try:
                await self._tell(send)
            finally:
                leaving.cancel()
        await send({"type": "http.response.body", "body": b""})

    async def _tell(self, send: Send) -> None:
        with self._changes.told(self._listener):
            while (part := await self._listener.next()) is not None:
                await send({"type": "http.response.body", "body": part, "more_body": True})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _abort(scope: Scope) -> Callable[[], object]:
    """
    Bound what may wait on the connection, and return what cuts it.
    """
    transport = connection_of(scope)
    if transport is None:
        task = asyncio.current_task()
        return task.cancel if task else lambda: None
    transport.set_write_buffer_limits(high=_BUFFER)
    if (connection := transport.get_extra_info("socket")) is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
    return transport.abort
