"""
The connections to one service.
"""

import asyncio
import ssl
from collections.abc import AsyncIterable
from urllib.parse import urlsplit

from gateway.wire.answer import Answer
from gateway.wire.connection import Connection

# Below the five seconds after which the services' servers close an idle connection: a request that cannot be sent
# twice must not meet a connection that is being closed.
KEEPALIVE_S = 4.0


class Unreachable(ConnectionError):
    """
    There is no connection to be had; nothing was sent.
    """


class Pool:
    """
    Connections that wait for the next request, the one used last first. To be used in one loop.
    """

    def __init__(self, url: str, connect_timeout_s: float) -> None:
        """
        Args:
            url: of the service, with a path in front of all paths if need be.
            connect_timeout_s: until a new connection stands.
        """
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        self.prefix = parts.path.rstrip("/").encode()
        self.host = parts.netloc.rpartition("@")[2].encode()
        self._address = (parts.hostname or "", parts.port or (443 if secure else 80))
        self._ssl = ssl.create_default_context() if secure else None
        self._connect_timeout_s = connect_timeout_s
        self._idle: list[Connection] = []
        self._all: set[Connection] = set()

    @property
    def open(self) -> int:
        """How many connections there are."""
        return len(self._all)

    async def ask(self, head: bytes, body: bytes | AsyncIterable[bytes], timeout_s: float) -> Answer:
        """
        Send a request on a free or new connection; see `Connection.ask`.

        Raises:
            Unreachable: no connection could be made.
            Broken, TimeoutError: the service gave no answer.
        """
        connection = self._free() or await self._connect()
        try:
            return await connection.ask(head, body, timeout_s)
        except BaseException:
            connection.close()
            raise

    def close(self) -> None:
        """
        Close all connections.
        """
        for connection in list(self._all):
            connection.close()

    def _free(self) -> Connection | None:
        now = asyncio.get_running_loop().time()
        while self._idle:
            connection = self._idle.pop()
            if not connection.closed and now - connection.idle_since < KEEPALIVE_S:
                return connection
            connection.close()
        return None

    async def _connect(self) -> Connection:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._connect_timeout_s):
                _, connection = await loop.create_connection(
                    lambda: Connection(self._keep, self._forget), *self._address, ssl=self._ssl
                )
        except (OSError, TimeoutError) as error:
            raise Unreachable(repr(error)) from error
        self._all.add(connection)
        return connection

    def _keep(self, connection: Connection) -> None:
        connection.idle_since = asyncio.get_running_loop().time()
        self._idle.append(connection)

    def _forget(self, connection: Connection) -> None:
        self._all.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
