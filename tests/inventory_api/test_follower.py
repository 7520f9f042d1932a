"""
What is kept is brought up together, and nothing newer is claimed than all of it reflects.
"""

import asyncio
from contextlib import asynccontextmanager

import pytest

from inventory_api.live.follower import Follower
from inventory_stream.log import Partition
from inventory_stream.projection.reading import Changes, PositionTimeout

PLACE = Partition("inventory", 0)
CHANGES = Changes(version_changed=False, keys={"e1"})
PATIENCE_S = 20.0


class FakeReader:
    """
    A reader that tells what the test says, and gives its last word as a snapshot.
    """

    projection = "inventory"

    def __init__(self):
        self.positions = {}
        self.trusted = True
        self.ready = True
        self.follower = None
        self.late = []
        self._moved = asyncio.Condition()

    async def start(self):
        """Nothing to connect to."""

    async def stop(self):
        """Nothing to let go of."""

    @asynccontextmanager
    async def query(self):
        """Give the positions for a snapshot; some changes are heard of once it is made."""
        positions = dict(self.positions)
        while self.late:
            await self.change(self.positions[PLACE] + 1, self.late.pop())
        yield positions

    async def change(self, offset, changes=CHANGES):
        """A commit is heard of: first the changes, then the position."""
        self.follower.mark(changes)
        async with self._moved:
            self.positions = {PLACE: offset}
            self._moved.notify_all()

    async def wait_for(self, positions, timeout_s):
        """Return when they are announced."""
        async with self._moved:
            await self._moved.wait_for(lambda: all(self.positions.get(p, 0) >= at for p, at in positions.items()))


class Keeper:
    """
    Keeps what it was marked with, and refreshes when the gate is open.
    """

    def __init__(self):
        self.marks = []
        self.new = []
        self.taken_up = []
        self.began = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()
        self.failures = 0

    def mark(self, changes):
        """Note it."""
        self.marks.append(changes)
        self.new.append(changes)

    def begin(self):
        """Take up what is noted."""
        self.taken_up.append(self.new)
        self.new = []

    async def refresh(self, snapshot):
        """Wait for the gate, then fail as often as told."""
        self.began.set()
        await self.gate.wait()
        if self.failures:
            self.failures -= 1
            raise OSError("the database went away")


class Clock:
    """
    Shows what it is set to.
    """

    now = 0.0

    def __call__(self):
        """The time."""
        return self.now


def followed(act, clock=None, **options):
    """
    Run `act(follower, reader, keeper)` while the follower runs.
    """

    async def run():
        reader, keeper = FakeReader(), Keeper()
        follower = Follower([keeper], clock=clock or Clock(), **options)
        follower.follow(reader)
        reader.follower = follower
        await follower.start()
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await act(follower, reader, keeper)
        finally:
            await follower.stop()

    return asyncio.run(run())


def test_a_position_is_claimed_when_all_is_brought_up():
    """
    While a keeper is at work the old position stands; afterwards the new one.
    """

    async def act(follower, reader, keeper):
        await reader.change(1)
        await follower.wait_for({PLACE: 1}, PATIENCE_S)
        keeper.gate.clear()
        keeper.began.clear()
        await reader.change(2)
        await keeper.began.wait()
        during = follower.positions
        keeper.gate.set()
        await follower.wait_for({PLACE: 2}, PATIENCE_S)
        return during, follower.positions

    assert followed(act) == ({PLACE: 1}, {PLACE: 2})


def test_a_change_during_a_refresh_waits_for_the_next():
    """
    What came while keepers were at work is not claimed with what they did.
    """

    async def act(follower, reader, keeper):
        keeper.gate.clear()
        await reader.change(1)
        await keeper.began.wait()
        waiting = asyncio.create_task(follower.wait_for({PLACE: 2}, PATIENCE_S))
        await reader.change(2)
        keeper.began.clear()
        keeper.gate.set()
        await keeper.began.wait()
        done = waiting.done()
        await waiting
        return done, follower.positions

    assert followed(act) == (False, {PLACE: 2})


def test_what_a_snapshot_may_lack_is_taken_up_for_the_next():
    """
    A change that is heard of once the snapshot is made, but before a keeper's turn, is not lost in it.
    """
    late = Changes(version_changed=False, keys={"e2"})

    async def act(follower, reader, keeper):
        reader.late.append(late)
        await reader.change(1)
        await follower.wait_for({PLACE: 2}, PATIENCE_S)
        return keeper.taken_up

    assert followed(act) == [[CHANGES], [late]]


def test_positions_that_changed_nothing_are_claimed_at_once():
    """
    A commit without keys needs no refresh.
    """

    async def act(follower, reader, keeper):
        reader.positions = {PLACE: 5}
        return follower.positions, keeper.began.is_set()

    assert followed(act) == ({PLACE: 5}, False)


def test_a_refresh_that_fails_is_done_again_for_everything():
    """
    After a failure keepers hear that anything may have changed, and the position waits.
    """

    async def act(follower, reader, keeper):
        keeper.failures = 1
        await reader.change(1)
        await follower.wait_for({PLACE: 1}, PATIENCE_S)
        return keeper.marks

    assert followed(act) == [CHANGES, Changes(version_changed=True, keys=None)]


def test_waiting_for_a_position_ends():
    """
    A position that is not reached in time is an error.
    """

    async def act(follower, reader, keeper):
        with pytest.raises(PositionTimeout):
            await follower.wait_for({PLACE: 1}, 0.01)

    followed(act)


@pytest.mark.parametrize(("trusted", "age", "fresh"), [(True, 0.9, True), (True, 1.0, False), (False, 0.0, False)])
def test_what_is_kept_may_be_given_for_a_moment(trusted, age, fresh):
    """
    Kept answers are used while a refresh is in flight, for as long as the settings say; never without trust.
    """
    clock = Clock()

    async def act(follower, reader, keeper):
        keeper.gate.clear()
        await reader.change(1)
        clock.now += age
        reader.trusted = trusted
        return follower.fresh

    assert followed(act, clock, max_stale_s=1.0) is fresh


def test_ready_means_that_all_was_brought_up_once():
    """
    Not ready before the first refresh is over; ready during later ones.
    """

    async def act(follower, reader, keeper):
        keeper.gate.clear()
        await reader.change(1)
        await keeper.began.wait()
        first = follower.ready
        keeper.gate.set()
        await follower.wait_for({PLACE: 1}, PATIENCE_S)
        keeper.gate.clear()
        await reader.change(2)
        return first, follower.ready

    assert followed(act) == (False, True)


def test_a_follower_follows_a_reader():
    """
    Without one there is nothing to say.
    """
    with pytest.raises(RuntimeError, match="follows no reader"):
        _ = Follower([]).trusted
