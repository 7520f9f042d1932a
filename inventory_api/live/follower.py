"""
Brings everything that is kept in memory up to the projection, together.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol, TypeVar

import psycopg
import sqlalchemy.exc

from inventory_stream.log import Partition
from inventory_stream.projection.errors import ProjectionError
from inventory_stream.projection.feed import ProjectionStatus
from inventory_stream.projection.reading import Changes, PositionTimeout, ProjectionReader
from inventory_stream.projection.snapshots import Snapshot

T = TypeVar("T")
_ANYTHING = Changes(version_changed=True, keys=None)
_PASSING = (psycopg.Error, sqlalchemy.exc.DBAPIError, ProjectionError, OSError, TimeoutError)
_LONG_AGO = float("-inf")
_logger = logging.getLogger(__name__)


class Keeper(Protocol):
    """
    Keeps something of the projection in memory.
    """

    def mark(self, changes: Changes) -> None:
        """Note what changed; called before anyone may hear of it, so that nothing newer is claimed than is kept."""
        ...

    def begin(self) -> None:
        """Take up what was marked so far: the next snapshot holds it. What is marked from now on may be missing in it."""
        ...

    async def refresh(self, snapshot: Snapshot) -> None:
        """Bring up what was taken up; let others run in between when it takes long."""
        ...


class Follower:
    """
    Follows a projection as its `ProjectionReader` does, one step behind: its positions are those that all keepers reflect.

    While keepers are brought up, what they kept may still be given out: it is as old as `positions` say, not older.
    """

    def __init__(
        self,
        keepers: Sequence[Keeper],
        *,
        max_stale_s: float = 1.0,
        pause_s: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        Args:
            max_stale_s: how long kept answers may be given out after a change that they do not reflect.
            pause_s: longest rest between two refreshes, in which changes gather.
        """
        self._keepers = tuple(keepers)
        self._max_stale_s = max_stale_s
        self._pause_s = pause_s
        self._clock = clock
        self._reader: ProjectionReader | None = None
        self._held: dict[Partition, int] = {}
        self._dirty_since: float | None = None
        self._woken = asyncio.Event()
        self._moved = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None

    def follow(self, reader: ProjectionReader) -> None:
        """
        Follow this reader, whose `on_changes` is `self.mark`.
        """
        self._reader = reader

    @property
    def reader(self) -> ProjectionReader:
        """The reader that is followed."""
        if self._reader is None:
            raise RuntimeError("the follower follows no reader")
        return self._reader

    @property
    def projection(self) -> str:
        """The projection's name."""
        return self.reader.projection

    @property
    def positions(self) -> dict[Partition, int]:
        """What everything kept reflects at least."""
        reader = self._reader  # asked for each request: the short way
        return self._held if reader is None or self._dirty_since is not None else reader.positions

    @property
    def trusted(self) -> bool:
        """Whether no change can have been missed."""
        return self.reader.trusted

    @property
    def ready(self) -> bool:
        """Whether the projection has caught up once since the start, and the keepers with it."""
        return self.reader.ready and (self._dirty_since is None or bool(self._held))

    @property
    def fresh(self) -> bool:
        """Whether what is kept may be given out."""
        return self.allows(_LONG_AGO)

    def allows(self, made_at: float) -> bool:
        """
        Return whether something may be given out that was read at this time: that, too, counts as brought up then.
        """
        reader, since = self._reader, self._dirty_since
        if reader is None or not reader.trusted:
            return False
        return since is None or self._clock() - max(since, made_at) < self._max_stale_s

    def mark(self, changes: Changes) -> None:
        """
        Note that something changed.
        """
        if self._dirty_since is None:
            self._held = self.reader.positions
            self._dirty_since = self._clock()
        for keeper in self._keepers:
            keeper.mark(changes)
        self._woken.set()

    async def start(self) -> None:
        """
        Begin to follow.
        """
        await self.reader.start()
        self._task = asyncio.create_task(self._run(), name=f"refresh-{self.projection}")

    async def stop(self) -> None:
        """
        Stop following.
        """
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.reader.stop()

    async def wait_for(self, positions: Mapping[Partition, int], timeout_s: float) -> None:
        """
        Return when everything kept reflects the positions.

        Raises:
            PositionTimeout: it does not after `timeout_s`.
        """
        try:
            async with asyncio.timeout(timeout_s):
                await self.reader.wait_for(positions, timeout_s)
                async with self._moved:
                    await self._moved.wait_for(lambda: self._reached(positions))
        except TimeoutError as error:
            raise PositionTimeout(f"{self.projection} did not reach the position in {timeout_s} s") from error

    async def run(self, work: Callable[[Snapshot], Awaitable[T]]) -> T:
        """
        Return what `work` makes of a snapshot of the projection, see `ProjectionReader.run`.
        """
        return await self.reader.run(work)

    async def status(self) -> ProjectionStatus:
        """
        Return how the projection is.
        """
        return await self.reader.status()

    def _reached(self, positions: Mapping[Partition, int]) -> bool:
        mine = self.positions
        return all(mine.get(partition, 0) >= offset for partition, offset in positions.items())

    async def _run(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            began = self._clock()
            try:
                await self._refresh()
            except Exception as error:  # whatever it was: nothing kept can be trusted to be up to date
                _logger.warning(
                    "%s: what is kept could not be refreshed: %s",
                    self.projection,
                    error,
                    exc_info=not isinstance(error, _PASSING),
                )
                for keeper in self._keepers:
                    keeper.mark(_ANYTHING)
                self._woken.set()
                await asyncio.sleep(0.1)
            # As long as it took at most, so that changes gather while there are many, and none waits where there are few.
            await asyncio.sleep(min(self._pause_s, self._clock() - began))

    async def _refresh(self) -> None:
        began, reached = self._clock(), self.reader.positions
        for keeper in self._keepers:
            keeper.begin()
        async with self.reader.query() as snapshot:
            for keeper in self._keepers:
                await keeper.refresh(snapshot)
            # Told before the snapshot is let go, which is one more way to the database and back.
            self._held = reached
            self._dirty_since = began if self._woken.is_set() else None
            async with self._moved:
                self._moved.notify_all()
