"""
One writer for the records of many requests.
"""

import asyncio
from contextlib import AsyncExitStack, suppress
from threading import Event, get_ident

import pytest

from inventory_api.activity_writer import ActivityWriter
from inventory_stream.log import LogError, LogUnavailable, Partition
from inventory_stream.testing import MemoryLog
from inventory_stream.web import Unavailable
from tests.support.views import spread, view

PATIENCE_S = 10.0


class Gated(MemoryLog):
    """
    A log whose appends wait at a gate, and fail while it is away. It notes the size of each.
    """

    def __init__(self):
        super().__init__()
        self.gate = Event()
        self.entered = Event()
        self.failure = None
        self.sizes = []
        self.threads = set()
        self.closed = False

    def append(self, records):
        """Append once the gate is open."""
        self.sizes.append(len(records))
        self.threads.add(get_ident())
        self.entered.set()
        assert self.gate.wait(PATIENCE_S)
        if self.failure:
            raise self.failure
        return super().append(records)

    def close(self):
        """Note that nobody needs it any more."""
        self.closed = True


@pytest.fixture
def log():
    """
    A log with its gate closed.
    """
    log = Gated()
    yield log
    log.gate.set()


def run(log, act, timeout_s=PATIENCE_S, **limits):
    """
    Run `act(append)` with a writer to the log; `append` begins an append of some records and returns its task.
    """

    async def main():
        writer = ActivityWriter(log, timeout_s, **limits)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(writer.running())
            return await act(lambda records: asyncio.create_task(writer.append(records)))

    return asyncio.run(main())


async def entered(log):
    """
    Wait until the log has been asked.
    """
    assert await asyncio.to_thread(log.entered.wait, PATIENCE_S)


def test_everyone_hears_where_their_own_records_lie(log):
    """
    Positions come back in the order of each request's records.
    """
    log.gate.set()

    async def act(append):
        return await asyncio.gather(*(append([view(n, session="s1")]) for n in range(3)), append(spread(4)))

    *ones, many = run(log, act)
    (partition,) = {Partition(*place[:2]) for places in ones for place in places}
    assert [places[0].offset for places in ones] == [0, 1, 2]
    assert len(many) == 4
    assert sum(log.end_positions(["activity"]).values()) == 7
    assert partition.topic == "activity"


def test_what_comes_meanwhile_goes_together(log):
    """
    While one append is under way the others gather, and are one append; none runs in the loop's own thread.
    """

    async def act(append):
        first = append([view(0)])
        await entered(log)
        others = [append([view(n)]) for n in range(1, 10)]
        await asyncio.sleep(0)
        log.gate.set()
        await asyncio.gather(first, *others)

    run(log, act)
    assert log.sizes == [1, 9]
    assert get_ident() not in log.threads


def test_an_append_has_a_size(log):
    """
    Requests go together whole, up to 5,000 records.
    """

    async def act(append):
        tasks = [append([view(0)])]
        await entered(log)
        tasks += [append(spread(2_000)) for _ in range(3)]
        await asyncio.sleep(0)
        log.gate.set()
        await asyncio.gather(*tasks)

    run(log, act)
    assert log.sizes == [1, 4_000, 2_000]


@pytest.mark.parametrize("failure", [LogUnavailable("away"), LogError("no such topic")])
def test_what_is_not_safe_is_not_acknowledged(log, failure):
    """
    Everyone whose records went together hears that they are not safe; the next append is another matter.
    """
    log.failure = failure
    log.gate.set()

    async def act(append):
        failed = await asyncio.gather(append([view(1)]), append([view(2)]), return_exceptions=True)
        log.failure = None
        return failed, await append([view(3)])

    failed, places = run(log, act)
    assert [type(error) for error in failed] == [Unavailable, Unavailable]
    assert len(places) == 1


def test_a_request_waits_for_a_bounded_time(log):
    """
    A log that hangs does not hang requests; what was given up before its turn is not appended.
    """

    async def act(append):
        tasks = [append([view(1)])]
        await entered(log)
        tasks.append(append([view(2)]))
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        log.gate.set()
        return answers

    answers = run(log, act, timeout_s=0.05)
    assert [type(answer) for answer in answers] == [Unavailable, Unavailable]
    assert log.sizes == [1]


def test_only_so_many_records_wait(log):
    """
    Beyond the bound a request is told at once to come back.
    """

    async def act(append):
        tasks = [append([view(0)])]
        await entered(log)
        tasks.append(append(spread(8)))
        await asyncio.sleep(0)
        with pytest.raises(Unavailable):
            await append(spread(3))
        log.gate.set()
        await asyncio.gather(*tasks, append([view(1)]))

    run(log, act, max_waiting=10)


def test_the_end_waits_for_what_is_under_way(log):
    """
    A writer that stops finishes its append, then closes the log.
    """

    async def act(append):
        task = append([view(1)])
        await entered(log)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        log.gate.set()

    run(log, act)
    assert sum(log.end_positions(["activity"]).values()) == 1
    assert log.closed
