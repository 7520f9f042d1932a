"""
Token buckets in memory, by a clock of the test's own.
"""

import pytest
from clocks import Clock

from gateway.limits import buckets as module
from gateway.limits.buckets import MemoryBuckets, Taken
from gateway.limits.classes import CLASSES, Budget
from gateway.routes import ROUTES

BUDGET = Budget(3, 2)


@pytest.fixture
def clock():
    """A clock that stands."""
    return Clock()


@pytest.fixture
def buckets(clock):
    """Buckets by that clock."""
    return MemoryBuckets(clock)


def test_a_burst_is_granted_and_no_more(buckets):
    """A full bucket has its burst; then one waits for the next token."""
    taken = [buckets.take("a", BUDGET) for _ in range(4)]

    assert taken == [Taken(True, 2), Taken(True, 1), Taken(True, 0), Taken(False, 0, 0.5)]


def test_tokens_come_back(buckets, clock):
    """As many as the rate says, and never more than the burst."""
    for _ in range(3):
        buckets.take("a", BUDGET)
    clock.now += 0.75

    assert buckets.take("a", BUDGET) == Taken(True, 0.5)

    clock.now += 1000
    assert buckets.take("a", BUDGET) == Taken(True, 2)


def test_buckets_do_not_mix(buckets):
    """One key's tokens are no other's."""
    for _ in range(3):
        buckets.take("a", BUDGET)

    assert buckets.take("b", BUDGET).granted


def test_some_can_be_spared(buckets):
    """A token that would leave fewer than are to be spared is not given, and the wait is until there are enough."""
    taken = [buckets.take("a", BUDGET, spare=2) for _ in range(2)]

    assert taken == [Taken(True, 2), Taken(False, 2, 0.5)]


def test_a_token_can_be_given_back(buckets):
    """It is as if it had not been taken."""
    buckets.take("a", BUDGET)
    buckets.give_back("a")

    assert buckets.take("a", BUDGET) == Taken(True, 2)


def test_what_is_unknown_cannot_be_given_back(buckets):
    """Nothing comes of it."""
    buckets.give_back("a")

    assert len(buckets) == 0


def test_the_number_of_buckets_is_bounded(buckets, monkeypatch):
    """The ones not used for longest are forgotten; those in use are not."""
    monkeypatch.setattr(module, "MOST", 10)
    for number in range(100):
        buckets.take(f"once-{number}", BUDGET)
        busy = buckets.take("busy", BUDGET)

    assert len(buckets) <= 22
    assert not busy.granted


def test_every_route_has_budgets():
    """The classes of all rows are in the table, and a network has more than a caller."""
    assert {route.rate for route in ROUTES} <= set(CLASSES)
    assert all(budgets.caller < budgets.network for budgets in CLASSES.values())
