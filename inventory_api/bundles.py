"""
Packages that bundle several events: which words of what they contain are events, and how those stand.
"""

import asyncio

from inventory_api.live.event import LiveEvent
from inventory_api.live.events import LiveEvents
from inventory_stream.projection.reading import Changes
from inventory_stream.projection.snapshots import Snapshot
from inventory_stream.web import NotFound

_MAX_WORDS = 10_000

Bundled = dict[str, LiveEvent]
"""Event id → picture, of the events that an event's packages contain."""


class Bundles:
    """
    A keeper of the words that name no event, such as "parking", so that they need not be looked up again.
    """

    def __init__(self, events: LiveEvents) -> None:
        """
        Args:
            events: where those that are named are read.
        """
        self._events = events
        self._words: set[str] = set()
        self._changes = 0

    def bundles_nothing(self, live: LiveEvent) -> bool:
        """
        Return whether it is known that an event's packages contain no other event.
        """
        return live.words() <= self._words

    def are_kept(self, bundled: Bundled) -> bool:
        """
        Return whether these are what is kept now: then an answer that shows them is made anew when one of them changes.
        """
        return all(self._events.kept(word) is event for word, event in bundled.items())

    async def read(self, event_id: str) -> tuple[LiveEvent, Bundled]:
        """
        Return an event, and the others that its packages contain, all as they are kept at this moment.

        Raises:
            NotFound: there is no such event.
        """
        live = await self._events.read(event_id)
        while True:
            found = await self._named(live)
            newest = self._events.kept(event_id) or live
            if newest.words() == live.words():
                return newest, {word: self._events.kept(word) or event for word, event in found.items()}
            live = newest

    async def _named(self, live: LiveEvent) -> Bundled:
        words = sorted(live.words() - self._words)
        found = await asyncio.gather(*(self._read(word) for word in words))
        return {word: event for word, event in zip(words, found, strict=True) if event}

    async def _read(self, word: str) -> LiveEvent | None:
        changes = self._changes
        try:
            return await self._events.read(word)
        except NotFound:
            if changes == self._changes and self._events.follower.trusted and len(self._words) < _MAX_WORDS:
                self._words.add(word)
            return None

    def mark(self, changes: Changes) -> None:
        """
        Look words up again that may name an event now.
        """
        self._changes += 1
        if changes.keys is None:
            self._words.clear()
        else:
            self._words -= changes.keys

    def begin(self) -> None:
        """
        Do nothing: nothing waits to be brought up.
        """

    async def refresh(self, snapshot: Snapshot) -> None:
        """
        Do nothing: a word is looked up when it is next met.
        """
