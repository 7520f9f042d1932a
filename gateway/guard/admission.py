"""
Admission to a service: as many requests at a time as it can work on, those that lead to a purchase first.

The limit follows what the service takes for an answer (TCP Vegas): while answers come as fast as they ever do, the limit
grows; when they take longer, requests queue inside the service, and the limit shrinks to what it works on. The rest
waits here, where it can be put in order: for long while the service only pauses, and hardly at all once more is asked of
it than it can do, since everybody would be late then. What was measured while the event loop stood still says nothing
about the service.

Some requests last as long as their caller wants: they wait for a position. They have places of their own, so that nobody
can take all places by asking for what never comes, and their time says nothing about the service.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

from gateway.guard.demand import Demand
from gateway.guard.pulse import LATE_S, Pulse
from gateway.problems import Overloaded
from gateway.routes import Priority

START, LEAST, MOST = 32.0, 8.0, 1024.0
# What one answer changes of the limit. Faster changes swing, since an answer tells of the limit that it was let in by.
STEP, FAR = 0.125, 0.6
# Requests that may queue inside the service: below FEW the limit grows, above MANY it shrinks.
FEW, MANY = 3.0, 6.0
# Answers that are this fast say nothing about queues: it is the event loop here that delays them.
FLOOR_S = 0.02
# The fastest answer is forgotten that often, so that a service that has become slower is believed. The limit is halved
# for a moment then: under load that never ends, the new fastest answer must not be one that queued.
FORGET_S = 30.0


class Patience(NamedTuple):
    """
    Seconds that a request waits for its turn: while the service only pauses, and while more is asked of it than it does.
    """

    pausing: float
    overloaded: float


PATIENCE_S: dict[Priority, Patience] = {
    "purchase": Patience(1.0, 0.015),
    "browse": Patience(0.05, 0.01),
    "background": Patience(0, 0),
}
# Places for requests that wait for a position, and how many of them one network may have.
LINGERING, LINGERING_OF_NETWORK = 64, 16
_ORDER: tuple[Priority, ...] = ("purchase", "browse", "background")
_RANK = {priority: rank for rank, priority in enumerate(_ORDER)}


class _Turn(NamedTuple):
    """A request that waits, since then."""

    came: "asyncio.Future[None]"
    at: float


class Admission:
    """
    The gate of one service.
    """

    def __init__(self, clock: Callable[[], float], pulse: Pulse) -> None:
        """
        Args:
            clock: seconds, rising.
            pulse: of the event loop.
        """
        self._clock = clock
        self._pulse = pulse
        self.limit = START
        self.inside = 0
        self._demand = Demand(clock, len(_ORDER))
        self._fastest: dict[str, float] = {}
        self._forget_at = clock() + FORGET_S
        self._grow_at = 0.0
        self._waiting: dict[Priority, deque[_Turn]] = {priority: deque() for priority in _ORDER}
        self._lingering = Counter[str]()

    @property
    def waiting(self) -> int:
        """How many requests wait."""
        return sum(len(queue) for queue in self._waiting.values())

    async def enter(self, priority: Priority) -> None:
        """
        Return when the request may go to the service; `leave` must follow.

        Raises:
            Overloaded: it would have to wait for too long.
        """
        queued = self.waiting > 0
        self._demand.came(_RANK[priority], queued=queued)
        if self.inside < self.limit and not queued:
            self.inside += 1
            return
        if self._is_full(priority):
            raise Overloaded
        turn = _Turn(asyncio.get_running_loop().create_future(), self._clock())
        self._waiting[priority].append(turn)
        self._expire_in(PATIENCE_S[priority].pausing, turn.came, last=False)
        try:
            await turn.came
        except BaseException:
            self._give_up(priority, turn)
            raise

    def leave(self, route: str, seconds: float) -> None:
        """
        Let the next one in.

        Args:
            route: whose answer it was: each has its own speed.
            seconds: from entering to the answer; 0 when there was none.
        """
        self.inside -= 1
        self._demand.went()
        if seconds:
            self._adapt(route, seconds)
        self._let_in()

    @contextmanager
    def lingering(self, network: str) -> Iterator[None]:
        """
        Hold one of the places for requests that last as long as their caller wants.

        Args:
            network: that the request comes from.

        Raises:
            Overloaded: there is none, or the network has as many as it may.
        """
        if self._lingering.total() >= LINGERING or self._lingering[network] >= LINGERING_OF_NETWORK:
            raise Overloaded
        self._lingering[network] += 1
        try:
            yield
        finally:
            self._lingering[network] -= 1
            if not self._lingering[network]:
                del self._lingering[network]

    def _is_full(self, priority: Priority) -> bool:
        """Whether those before it take longer than it would wait."""
        patience = PATIENCE_S[priority]
        if not patience.pausing:
            return True
        rank = _RANK[priority]
        if not self._demand.too_much(rank):
            return False
        before = sum(len(self._waiting[one]) for one in _ORDER[: rank + 1])
        return before >= self._demand.room(patience.overloaded)

    def _expire_in(self, patience_s: float, turn: "asyncio.Future[None]", *, last: bool) -> None:
        due = self._clock() + patience_s
        expire = partial(self._expire, turn, due, patience_s, last=last)
        timer = asyncio.get_running_loop().call_later(patience_s, expire)
        turn.add_done_callback(lambda _: timer.cancel())

    def _expire(self, turn: "asyncio.Future[None]", due: float, patience_s: float, *, last: bool) -> None:
        if turn.done():
            return
        # After a standstill timers come before the answers that have arrived meanwhile: those are to be heard first.
        if not last and (self._clock() - due > LATE_S or self._pulse.stood_since(due - patience_s)):
            self._expire_in(patience_s, turn, last=True)
        else:
            turn.set_exception(Overloaded())

    def _give_up(self, priority: Priority, turn: _Turn) -> None:
        came = turn.came
        if came.done() and not came.cancelled() and came.exception() is None:
            self.inside -= 1  # its turn had come in the same moment
            self._let_in()
        elif turn in self._waiting[priority]:
            self._waiting[priority].remove(turn)

    def _let_in(self) -> None:
        now = self._clock()
        for priority, queue in self._waiting.items():
            while queue and self.inside < self.limit:
                came, at = queue.popleft()
                if came.done():
                    continue
                # Those who came while it looked like a pause: their answers would be late, and make all others late.
                if self._demand.too_much(_RANK[priority]) and now - at > 2 * PATIENCE_S[priority].overloaded:
                    came.set_exception(Overloaded())
                else:
                    self.inside += 1
                    came.set_result(None)

    def _adapt(self, route: str, seconds: float) -> None:
        now = self._clock()
        if now >= self._forget_at:
            self._forget(now, seconds)
        fastest = self._fastest[route] = min(self._fastest.get(route, seconds), seconds)
        queued = self.limit * (1 - max(fastest, FLOOR_S) / max(seconds, FLOOR_S))
        if queued < FEW and self.inside >= self.limit / 2 and now >= self._grow_at:
            self.limit = min(MOST, self.limit + STEP)
        elif queued > MANY and not self._pulse.stood_since(now - seconds):
            # Far beyond what the service can do there is no swing to fear.
            self.limit = max(LEAST, self.limit - (STEP if queued < FAR * self.limit else 1))
        elif self.limit > START and self.inside < self.limit / 2:
            self.limit -= STEP  # what is not used is not known to be right any more

    def _forget(self, now: float, seconds: float) -> None:
        self._fastest.clear()
        self.limit = max(LEAST, self.limit / 2)
        self._grow_at = now + 3 * seconds
        self._forget_at = now + FORGET_S
