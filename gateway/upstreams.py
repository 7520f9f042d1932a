"""
The connections to the services behind the gateway.
"""

import aiohttp
from yarl import URL

from gateway.problems import UpstreamFailed, UpstreamTimeout, UpstreamUnreachable
from gateway.settings import GatewaySettings
from inventory_stream.web import BodyTooLarge, Problem

# Below the five seconds after which the services' servers close an idle connection: a request that cannot be sent
# twice must not meet a connection that is being closed.
KEEPALIVE_S = 4.0
HEADER_LIMIT = 65_536
_NOT_ADDED = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")


class Upstreams:
    """
    One pool of connections to all services. To be opened in the loop that uses it.
    """

    def __init__(self, settings: GatewaySettings) -> None:
        """
        Args:
            settings: addresses, limits and timeouts.
        """
        self.urls = settings.upstreams
        self._settings = settings
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """
        Return the open pool.
        """
        if self._session is None:
            raise RuntimeError("the gateway has not been started")
        return self._session

    async def open(self) -> None:
        """
        Make the pool; connections come with requests.
        """
        connector = aiohttp.TCPConnector(
            limit=self._settings.upstream_connections, keepalive_timeout=KEEPALIVE_S, ttl_dns_cache=5
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=_NOT_ADDED,
            max_line_size=HEADER_LIMIT,
            max_field_size=HEADER_LIMIT,
        )

    async def close(self) -> None:
        """
        Close all connections.
        """
        if self._session is not None:
            await self._session.close()
            self._session = None

    def timeouts(self, timeout_s: float) -> aiohttp.ClientTimeout:
        """
        Return the limits of one request: to connect, and between two parts of an answer.
        """
        return aiohttp.ClientTimeout(total=None, sock_connect=self._settings.connect_timeout_s, sock_read=timeout_s)

    async def get_json(self, service: str, path: str, timeout_s: float) -> object:
        """
        Return what a service says about itself.

        Raises:
            aiohttp.ClientError, TimeoutError, ValueError: it says nothing, or no JSON.
        """
        limits = aiohttp.ClientTimeout(total=timeout_s)
        async with self.session.get(
            URL(self.urls[service] + path, encoded=True), timeout=limits, allow_redirects=False, raise_for_status=True
        ) as answer:
            return await answer.json(content_type=None)


def problem_of(error: BaseException, service: str) -> Problem:
    """
    Return what to tell the caller about a request that a service did not answer.
    """
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, BodyTooLarge):
            return cause
        cause = cause.__cause__
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return UpstreamUnreachable(f"{service} cannot be reached at the moment")
    if isinstance(error, TimeoutError):
        return UpstreamTimeout(f"{service} did not answer in time")
    return UpstreamFailed(f"{service} gave no usable answer")
