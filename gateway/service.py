"""
One service behind the gateway: its connections, and what protects it and its callers when it is in trouble.
"""

import logging
from collections.abc import AsyncIterable, Callable

from gateway.guard.admission import Admission
from gateway.guard.breaker import Breaker
from gateway.guard.budget import RetryBudget
from gateway.guard.pulse import Pulse
from gateway.problems import UpstreamFailed, UpstreamTimeout, UpstreamUnreachable
from gateway.routes import Route
from gateway.wire.answer import Answer, Broken
from gateway.wire.pool import Pool, Unreachable

Body = bytes | AsyncIterable[bytes]
_logger = logging.getLogger(__name__)


class Service:
    """
    Asks one service, if it may be asked.
    """

    def __init__(self, name: str, pool: Pool, clock: Callable[[], float], pulse: Pulse) -> None:
        """
        Args:
            name: of the service, for people.
            pool: its connections.
            clock: seconds, rising.
            pulse: of the event loop.
        """
        self.name = name
        self.pool = pool
        self.admission = Admission(clock, pulse)
        self.breaker = Breaker(clock)
        self.retries = 0
        self._budget = RetryBudget()
        self._clock = clock

    async def ask(self, route: Route, head: bytes, body: Body = b"") -> Answer:
        """
        Return the service's answer.

        Raises:
            Overloaded: it has more to do than it can.
            UpstreamUnreachable: it cannot be reached, or has not answered lately.
            UpstreamTimeout: it did not begin to answer in time.
            UpstreamFailed: it broke off, or spoke no HTTP.
        """
        if not self.breaker.allows():
            raise UpstreamUnreachable(f"{self.name} does not answer at the moment")
        await self.admission.enter(route.priority)
        started, seconds = self._clock(), 0.0
        try:
            answer = await self._try(route, head, body)
            seconds = self._clock() - started
        finally:
            self.admission.leave(route.path, seconds)
        self.breaker.succeeded()
        return answer

    async def _try(self, route: Route, head: bytes, body: Body) -> Answer:
        self._budget.earn()
        try:
            return await self._once(route, head, body)
        except (Unreachable, Broken) as error:
            unheard = isinstance(error, Unreachable) or route.repeatable
            if not (isinstance(body, bytes) and unheard and self._budget.spend()):
                raise self._problem(error) from error
        except TimeoutError as error:
            raise self._problem(error) from error
        self.retries += 1
        try:
            return await self._once(route, head, body)
        except OSError as error:
            raise self._problem(error) from error

    async def _once(self, route: Route, head: bytes, body: Body) -> Answer:
        return await self.pool.ask(head, body, route.timeout_s)

    def _problem(self, error: OSError) -> UpstreamFailed | UpstreamTimeout | UpstreamUnreachable:
        self.breaker.failed()
        _logger.warning("%s: %r", self.name, error)
        if isinstance(error, Unreachable):
            return UpstreamUnreachable(f"{self.name} cannot be reached at the moment")
        if isinstance(error, TimeoutError):
            return UpstreamTimeout(f"{self.name} did not answer in time")
        return UpstreamFailed(f"{self.name} gave no usable answer")
