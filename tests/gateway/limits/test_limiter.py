"""
Who is let through when there is not enough for all.
"""

import asyncio

import pytest
from clocks import Clock

from gateway.limits.buckets import MemoryBuckets
from gateway.limits.classes import CLASSES
from gateway.limits.limiter import Caller, Limiter
from gateway.problems import TooMany

OWN, NETWORK = CLASSES["browse"]


@pytest.fixture
def limiter():
    """A limiter whose clock stands: what is spent is gone."""
    return Limiter(MemoryBuckets(Clock()), 1)


def granted(limiter, subject, times, network="10.0.0.1"):
    """Ask a number of times; return how many were let through."""
    return sum(limiter.look(Caller(subject, network), "browse").granted for _ in range(times))


def test_a_caller_has_a_budget(limiter):
    """A known caller gets their burst, whatever the network has."""
    assert granted(limiter, "a", 200) == OWN.burst


@pytest.mark.parametrize("subject", ["", "a"])
@pytest.mark.parametrize("rate", CLASSES)
def test_a_small_factor_shuts_nobody_out(rate, subject):
    """However small budgets are made, there is a first request, and another one after the wait that was told."""
    clock = Clock()
    limiter = Limiter(MemoryBuckets(clock), 0.0001)
    caller = Caller(subject, "10.0.0.1")
    first = limiter.look(caller, rate)
    refused = next(verdict for _ in range(5) if not (verdict := limiter.look(caller, rate)).granted)
    clock.now += refused.wait_s * 1.001

    assert first.granted
    assert limiter.look(caller, rate).granted


def test_classes_are_counted_apart(limiter):
    """Whoever has used up one class can still use another."""
    granted(limiter, "a", 200)

    assert limiter.look(Caller("a", "10.0.0.1"), "search").granted


def test_networks_are_counted_apart(limiter):
    """One network's crowd takes nothing from another's."""
    granted(limiter, "", 5000)

    assert granted(limiter, "", 1, "10.0.0.2") == 1


def test_the_unknown_leave_half_of_the_network(limiter):
    """Callers without an identity can use up half of what the network has; the rest is for known ones."""
    unknown = granted(limiter, "", 5000)

    assert unknown == NETWORK.burst / 2
    assert granted(limiter, "a", 1) == 1


def test_the_heavy_do_not_starve_the_light(limiter):
    """Behind one network, who asks much is refused before who asks little."""
    heavy = sum(granted(limiter, f"heavy-{number}", OWN.burst) for number in range(20))
    light = sum(granted(limiter, f"light-{number}", 5) for number in range(100))

    assert light == 500
    assert heavy < 20 * OWN.burst


def test_the_network_has_a_budget(limiter):
    """However many callers there are behind it, a network gets its burst and no more."""
    light = sum(granted(limiter, f"light-{number}", 5) for number in range(1000))

    assert light == NETWORK.burst


def test_a_refusal_by_the_network_costs_the_caller_nothing(limiter):
    """The caller's own tokens are still there when the network has room again."""
    for number in range(1000):
        granted(limiter, f"light-{number}", 5)
    refused = granted(limiter, "a", 10)

    assert refused == 0
    assert granted(limiter, "a", 200, network="10.0.0.2") == OWN.burst


def test_what_is_left_is_said(limiter):
    """The headers name the budget, what remains of it and when it is full again."""
    headers = asyncio.run(limiter.check(Caller("a", "10.0.0.1"), "browse"))

    assert headers == [(b"ratelimit-policy", b'"caller";q=60;w=3'), (b"ratelimit", b'"caller";r=59;t=1')]


def test_who_is_not_known_hears_of_the_network(limiter):
    """What remains is what is left of the half that is for them."""
    headers = asyncio.run(limiter.check(Caller("", "10.0.0.1"), "browse"))

    assert headers == [(b"ratelimit-policy", b'"network";q=2000;w=2'), (b"ratelimit", b'"network";r=999;t=1')]


def test_too_many_is_a_problem_that_says_when(limiter):
    """The wait is in whole seconds, at least one."""
    granted(limiter, "a", 200)

    with pytest.raises(TooMany) as refused:
        asyncio.run(limiter.check(Caller("a", "10.0.0.1"), "browse"))
    assert refused.value.retry_after == b"1"
    assert refused.value.limits[1] == (b"ratelimit", b'"caller";r=0;t=3')


def test_budgets_can_be_larger():
    """A factor changes all of them."""
    assert granted(Limiter(MemoryBuckets(Clock()), 2), "a", 1000) == 2 * OWN.burst
