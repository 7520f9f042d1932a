"""
Whether more is asked of a service than it does, by a clock of the test's own.
"""

import pytest
from clocks import Clock

from gateway.guard.demand import IN_A_ROW, WINDOW_S, Demand

FIRST, SECOND = 0, 1
PASSED_S = 2 * WINDOW_S


@pytest.fixture
def clock():
    """The clock of a demand."""
    return Clock(0.0)


@pytest.fixture
def demand(clock):
    """A demand of two ranks."""
    return Demand(clock, 2)


def window(demand, clock, came, gone, *, queued=True):
    """Let a window pass in which so many came, by rank, and went; the next one begins with one of the last rank."""
    for rank, number in enumerate(came):
        for _ in range(number):
            demand.came(rank, queued=queued)
    for _ in range(gone):
        demand.went()
    clock.now += PASSED_S
    demand.came(SECOND, queued=queued)


def test_more_that_comes_than_goes_is_too_much_after_a_while(demand, clock):
    """One window can be unlucky; it is over as soon as no more comes than goes."""
    seen = []
    for _ in range(IN_A_ROW):
        seen.append(demand.too_much(SECOND))
        window(demand, clock, (5, 5), 3)
    high = demand.too_much(SECOND)
    window(demand, clock, (2, 2), 5)

    assert (seen, high, demand.too_much(SECOND)) == ([False] * IN_A_ROW, True, False)


def test_those_who_go_first_are_not_too_many_for_others_sake(demand, clock):
    """A rank is measured with those before it, not with those after."""
    for _ in range(IN_A_ROW):
        window(demand, clock, (3, 20), 4)

    assert (demand.too_much(FIRST), demand.too_much(SECOND)) == (False, True)


def test_a_pause_is_not_too_much(demand, clock):
    """While nothing goes at all, nothing is said; what was known before stays."""
    for _ in range(5):
        window(demand, clock, (0, 10), 0)
    paused = demand.too_much(SECOND)
    for _ in range(IN_A_ROW):
        window(demand, clock, (0, 10), 1)
    window(demand, clock, (0, 10), 0)

    assert (paused, demand.too_much(SECOND)) == (False, True)


def test_without_a_queue_nothing_is_too_much(demand, clock):
    """What comes and has not gone yet is being worked on."""
    for _ in range(5):
        window(demand, clock, (0, 10), 1, queued=False)

    assert not demand.too_much(SECOND)


def test_there_is_room_for_what_goes(demand, clock):
    """As many as went within such a time in the last window, however long that was."""
    window(demand, clock, (0, 1), 10)
    short = demand.room(PASSED_S)
    demand.went()
    clock.now += 10 * WINDOW_S
    demand.came(FIRST, queued=False)

    assert (short, demand.room(10 * WINDOW_S)) == (pytest.approx(10), pytest.approx(1))
