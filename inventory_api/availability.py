"""
What is left of an event: made from its rows, encoded once, and kept as bytes until a record changes the event.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec
from starlette.types import Scope

from inventory_api import queries
from inventory_api.schemas import Availability, Counts, LevelAvailability, SectionAvailability
from inventory_api.sections import BLOCKED, FREE, HELD, LISTED, SOLD
from inventory_api.tables import EventRow
from inventory_stream.projection.reading import Changes, ProjectionReader, Snapshot
from inventory_stream.web import Answer

_BEFORE, _AFTER = "/v1/events/", "/availability"
# Kept by browsers and proxies, but asked again each time: a seat that is gone must not look free.
CACHE_CONTROL = b"public, max-age=0, must-revalidate"
_NAMES = ("free", "held", "sold", "blocked", "listed")
_CODES = (FREE, HELD, SOLD, BLOCKED, LISTED)


class Entry(NamedTuple):
    """
    An answer in its two forms, and until when (seconds since 1970) it may be given.
    """

    whole: Answer
    not_modified: Answer
    etag: bytes
    until: float

    def answer(self, headers: Sequence[tuple[bytes, bytes]]) -> Answer:
        """
        Return the whole answer, or 304 to a client that has it.
        """
        for name, value in headers:
            if name == b"if-none-match" and (self.etag in value or value == b"*"):
                return self.not_modified
        return self.whole


class AvailabilityCache:
    """
    Answers by event. Requests for an event that is not kept share one query.
    """

    def __init__(self, max_events: int) -> None:
        """
        Args:
            max_events: how many answers are kept; the oldest go first.
        """
        self._max_events = max_events
        self._entries: dict[str, Entry] = {}
        self._flights: dict[str, asyncio.Task[Entry]] = {}
        self._reader: ProjectionReader | None = None

    def follow(self, reader: ProjectionReader) -> None:
        """
        Answer from this reader, whose `on_changes` is `self.forget`.
        """
        self._reader = reader

    @property
    def reader(self) -> ProjectionReader:
        """
        The reader that answers come from.
        """
        if self._reader is None:
            raise RuntimeError("the cache follows no reader")
        return self._reader

    def forget(self, changes: Changes) -> None:
        """
        Let go of answers that a change touches; a query begun before it will not be kept either.
        """
        if changes.version_changed or changes.keys is None:
            self._entries.clear()
            self._flights.clear()
            return
        for key in changes.keys:
            self._entries.pop(key, None)
            self._flights.pop(key, None)

    def prepared(self, scope: Scope) -> Answer | None:
        """
        Return the answer to an availability request if it is kept.
        """
        path: str = scope["path"]
        if not (path.endswith(_AFTER) and path.startswith(_BEFORE)) or scope["method"] not in ("GET", "HEAD"):
            return None
        entry = self._kept(path[len(_BEFORE) : -len(_AFTER)])
        return entry.answer(scope["headers"]) if entry else None

    def _kept(self, event_id: str) -> Entry | None:
        entry = self._entries.get(event_id)
        return entry if entry and self.reader.trusted and entry.until > time.time() else None

    async def read(self, event_id: str) -> Entry:
        """
        Return the answer for an event.

        Raises:
            NotFound: there is no such event.
        """
        if not self.reader.trusted:  # a change may have been missed: neither keep nor share
            return await self._make(event_id)
        entry = self._kept(event_id)
        if entry is not None:
            return entry
        flight = self._flights.get(event_id)
        if flight is None:
            flight = self._flights[event_id] = asyncio.create_task(self._make(event_id))
            flight.add_done_callback(lambda done: self._land(event_id, done))
        return await asyncio.shield(flight)

    def _land(self, event_id: str, flight: asyncio.Task[Entry]) -> None:
        failed = flight.cancelled() or flight.exception() is not None
        if self._flights.get(event_id) is not flight:
            return
        del self._flights[event_id]
        if not failed and self.reader.trusted:
            while len(self._entries) >= self._max_events:
                del self._entries[next(iter(self._entries))]
            self._entries[event_id] = flight.result()

    async def _make(self, event_id: str) -> Entry:
        async def ask(snapshot: Snapshot) -> tuple[EventRow, Sequence[Any]]:
            """Read the event and its sections in one moment."""
            event = await queries.read_event(snapshot.session, event_id)
            return event, await queries.read_sections(snapshot.session, event_id)

        event, sections = await self.reader.run(ask)
        now = datetime.now(UTC)
        until = queries.next_change(event, now)
        return encode(availability_of(event, sections, now), until.timestamp() if until else float("inf"))


def encode(availability: Availability, until: float) -> Entry:
    """
    Return an answer as bytes.
    """
    body = availability.model_dump_json().encode()
    etag = b'"%s"' % blake2b(body, digest_size=12).hexdigest().encode()
    headers = [(b"etag", etag), (b"cache-control", CACHE_CONTROL)]
    length = (b"content-length", str(len(body)).encode())
    whole = Answer(200, [(b"content-type", b"application/json"), length, *headers], body)
    return Entry(whole, Answer(304, headers, b""), etag, until)


def availability_of(event: EventRow, rows: Sequence[Any], now: datetime) -> Availability:
    """
    Return what is left of an event, from its sections' rows.
    """
    prices = queries.event_prices(event)
    levels: dict[str, list[int]] = {}
    sections = []
    for name, kind, level_names, seat_levels, *counts, statuses in rows:
        names: list[str] = msgspec.json.decode(level_names)
        by_level = _by_level(names, bytes(seat_levels), counts, statuses)
        for level, found in by_level.items():
            levels[level] = [a + b for a, b in zip(levels.get(level, [0] * len(_NAMES)), found, strict=True)]
        counted = dict(zip(_NAMES, counts, strict=True))
        sections.append(SectionAvailability(section=name, kind=kind, price_levels=list(by_level), **counted))
    totals = dict(zip(_NAMES, map(sum, zip(*levels.values(), strict=True)), strict=False))
    free = sorted((prices[level] for level, found in levels.items() if found[FREE] and level in prices), key=_total)
    return Availability(
        event_id=event.event_id,
        status=queries.event_status(event, totals.get("free", 0), now),
        currency=event.currency,
        counts=Counts(**totals),
        lowest_price=free[0] if free else None,
        highest_price=free[-1] if free else None,
        price_levels=[
            LevelAvailability(price_level=level, price=prices.get(level), **dict(zip(_NAMES, found, strict=True)))
            for level, found in sorted(levels.items())
        ],
        sections=sections,
    )


def _total(price: Any) -> int:
    return int(price.total_cents)


def _by_level(
    names: list[str], seat_levels: bytes, counts: Sequence[int], statuses: bytes | None
) -> dict[str, Sequence[int]]:
    """
    Return price level → counts by status, of one section.
    """
    if statuses is None:
        return {names[0]: counts}
    found: dict[str, Sequence[int]] = {}
    for number, name in enumerate(names):
        mine = bytes(status for status, level in zip(statuses, seat_levels, strict=True) if level == number)
        if mine:
            found[name] = [mine.count(code) for code in _CODES]
    return found
