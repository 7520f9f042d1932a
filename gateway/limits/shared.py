"""
Token buckets in Redis or Valkey, so that several gateways count together.

A gateway takes tokens out in small lots and spends them by itself, so that it asks once for many requests; what it does not
spend within a second it forgets. While the server is away each gateway counts alone, with the same budgets: nobody is
refused because of that, and one caller may get as many times their budget as there are gateways.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import NamedTuple

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from gateway.limits.buckets import MOST, MemoryBuckets, Taken
from gateway.limits.classes import Budget

TIMEOUT_S = 0.25
AGAIN_S = 1.0
LOT_LIVES_S = 1.0
SHORTEST_S = 0.05
LOT = 0.05
PREFIX = "seatstream:rate:"
# One step on the server: fill up by its own clock, take as much of the lot as there is, say what is left.
_SCRIPT = """
local burst, per_s, lot = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = burst
if kept[1] then tokens = math.min(burst, kept[1] + math.max(0, now - kept[2]) * per_s) end
local taken = math.min(lot, math.floor(tokens))
tokens = tokens - taken
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', string.format('%.6f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil(burst / per_s * 1000) + 1000)
return {taken, tostring(tokens)}
"""
_logger = logging.getLogger(__name__)


class _Lot(NamedTuple):
    """Tokens taken out and not spent yet, what is left on the server, and until when that may be believed."""

    tokens: int
    left: float
    until: float


class SharedBuckets:
    """
    Buckets on a server.
    """

    def __init__(self, url: str, clock: Callable[[], float]) -> None:
        """
        Args:
            url: of the server, `redis://` or `rediss://`.
            clock: seconds, rising.
        """
        self._redis: Redis = Redis.from_url(
            url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S, retry=Retry(NoBackoff(), 0)
        )
        self._script = self._redis.register_script(_SCRIPT)
        self._clock = clock
        self._lots: dict[str, _Lot] = {}
        self._alone = MemoryBuckets(clock)
        self._search: asyncio.Task[None] | None = None

    @property
    def away(self) -> bool:
        """Whether the server does not answer; it is asked again each second, by nobody's request."""
        return self._search is not None

    def take(self, key: str, budget: Budget, spare: float = 0.0) -> Taken | None:
        """
        Take a token out of what was fetched; None when there is nothing to tell by.
        """
        if self.away:
            return self._alone.take(key, budget, spare)
        lot = self._lots.get(key)
        if lot is None or self._clock() >= lot.until:
            return None
        left = lot.left + lot.tokens
        if lot.tokens and left - 1 >= spare:
            self._lots[key] = lot._replace(tokens=lot.tokens - 1)
            return Taken(granted=True, left=left - 1)
        if lot.tokens == 0 and lot.left >= spare + 1:
            return None
        return Taken(granted=False, left=left, wait_s=max(0.0, spare + 1 - left) / budget.per_s)

    async def fetch(self, key: str, budget: Budget) -> None:
        """
        Take a lot out on the server.
        """
        lot = max(1, int(budget.burst * LOT))
        try:
            taken, left = await self._script(keys=[PREFIX + key], args=[budget.burst, budget.per_s, lot])
        except (RedisError, OSError, TimeoutError) as error:
            if not self.away:
                _logger.warning("requests are counted by this gateway alone: %r", error)
                self._search = asyncio.get_running_loop().create_task(self._find())
            return
        if len(self._lots) >= MOST:
            self._lots.clear()
        # That there is nothing is believed until there may be something again, but not asked for without end.
        lives_s = LOT_LIVES_S if taken else min(LOT_LIVES_S, max(SHORTEST_S, 1 / budget.per_s))
        now, old = self._clock(), self._lots.get(key)
        kept = old.tokens if old is not None and now < old.until else 0  # another request was as fast
        self._lots[key] = _Lot(int(taken) + kept, float(left), now + lives_s)

    def knows(self, key: str) -> bool:
        """
        Say whether there are tokens to spend, or there can be none.
        """
        lot = self._lots.get(key)
        return self.away or (lot is not None and self._clock() < lot.until and (lot.tokens > 0 or lot.left < 1))

    def give_back(self, key: str) -> None:
        """
        Put a token back.
        """
        lot = self._lots.get(key)
        if self.away:
            self._alone.give_back(key)
        elif lot is not None:
            self._lots[key] = lot._replace(tokens=lot.tokens + 1)

    async def _find(self) -> None:
        while True:
            await asyncio.sleep(AGAIN_S)
            try:
                await self._redis.ping()
            except (RedisError, OSError, TimeoutError):
                continue
            _logger.warning("requests are counted together again")
            self._lots.clear()
            self._search = None
            return

    async def close(self) -> None:
        """
        Close the connections.
        """
        if self._search is not None:
            self._search.cancel()
        await self._redis.aclose()
