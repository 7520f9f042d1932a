"""
Whether a listener that comes back missed anything that is not known here: it may have listened to another replica.
"""

import asyncio

from inventory_api.live.events import LiveEvents
from inventory_api.seats.channel import Channel
from inventory_stream.log import Partition
from inventory_stream.projection.history import keys_since
from inventory_stream.projection.reading import PositionTimeout


class Resuming:
    """
    Finds where a listener goes on.
    """

    def __init__(self, events: LiveEvents, ahead_s: float) -> None:
        """
        Args:
            ahead_s: how long to wait for a position that another replica has reached already.
        """
        self._events = events
        self._ahead_s = ahead_s
        self._asking = asyncio.Lock()

    async def position(self, channel: Channel, since: int) -> int | None:
        """
        Return the position that a listener has, or None if it has to load everything again.
        """
        partition = Partition("inventory", channel.partition)
        if channel.partition >= 0 and since > self._events.follower.positions.get(partition, 0):
            try:
                await self._events.follower.wait_for({partition: since}, self._ahead_s)
            except PositionTimeout:
                return None  # it has heard of another stream
        if since >= channel.since:
            return since
        async with self._asking:  # most come back at once, from few positions
            if channel.lost < since < channel.since:
                await self._look_back(channel, partition, since)
        return since if since >= channel.since else None

    async def _look_back(self, channel: Channel, partition: Partition, since: int) -> None:
        keys = await self._events.follower.run(lambda snapshot: keys_since(snapshot, partition, since))
        if keys is None or channel.event_id in keys:
            channel.lost = max(channel.lost, since)
        else:
            channel.since = min(channel.since, since)
