"""
What is the same for all who ask within a moment, and costs the services something: it is asked for once.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """
    The last result of a question. However many ask, and however often, the question is put once at a time.
    """

    def __init__(
        self,
        ask: Callable[[], Awaitable[T]],
        keep_s: float,
        clock: Callable[[], float],
        worth: Callable[[T], bool] = lambda _: True,
    ) -> None:
        """
        Args:
            ask: puts the question.
            keep_s: how old a result may be, from when it was asked for.
            clock: seconds, rising.
            worth: whether a result may be kept at all.
        """
        self._ask = ask
        self._keep_s = keep_s
        self._clock = clock
        self._worth = worth
        self._kept: tuple[float, T] | None = None
        self._flight: asyncio.Task[T] | None = None

    async def get(self) -> T:
        """
        Return the result, and raise what the question raises.
        """
        if self._kept is not None and self._clock() - self._kept[0] < self._keep_s:
            return self._kept[1]
        if self._flight is None or self._flight.done():
            self._flight = asyncio.get_running_loop().create_task(self._fetch(self._clock()))
        # Whoever leaves must not take the answer from the others.
        return await asyncio.shield(self._flight)

    async def _fetch(self, asked_at: float) -> T:
        found = await self._ask()
        self._kept = (asked_at, found) if self._worth(found) else None
        return found
