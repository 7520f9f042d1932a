"""
All that bounds how much one caller may ask, in one place.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from starlette.types import Scope

from gateway.headers import Headers
from gateway.limits.buckets import MemoryBuckets
from gateway.limits.connections import Connections, most_connections
from gateway.limits.limiter import Caller, Limiter
from gateway.limits.networks import Networks
from gateway.limits.streams import Streams
from gateway.routes import RateClass
from gateway.settings import GatewaySettings


class Limits(NamedTuple):
    """
    limiter: counts requests; None when nobody is limited. streams, connections: count those that are open. networks: knows
    where requests come from.
    """

    limiter: Limiter | None
    streams: Streams
    connections: Connections
    networks: Networks

    def network(self, scope: Scope, headers: Mapping[bytes, bytes]) -> str:
        """
        Return the network that a request comes from.
        """
        peer = scope["client"][0] if scope.get("client") else ""
        return self.networks.of(peer, headers.get(b"x-forwarded-for", b""))

    async def check(self, caller: Caller, rate: RateClass) -> Headers:
        """
        Count a request; return the headers that tell its caller what is left.

        Raises:
            TooMany: there is nothing left.
        """
        return [] if self.limiter is None else await self.limiter.check(caller, rate)

    async def close(self) -> None:
        """
        Let connections go.
        """
        if self.limiter is not None:
            await self.limiter.close()


def make_limits(settings: GatewaySettings, clock: Callable[[], float]) -> Limits:
    """
    Return what the settings say.

    Args:
        clock: seconds, rising.
    """
    limiter = None
    if settings.rate_factor and settings.redis_url:
        from gateway.limits.shared import SharedBuckets

        limiter = Limiter(SharedBuckets(settings.redis_url, clock), settings.rate_factor)
    elif settings.rate_factor:
        limiter = Limiter(MemoryBuckets(clock), settings.rate_factor)
    networks = Networks(settings.trusted_proxies)
    connections = Connections(settings.rate_factor, networks, most_connections())
    return Limits(limiter, Streams(settings.rate_factor), connections, networks)
