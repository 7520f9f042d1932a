"""
The circuit breaker, by a clock of the test's own.
"""

import pytest
from clocks import Clock

from gateway.guard.breaker import FAILURES, PAUSE_S, Breaker
from gateway.guard.budget import SHARE, SPARE, RetryBudget


@pytest.fixture
def clock():
    """A clock that stands."""
    return Clock()


@pytest.fixture
def opened(clock):
    """A breaker that has just opened."""
    breaker = Breaker(clock)
    for _ in range(FAILURES):
        breaker.failed()
    return breaker


def test_some_failures_do_not_open_it(clock):
    """An answer between failures starts the count anew."""
    breaker = Breaker(clock)
    for _ in range(FAILURES - 1):
        breaker.failed()
    breaker.succeeded()
    breaker.failed()

    assert breaker.allows()
    assert not breaker.open


def test_failures_in_a_row_open_it(opened):
    """Then nothing is let through."""
    assert opened.open
    assert not opened.allows()


def test_one_request_a_pause_tries_again(opened, clock):
    """After a pause one request may, and the next only after another pause."""
    clock.now += PAUSE_S

    assert [opened.allows(), opened.allows()] == [True, False]

    clock.now += PAUSE_S
    assert opened.allows()


def test_an_answer_closes_it(opened):
    """The first answer lets everything through."""
    opened.succeeded()

    assert [opened.allows(), opened.allows()] == [True, True]


def test_retries_are_a_share_of_requests():
    """What is there at the start can be spent; after that only a share of the requests."""
    budget = RetryBudget()
    at_start = [budget.spend() for _ in range(int(SPARE) + 1)]
    for _ in range(round(2 / SHARE) + 1):
        budget.earn()

    assert at_start == [True] * int(SPARE) + [False]
    assert [budget.spend() for _ in range(3)] == [True, True, False]


def test_unused_retries_do_not_pile_up():
    """A long calm saves no more than what is there at the start."""
    budget = RetryBudget()
    for _ in range(1000):
        budget.earn()

    assert sum(budget.spend() for _ in range(1000)) == int(SPARE)
