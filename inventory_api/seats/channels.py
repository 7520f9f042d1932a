"""
The channels of events that are listened to: opened by the first listener, brought up after each change, closed a while
after the last listener.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager

from inventory_api.live.events import LiveEvents
from inventory_api.seats.channel import Channel
from inventory_api.seats.limits import ListenerLimits
from inventory_api.seats.maps import SeatMaps
from inventory_stream.projection.reading import Changes
from inventory_stream.projection.snapshots import Snapshot
from inventory_stream.web import NotFound, Unavailable

_AT_ONCE = 50  # listeners that are woken together; other requests may run before the next ones
_logger = logging.getLogger(__name__)


class Channels:
    """
    A keeper of channels.

    Attributes:
        listeners: of all channels together.
    """

    def __init__(self, events: LiveEvents, maps: SeatMaps, limits: ListenerLimits, clock: Callable[[], float]) -> None:
        """
        Args:
            clock: seconds, rising.
        """
        self._rest: Callable[[float], Awaitable[None]] = asyncio.sleep
        self.listeners = 0
        self._events, self._maps, self._limits, self._clock = events, maps, limits, clock
        self._open: dict[str, Channel] = {}
        self._opening: dict[str, asyncio.Task[Channel]] = {}
        self._pumps: dict[Channel, asyncio.Task[None]] = {}
        events.listen(lambda _, live: self._stir(live.event.event_id))

    def all(self) -> list[Channel]:
        """
        Return the open channels.
        """
        return list(self._open.values())

    async def of(self, event_id: str) -> Channel:
        """
        Return the channel of an event.

        Raises:
            NotFound: there is no such event.
            Unavailable: there is no room for its seats.
        """
        channel = self._open.get(event_id)
        if channel is not None:
            return channel
        opening = self._opening.get(event_id)
        if opening is None:
            opening = self._opening[event_id] = asyncio.create_task(self._make(event_id))
            opening.add_done_callback(lambda _: self._opening.pop(event_id))
        return await asyncio.shield(opening)

    async def _make(self, event_id: str) -> Channel:
        watching = self._events.watch(event_id)
        watching.__enter__()  # before it is read, so that nothing is missed in between
        try:
            live = await self._events.read(event_id)
            seat_map = await self._maps.of(live)
            self._make_room(live.seats)
        except BaseException:
            watching.__exit__(None, None, None)
            raise
        version = self._events.follower.reader.version
        channel = self._open[event_id] = Channel(live, seat_map, version, self._clock())
        self._pumps[channel] = asyncio.create_task(self._pump(channel, watching), name=f"changes-{event_id}")
        return channel

    def _make_room(self, seats: int) -> None:
        """
        Close channels without listeners, those left first, until there is room.
        """
        idle = sorted((channel for channel in self.all() if channel.idle), key=lambda channel: channel.idle_since)
        while self._open and sum(channel.live.seats for channel in self.all()) + seats > self._limits.seats:
            if not idle:
                raise Unavailable("too many events are listened to already")
            self.close(idle.pop(0))

    def close(self, channel: Channel) -> None:
        """
        Close a channel: its listeners are told nothing more, and their connections end.
        """
        if self._open.get(channel.event_id) is channel:
            del self._open[channel.event_id]
        channel.closed = True
        channel.stirred.set()
        for listener in channel.listeners:
            listener.end()

    async def stop(self) -> None:
        """
        Close all channels.
        """
        for channel in self.all():
            self.close(channel)
        pumps = list(self._pumps.values())
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)

    def _stir(self, event_id: str) -> None:
        channel = self._open.get(event_id)
        if channel is not None:
            channel.stirred.set()

    def mark(self, changes: Changes) -> None:
        """
        Note that anything may have changed: channels look, since what is not kept will not tell.
        """
        for channel in self.all() if changes.keys is None else ():
            channel.stirred.set()

    def begin(self) -> None:
        """
        Do nothing: nothing waits to be brought up.
        """

    async def refresh(self, snapshot: Snapshot) -> None:
        """
        Do nothing: channels follow when events are brought up.
        """

    async def _pump(self, channel: Channel, watching: AbstractContextManager[None]) -> None:
        """
        Bring a channel up whenever there is something new, and tell its listeners.
        """
        try:
            while not channel.closed:
                if await self._bring_up(channel):
                    began = self._clock()
                    await _wake(channel)
                    # Telling many may take long: then half of the time is left for others.
                    await self._rest(max(self._limits.pause_s, self._clock() - began))
                await channel.stirred.wait()
        finally:
            watching.__exit__(None, None, None)
            del self._pumps[channel]

    async def _bring_up(self, channel: Channel) -> bool:
        channel.stirred.clear()
        reader = self._events.follower.reader
        if not reader.trusted:
            return False  # a change may be missing: say nothing, until somebody stirs when that is over
        try:
            live = await self._events.read(channel.event_id)
            return channel.advance(live, await self._maps.of(live), reader.version)
        except NotFound:  # another version of the projection does not have it
            self.close(channel)
        except Exception as error:  # noqa: BLE001 - whatever it was: what was said before still holds
            _logger.warning("changes of %s cannot be read: %s", channel.event_id, error)
        return False


async def _wake(channel: Channel) -> None:
    listeners = list(channel.listeners)
    for start in range(0, len(listeners), _AT_ONCE):
        for listener in listeners[start : start + _AT_ONCE]:
            listener.wake()
        await asyncio.sleep(0)
