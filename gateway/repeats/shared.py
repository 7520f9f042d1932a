"""
Answers to keys in Redis or Valkey, which several gateways share.
"""

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from gateway.problems import KeysUnavailable

TIMEOUT_S = 1.0
PREFIX = "seatstream:repeat:"


class SharedRecords:
    """
    Records in Redis or Valkey, which several gateways share.
    """

    def __init__(self, url: str) -> None:
        """
        Args:
            url: of the server.
        """
        self._redis: Redis = Redis.from_url(
            url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S, retry=Retry(NoBackoff(), 0)
        )

    async def add(self, key: str, value: bytes, lives_s: float) -> bytes | None:
        """Add where there is none."""
        try:
            # What is there may end between the two questions.
            while not await self._redis.set(PREFIX + key, value, nx=True, px=int(lives_s * 1000)):
                found = await self._redis.get(PREFIX + key)
                if found is not None:
                    return found if isinstance(found, bytes) else found.encode()
        except (RedisError, OSError) as error:
            raise KeysUnavailable from error
        return None

    async def put(self, key: str, value: bytes, lives_s: float) -> None:
        """Put."""
        try:
            await self._redis.set(PREFIX + key, value, px=int(lives_s * 1000))
        except (RedisError, OSError) as error:
            raise KeysUnavailable from error

    async def drop(self, key: str) -> None:
        """Forget."""
        try:
            await self._redis.delete(PREFIX + key)
        except (RedisError, OSError) as error:
            raise KeysUnavailable from error

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()
