"""
An event loop whose time jumps from one timer to the next: minutes of load in a moment, and each run the same.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Jumps(selectors.SelectSelector):
    """Waits for nobody: the time that would have been waited for is over."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """
        Let the time pass.

        Raises:
            RuntimeError: there is nothing left that could happen.
        """
        if timeout is None:
            raise RuntimeError("everything waits, and no timer is set")
        self.now += max(0.0, timeout)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """
    An event loop with a time of its own, from 0 on.
    """

    def __init__(self) -> None:
        self._jumps = _Jumps()
        super().__init__(self._jumps)

    def time(self) -> float:
        """
        Return the seconds that have passed.
        """
        return self._jumps.now


def run_virtually(scenario: Callable[[Callable[[], float]], Coroutine[Any, Any, T]]) -> T:
    """
    Run a scenario, which gets the clock, to its end.
    """
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        loop = runner.get_loop()
        return runner.run(scenario(loop.time))
