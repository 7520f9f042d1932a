"""
Admission to a service, by a clock of the test's own.
"""

import asyncio
from contextlib import ExitStack

import pytest
from clocks import Clock

from gateway.guard.admission import (
    FLOOR_S,
    FORGET_S,
    LEAST,
    LINGERING,
    LINGERING_OF_NETWORK,
    START,
    STEP,
    Admission,
)
from gateway.guard.pulse import LATE_S, Pulse
from gateway.problems import Overloaded

FAST, SLOW = FLOOR_S, FLOOR_S * 4


def run(scenario):
    """Run a scenario with an admission and its clock."""
    clock = Clock(0.0)
    asyncio.run(scenario(Admission(clock, Pulse(clock)), clock))


async def fill(admission):
    """Let in as many as may."""
    while admission.inside < admission.limit:
        await admission.enter("browse")


def test_there_is_room_at_first():
    """Requests enter without waiting up to the limit."""

    async def scenario(admission, clock):
        await fill(admission)

        assert admission.inside == START

    run(scenario)


def test_purchases_go_first():
    """When a place becomes free, what leads to a purchase gets it before what came earlier."""

    async def scenario(admission, clock):
        await fill(admission)
        order = []
        waiting = [asyncio.create_task(enter(admission, kind, order)) for kind in ("browse", "purchase")]
        await asyncio.sleep(0)
        admission.leave("/", 0)
        await waiting[1]
        admission.leave("/", 0)
        await waiting[0]

        assert order == ["purchase", "browse"]

    run(scenario)


def test_background_work_does_not_wait():
    """What nobody waits for is refused at once when there is no room."""

    async def scenario(admission, clock):
        await fill(admission)

        with pytest.raises(Overloaded):
            await admission.enter("background")

    run(scenario)


def test_whoever_waits_too_long_is_refused():
    """A place that does not become free in time is not waited for any longer; nothing is left behind."""

    async def scenario(admission, clock):
        await fill(admission)

        with pytest.raises(Overloaded):
            await admission.enter("browse")
        assert (admission.waiting, admission.inside) == (0, START)

    run(scenario)


def test_whoever_leaves_the_queue_gives_up_the_place():
    """A request that is cancelled while it waits leaves no hole."""

    async def scenario(admission, clock):
        await fill(admission)
        task = asyncio.create_task(admission.enter("purchase"))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        admission.leave("/", 0)

        assert (admission.waiting, admission.inside) == (0, START - 1)

    run(scenario)


def test_a_place_given_in_the_moment_of_leaving_is_passed_on():
    """A request that is cancelled in the moment when its turn comes gives the place to the next one."""

    async def scenario(admission, clock):
        await fill(admission)
        first, second = (asyncio.create_task(admission.enter("purchase")) for _ in range(2))
        await asyncio.sleep(0)
        admission.leave("/", 0)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await second

        assert admission.inside == START

    run(scenario)


def test_the_limit_follows_what_the_service_can_do():
    """Answers that take longer than the fastest shrink the limit, much longer ones more; fast ones let it grow again."""

    async def scenario(admission, clock):
        await answers(admission, FAST, 1)
        await answers(admission, 2 * FAST, 20)
        shrunk = admission.limit
        await answers(admission, FAST, 20)
        grown = admission.limit
        await answers(admission, SLOW, 5)

        assert (shrunk, grown) == (START + STEP - 20 * STEP, START + STEP)
        assert admission.limit == grown - 5

    run(scenario)


def test_a_limit_that_is_not_used_is_forgotten():
    """It was right for what was asked then; what is asked next may take longer."""

    async def scenario(admission, clock):
        admission.limit = 2 * START
        for _ in range(1000):
            await admission.enter("browse")
            admission.leave("/", FAST)

        assert admission.limit == START

    run(scenario)


def test_the_limit_does_not_grow_unused():
    """Fast answers of a calm time say nothing about how many would be too many."""

    async def scenario(admission, clock):
        for _ in range(100):
            await admission.enter("browse")
            admission.leave("/", FAST)

        assert admission.limit == START

    run(scenario)


def test_there_is_always_some_room():
    """However slow the service is, a few requests may try."""

    async def scenario(admission, clock):
        await answers(admission, FAST, 1)
        await answers(admission, SLOW * 100, 500)

        assert admission.limit == LEAST

    run(scenario)


def test_a_standstill_says_nothing_about_the_service():
    """Answers that were on their way while the event loop stood do not shrink the limit."""

    async def run():
        clock = Clock(0.0)
        pulse = Pulse(clock)
        admission = Admission(clock, pulse)
        await answers(admission, FAST, 1)
        pulse.start()
        clock.now += SLOW
        pulse._beat()
        before = admission.limit
        await answers(admission, SLOW, 30)
        pulse.stop()

        assert admission.limit == before

    asyncio.run(run())


def test_a_late_timer_is_not_the_last_word():
    """Whose patience ends late, since the loop stood, waits once more for the answers that have come meanwhile."""

    async def scenario(admission, clock):
        await fill(admission)
        waiting = asyncio.create_task(admission.enter("purchase"))
        await asyncio.sleep(0)
        turn = admission._waiting["purchase"][0].came
        clock.now += 10
        admission._expire(turn, clock.now - 2 * LATE_S, 1.0, last=False)
        admission.leave("/", 0)
        await waiting

        assert admission.inside == START

    run(scenario)


def test_each_route_has_its_own_speed():
    """A route that always takes long does not count as a queue."""

    async def scenario(admission, clock):
        await answers(admission, FAST, 1, "/fast")
        await answers(admission, SLOW, 50, "/slow")

        assert admission.limit >= START

    run(scenario)


def test_a_service_that_has_become_slower_is_believed():
    """After a while the fastest answer is forgotten; the limit is halved for a moment, so that the next is no queued one."""

    async def scenario(admission, clock):
        await answers(admission, FAST, 1)
        clock.now += FORGET_S
        await answers(admission, SLOW, 50)
        halved = admission.limit
        clock.now += SLOW * 4
        await answers(admission, SLOW, 10)

        assert (halved, admission.limit) == ((START + STEP) / 2, (START + STEP) / 2 + 10 * STEP)

    run(scenario)


async def answers(admission, seconds, number, route="/"):
    """Have answers arrive while every place is taken."""
    for _ in range(number):
        while admission.inside < admission.limit:
            await admission.enter("purchase")
        admission.leave(route, seconds)


async def enter(admission, priority, order):
    """Enter and say so."""
    await admission.enter(priority)
    order.append(priority)


def test_who_lingers_takes_no_place():
    """Places for those who wait for something are others, are limited too, and are given back."""

    async def scenario(admission, clock):
        with ExitStack() as stack:
            for number in range(LINGERING):
                stack.enter_context(admission.lingering(f"n{number}"))
            with pytest.raises(Overloaded), admission.lingering("other"):
                pass
            assert (admission.inside, admission.waiting, admission.limit) == (0, 0, START)
        with admission.lingering("other"):
            pass

    run(scenario)


def test_one_network_does_not_linger_everywhere():
    """It has some of the places, and the others are left to others; a place that is given back can be had again."""

    async def scenario(admission, clock):
        with ExitStack() as stack:
            for _ in range(LINGERING_OF_NETWORK):
                stack.enter_context(admission.lingering("one"))
            with pytest.raises(Overloaded), admission.lingering("one"):
                pass
            with admission.lingering("other"):
                pass
        with admission.lingering("one"):
            pass
        assert not admission._lingering

    run(scenario)
