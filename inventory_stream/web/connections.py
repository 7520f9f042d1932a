"""
The connection under a request, for answers that go on for long: their buffers have to be bounded, and one whose reader
does not read has to be cut, which ASGI has no words for.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_EXTENSION = "seatstream.connection"


class ConnectionProtocol(HttpToolsProtocol):
    """
    HTTP as uvicorn speaks it, with each request's connection in its scope.
    """

    def on_message_begin(self) -> None:
        """
        Begin a request.
        """
        super().on_message_begin()
        self.scope["extensions"] = {_EXTENSION: {"transport": self.transport}}


def connection_of(scope: Mapping[str, Any]) -> asyncio.Transport | None:
    """
    Return the connection that a request came by; None under a server that does not tell.
    """
    found: asyncio.Transport | None = (scope.get("extensions") or {}).get(_EXTENSION, {}).get("transport")
    return found
