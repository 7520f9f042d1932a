"""
One service behind the gateway: its connections, and what protects it and its callers when it is in trouble.
"""

import logging
from collections.abc import AsyncIterable, AsyncIterator, Callable

from gateway.guard.admission import Admission
from gateway.guard.breaker import Breaker
from gateway.guard.budget import RetryBudget
from gateway.guard.pulse import Pulse
from gateway.headers import Trace, led
from gateway.problems import UpstreamFailed, UpstreamTimeout, UpstreamUnreachable
from gateway.recorder import Recorder
from gateway.routes import Route
from gateway.wire.answer import Answer, Broken
from gateway.wire.pool import Pool, Unreachable

Body = bytes | AsyncIterable[bytes]
_logger = logging.getLogger(__name__)


class Service:
    """
    Asks one service, if it may be asked.
    """

    def __init__(
        self, name: str, pool: Pool, clock: Callable[[], float], pulse: Pulse, recorder: Recorder | None = None
    ) -> None:
        """
        Args:
            name: of the service, for people.
            pool: its connections.
            clock: seconds, rising.
            pulse: of the event loop.
            recorder: of spans; None when nothing is recorded.
        """
        self.name = name
        self._recorder = recorder
        self.pool = pool
        self.admission = Admission(clock, pulse)
        self.breaker = Breaker(clock)
        self.retries = 0
        self._budget = RetryBudget()
        self._clock = clock

    async def ask(
        self, route: Route, head: bytes, trace: Trace, body: Body = b"", *, waiting: str | None = None
    ) -> Answer:
        """
        Return the service's answer.

        Args:
            head: of the request, without the line that names the attempt.
            trace: that the request belongs to.
            waiting: the network that waits until the service has reached a position; None when it answers at once.

        Raises:
            Overloaded: it has more to do than it can.
            UpstreamUnreachable: it cannot be reached, or has not answered lately.
            UpstreamTimeout: it did not begin to answer in time.
            UpstreamFailed: it broke off, or spoke no HTTP.
        """
        if not self.breaker.allows():
            raise UpstreamUnreachable(f"{self.name} does not answer at the moment")
        if waiting is None:
            answer = await self._take_turn(route, head, trace, body)
        else:
            with self.admission.lingering(waiting):
                answer = await self._linger(route, head, trace, body)
        self.breaker.succeeded()
        return answer

    async def _linger(self, route: Route, head: bytes, trace: Trace, body: Body) -> Answer:
        try:
            return await self._try(route, head, trace, body)
        except TimeoutError as error:
            # What the caller waits for did not come: that is no reason to leave the service alone.
            raise UpstreamTimeout(f"{self.name} did not answer in time") from error

    async def _take_turn(self, route: Route, head: bytes, trace: Trace, body: Body) -> Answer:
        turn = _Turn(self.admission, route, self._clock)
        try:
            if isinstance(body, bytes):
                await turn.enter()
            else:
                body = turn.before_last(body)
            answer = await self._try(route, head, trace, body)
            turn.answered()
        except TimeoutError as error:
            raise self._problem(error) from error
        finally:
            turn.leave()
        return answer

    async def _try(self, route: Route, head: bytes, trace: Trace, body: Body) -> Answer:
        self._budget.earn()
        try:
            return await self._once(route, head, trace, body)
        except (Unreachable, Broken) as error:
            unheard = isinstance(error, Unreachable) or route.repeatable
            if not (isinstance(body, bytes) and unheard and self._budget.spend()):
                raise self._problem(error) from error
        self.retries += 1
        try:
            return await self._once(route, head, trace, body, resent=True)
        except (Unreachable, Broken) as error:
            raise self._problem(error) from error

    async def _once(self, route: Route, head: bytes, trace: Trace, body: Body, *, resent: bool = False) -> Answer:
        if self._recorder is None:
            return await self.pool.ask(led(head, trace.parent), body, route.timeout_s)
        with self._recorder.attempt(route, trace, resent=resent) as attempt:
            answer = await self.pool.ask(led(head, attempt.parent), body, route.timeout_s)
            attempt.status = answer.status
            return answer

    def _problem(self, error: OSError) -> UpstreamFailed | UpstreamTimeout | UpstreamUnreachable:
        self.breaker.failed()
        _logger.warning("%s: %r", self.name, error)
        if isinstance(error, Unreachable):
            return UpstreamUnreachable(f"{self.name} cannot be reached at the moment")
        if isinstance(error, TimeoutError):
            return UpstreamTimeout(f"{self.name} did not answer in time")
        return UpstreamFailed(f"{self.name} gave no usable answer")


class _Turn:
    """
    A request's turn in a service. One whose body is still coming has it when all but the end has been sent: a caller who
    sends slowly would else hold the place of others.
    """

    def __init__(self, admission: Admission, route: Route, clock: Callable[[], float]) -> None:
        self._admission = admission
        self._route = route
        self._clock = clock
        self._entered: float | None = None
        self._seconds = 0.0

    async def enter(self) -> None:
        """Wait for it."""
        await self._admission.enter(self._route.priority)
        self._entered = self._clock()

    async def before_last(self, body: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
        """Pass a body on, and wait before its last piece."""
        held = b""
        async for part in body:
            if held:
                yield held
            held = part
        await self.enter()
        yield held

    def answered(self) -> None:
        """Note that there is an answer."""
        if self._entered is not None:
            self._seconds = self._clock() - self._entered

    def leave(self) -> None:
        """End it, if it had begun."""
        if self._entered is not None:
            self._admission.leave(self._route.path, self._seconds)
