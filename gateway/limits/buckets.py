"""
Token buckets in memory.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from gateway.limits.classes import Budget

MOST = 100_000


class Taken(NamedTuple):
    """
    What came of taking a token. left: tokens that remain. wait_s: until there is one, when there was none.
    """

    granted: bool
    left: float
    wait_s: float = 0.0


class Buckets(Protocol):
    """
    Where tokens are counted.
    """

    def take(self, key: str, budget: Budget, spare: float = 0.0) -> Taken | None:
        """
        Take a token out of a bucket, unless that leaves fewer than `spare`; None when `fetch` must be waited for first.
        """
        ...

    def knows(self, key: str) -> bool:
        """
        Say whether `take` can tell.
        """
        ...

    def give_back(self, key: str) -> None:
        """
        Put a token back that was taken for nothing.
        """
        ...

    async def fetch(self, key: str, budget: Budget) -> None:
        """
        See to it that `take` can tell.
        """
        ...

    async def close(self) -> None:
        """
        Let connections go.
        """
        ...


class MemoryBuckets:
    """
    Buckets of this process, bounded: when there are too many, those not used for longest are forgotten, and are full again.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """
        Args:
            clock: seconds, rising.
        """
        self._clock = clock
        # Two generations: what is used moves to the young one, and the old one is dropped when that is full.
        self._young: dict[str, tuple[float, float]] = {}
        self._old: dict[str, tuple[float, float]] = {}

    def __len__(self) -> int:
        """Return how many buckets there are."""
        return len(self._young) + len(self._old)

    def take(self, key: str, budget: Budget, spare: float = 0.0) -> Taken:
        """
        Take a token out, if that leaves enough.
        """
        now = self._clock()
        found = self._young.get(key) or self._old.get(key)
        tokens = budget.burst
        if found is not None:
            tokens = min(tokens, found[0] + (now - found[1]) * budget.per_s)
        if tokens - 1 < spare:
            self._young[key] = tokens, now
            return Taken(granted=False, left=tokens, wait_s=(spare + 1 - tokens) / budget.per_s)
        self._young[key] = tokens - 1, now
        if len(self._young) > MOST:
            self._old, self._young = self._young, {}
        return Taken(granted=True, left=tokens - 1)

    def knows(self, key: str) -> bool:
        """
        All that can be told is here.
        """
        return True

    def give_back(self, key: str) -> None:
        """
        Put a token back.
        """
        found = self._young.get(key)
        if found is not None:
            self._young[key] = found[0] + 1, found[1]

    async def fetch(self, key: str, budget: Budget) -> None:
        """
        Nothing needs to be fetched.
        """

    async def close(self) -> None:
        """
        Nothing is open.
        """
