"""
Listeners to changes: who may listen, who is too slow, and who is told that the connection lives.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from opentelemetry.metrics import Observation

from inventory_api.live.events import LiveEvents
from inventory_api.seats.channel import Channel
from inventory_api.seats.channels import Channels
from inventory_api.seats.limits import ListenerLimits
from inventory_api.seats.listener import Listener
from inventory_api.seats.maps import SeatMaps
from inventory_api.seats.resuming import Resuming
from inventory_stream.web import Unavailable
from inventory_stream.web.state import ServiceState

_TICK_S = 0.25
_LOOK_S = 5.0  # how often channels look whether they missed anything


class SeatChanges:
    """
    All listeners of this process.
    """

    def __init__(
        self,
        events: LiveEvents,
        maps: SeatMaps,
        limits: ListenerLimits,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        Args:
            clock: seconds, rising.
        """
        self.channels = Channels(events, maps, limits, clock)
        self._resuming = Resuming(events, limits.ahead_s)
        self._limits, self._clock = limits, clock
        self._pulsed = self._looked = clock()
        self._dropped = 0

    async def listener(self, event_id: str, since: int | None, chart: str = "") -> Listener:
        """
        Return a listener that is told what changes from a position on, or else to load everything again.

        Args:
            since: None for from now on.
            chart: the version that the listener has; empty for any.

        Raises:
            NotFound: there is no such event.
            Unavailable: too many listen already.
        """
        if self.channels.listeners >= self._limits.listeners:
            raise Unavailable("too many listen to changes already")
        channel = await self.channels.of(event_id)
        position = channel.position if since is None else await self._resuming.position(channel, since)
        if chart not in ("", channel.seat_map.version):
            position = None
        # Those who are let go together shall not come back together.
        retry_ms = random.randint(self._limits.retry_ms, 2 * self._limits.retry_ms)  # noqa: S311 - no secret
        return Listener(channel, position, retry_ms=retry_ms, clock=self._clock)

    @contextmanager
    def told(self, listener: Listener) -> Iterator[None]:
        """
        Tell a listener of changes meanwhile.
        """
        channel = listener.channel
        channel.listeners.add(listener)
        self.channels.listeners += 1
        if channel.closed:
            listener.end()
        try:
            yield
        finally:
            self.channels.listeners -= 1
            channel.listeners.discard(listener)
            channel.idle_since = self._clock()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """
        Look after listeners meanwhile.
        """
        ticking = asyncio.create_task(self._run(), name="listeners")
        try:
            yield
        finally:
            ticking.cancel()
            await asyncio.gather(ticking, return_exceptions=True)
            await self.channels.stop()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(_TICK_S)
            self.tick()

    def tick(self) -> None:
        """
        Do what is due by the clock.
        """
        now = self._clock()
        for channel in self.channels.all():
            if channel.idle and now - channel.idle_since >= self._limits.linger_s:
                self.channels.close(channel)
            self._drop_slow(channel, now)
        if now - self._looked >= _LOOK_S:
            self._looked = now
            for channel in self.channels.all():
                channel.stirred.set()
        if now - self._pulsed >= self._limits.keep_alive_s:
            self._pulsed = now
            for channel in self.channels.all():
                self._pulse(channel)

    def _drop_slow(self, channel: Channel, now: float) -> None:
        for listener in list(channel.listeners):
            if listener.sending_since is not None and now - listener.sending_since >= self._limits.slow_s:
                self._dropped += 1
                listener.drop()

    def _pulse(self, channel: Channel) -> None:
        channel.pulse += 1
        for listener in channel.listeners:
            listener.wake()

    def end_all(self) -> None:
        """
        End all connections: whoever listens comes back, to another process.
        """
        for channel in self.channels.all():
            self.channels.close(channel)

    def belong_to(self, service: ServiceState) -> None:
        """
        End when the service leaves, and show in its metrics how many listen and how many were dropped.
        """
        service.on_leave.append(self.end_all)
        meter = service.metrics.meter
        meter.create_observable_gauge(
            "seatstream.listeners",
            [lambda _: [Observation(self.channels.listeners)]],
            description="Connections that are told of changes of seats",
        )
        meter.create_observable_counter(
            "seatstream.listeners.dropped",
            [lambda _: [Observation(self._dropped)]],
            description="Connections that were too slow to be told",
        )
