"""
What the services behind the gateway say about themselves: their state and their documents.
"""

from collections.abc import Callable

import aiohttp
from yarl import URL

from gateway.headers import Headers
from gateway.settings import GatewaySettings

# Below the five seconds after which the services' servers close an idle connection.
KEEPALIVE_S = 4.0


class Refused(aiohttp.ClientError):
    """
    The service answered with a problem. The text is what it says about it.
    """


class Upstreams:
    """
    One client of all services, for the little that the gateway itself asks. To be opened in the loop that uses it.
    """

    def __init__(self, settings: GatewaySettings, introduce: Callable[[str], Headers]) -> None:
        """
        Args:
            settings: addresses, and timeouts.
            introduce: gives the headers with which the gateway asks a service in its own name.
        """
        self._introduce = introduce
        self.urls = settings.upstreams
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
        connector = aiohttp.TCPConnector(keepalive_timeout=KEEPALIVE_S, ttl_dns_cache=5)
        self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    async def close(self) -> None:
        """
        Close all connections.
        """
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get_json(self, service: str, path: str, timeout_s: float) -> object:
        """
        Return what a service says about itself.

        Raises:
            Refused: it says why it does not.
            aiohttp.ClientError, TimeoutError, ValueError: it says nothing, or no JSON.
        """
        url = URL(self.urls[service] + path, encoded=True)
        headers = {name.decode(): value.decode() for name, value in self._introduce(service)}
        limits = aiohttp.ClientTimeout(total=timeout_s)
        async with self.session.get(url, headers=headers, timeout=limits, allow_redirects=False) as answer:
            said = await answer.json(content_type=None)
            if answer.status >= 400 and isinstance(said, dict) and said.get("detail"):
                raise Refused(str(said["detail"]))
            answer.raise_for_status()
            return said
