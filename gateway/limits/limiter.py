"""
Says whether a caller may ask, and what to tell them about it.
"""

from math import ceil
from typing import NamedTuple

from gateway.headers import Headers
from gateway.limits.buckets import Buckets, Taken
from gateway.limits.classes import CLASSES, Budget
from gateway.problems import TooMany
from gateway.routes import RateClass

TRIES = 3


class Caller(NamedTuple):
    """
    Who asks. subject: a pseudonymous id, empty for those who are not known. network: see `Networks`.
    """

    subject: str
    network: str


class Verdict(NamedTuple):
    """
    What the limits say to one request. policy, state: of the headers. wait_s: until another try makes sense, when it is
    refused.
    """

    granted: bool
    policy: bytes
    state: bytes
    wait_s: float

    @property
    def headers(self) -> Headers:
        """What tells the caller."""
        return [(b"ratelimit-policy", self.policy), (b"ratelimit", self.state)]

    @property
    def lines(self) -> bytes:
        """The same, as lines of a head."""
        return b"ratelimit-policy: %b\r\nratelimit: %b\r\n" % (self.policy, self.state)


class Limiter:
    """
    Takes each request out of its caller's bucket and out of that of their network.

    Callers behind one network do not starve each other: the second half of a network's bucket is for those alone who
    have more than half of their own. Who is not known has no bucket of their own, and so no part in that half.
    """

    def __init__(self, buckets: Buckets, factor: float) -> None:
        """
        Args:
            buckets: count.
            factor: makes all budgets larger or smaller.
        """
        self._buckets = buckets
        self._classes = {
            name: (budgets.caller.times(factor), budgets.network.times(factor)) for name, budgets in CLASSES.items()
        }
        self._policies = {
            name: (_policy("caller", caller), _policy("network", network))
            for name, (caller, network) in self._classes.items()
        }

    async def check(self, caller: Caller, rate: RateClass) -> Headers:
        """
        Count a request; return the headers that tell its caller what is left.

        Raises:
            TooMany: there is nothing left.
        """
        verdict = self.look(caller, rate)
        for _ in range(TRIES):
            if verdict is not None:
                break
            await self._fetch(caller, rate)
            verdict = self.look(caller, rate)
        if verdict is None:
            return []  # others were faster each time: whoever cannot be told a limit is not refused for one
        if not verdict.granted:
            raise TooMany(verdict.headers, verdict.wait_s)
        return verdict.headers

    async def _fetch(self, caller: Caller, rate: RateClass) -> None:
        own, network = self._classes[rate]
        wanted = {f"{rate}:n:{caller.network}": network}
        if caller.subject:
            wanted[f"{rate}:c:{caller.subject}"] = own
        for key, budget in wanted.items():
            if not self._buckets.knows(key):
                await self._buckets.fetch(key, budget)

    def look(self, caller: Caller, rate: RateClass) -> Verdict | None:
        """
        Count a request if that can be told without asking anybody, else return None.
        """
        own_budget, network_budget = self._classes[rate]
        own: Taken | None = None
        heavy = True
        if caller.subject:
            own = self._buckets.take(f"{rate}:c:{caller.subject}", own_budget)
            if own is None:
                return None
            if not own.granted:
                return self._verdict(rate, "caller", own, own_budget)
            heavy = own.left < own_budget.burst / 2
        spare = network_budget.burst / 2 if heavy else 0.0
        network = self._buckets.take(f"{rate}:n:{caller.network}", network_budget, spare)
        if own is not None and (network is None or not network.granted):
            self._buckets.give_back(f"{rate}:c:{caller.subject}")
        if network is None:
            return None
        if own is None or not network.granted:
            return self._verdict(rate, "network", network, network_budget, spare)
        return self._verdict(rate, "caller", own, own_budget)

    async def close(self) -> None:
        """
        Let connections go.
        """
        await self._buckets.close()

    def _verdict(self, rate: RateClass, name: str, taken: Taken, budget: Budget, spare: float = 0.0) -> Verdict:
        left = max(0, int(taken.left - spare))
        full_s = ceil((budget.burst - taken.left) / budget.per_s)
        state = b'"%b";r=%d;t=%d' % (name.encode(), left, full_s)
        return Verdict(taken.granted, self._policies[rate][name == "network"], state, taken.wait_s)


def _policy(name: str, budget: Budget) -> bytes:
    return b'"%b";q=%d;w=%d' % (name.encode(), budget.burst, ceil(budget.burst / budget.per_s))
