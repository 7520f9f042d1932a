"""
Reads that many ask at once: the service is asked once, and everybody gets its answer. For a moment it is given to those
who come later, too; then one request renews it while the others still get what is there, for as long again at most.
"""

import asyncio
import logging
from collections.abc import Callable

from starlette.types import Scope

from gateway.headers import Headers, Trace, answer_headers, new_trace
from gateway.kept import Cache, Kept, Key, Whole, may_be_kept
from gateway.problems import UpstreamFailed
from gateway.recorder import Recorder
from gateway.routes import Route
from gateway.service import Service
from gateway.wire.answer import Answer, Broken
from inventory_stream.web import Problem

# Larger answers are passed on piece by piece, to each caller their own.
MOST = 2_000_000
# What was not for everybody is not tried again for this long: the service would be asked twice.
ALONE_S = 10.0
_MOST_ALONE = 10_000
_logger = logging.getLogger(__name__)

Head = Callable[[Route, bytes, Headers, Trace], bytes]


class Reads:
    """
    Answers reads from what is kept, or asks for all.
    """

    def __init__(
        self, cache: Cache, services: dict[str, Service], head: Head, recorder: Recorder | None = None
    ) -> None:
        """
        Args:
            cache: what is kept.
            services: by name.
            head: makes the request that a service gets.
            recorder: of spans; None when nothing is recorded.
        """
        self._recorder = recorder
        self.cache = cache
        self._services = services
        self._head = head
        self._alone: dict[int, float] = {}  # by the hash of a key, which can be long
        self._flights: dict[Key, asyncio.Task[Kept | Whole | None]] = {}

    def look(self, key: Key) -> Kept | None:
        """
        Return a kept answer that may still be given; one that is due is renewed meanwhile.
        """
        kept = self.cache.find(key)
        if kept is None:
            return None
        now = self.cache.clock()
        if now < kept.fresh_until:
            return kept
        if now >= kept.stale_until:
            return None
        if key not in self._flights:
            draw = None if self._recorder is None else self._recorder.drawn
            self._fly(key, kept.route, new_trace(draw, asked=False))
        return kept

    def flies(self, key: Key) -> bool:
        """
        Say whether the service is being asked for an answer just now.
        """
        return key in self._flights

    async def read(self, key: Key, route: Route, trace: Trace) -> Kept | Whole | None:
        """
        Return an answer, kept or asked for; None when each caller must ask alone: it is too large or not for everybody.

        Raises:
            Problem: the service gave none.
        """
        kept = self.look(key)
        if kept is not None:
            return kept
        if self._alone and self._alone.get(hash(key), 0) > self.cache.clock():
            return None
        flight = self._flights.get(key) or self._fly(key, route, trace)
        # Whoever leaves must not take the answer from the others.
        return await asyncio.shield(flight)

    def _fly(self, key: Key, route: Route, trace: Trace) -> "asyncio.Task[Kept | Whole | None]":
        flight = asyncio.get_running_loop().create_task(self._ask(key, route, trace))
        self._flights[key] = flight
        flight.add_done_callback(lambda done: self._land(key, trace, done))
        return flight

    def _land(self, key: Key, trace: Trace, flight: "asyncio.Task[Kept | Whole | None]") -> None:
        del self._flights[key]
        if self._recorder is not None:
            self._recorder.landed(trace)
        if not flight.cancelled() and (error := flight.exception()) is not None and not isinstance(error, Problem):
            _logger.error("reading failed: %r", error)

    async def _ask(self, key: Key, route: Route, trace: Trace) -> Kept | Whole | None:
        old = self.cache.find(key)
        asked_at = self.cache.clock()
        head = self._head(route, key.target, _asked_headers(key, route, old), trace)
        answer = await self._services[route.upstream].ask(route, head, trace)
        try:
            body = await _whole_body(answer, route.timeout_s)
        except (Broken, TimeoutError) as error:
            raise UpstreamFailed(f"{route.upstream} broke off its answer") from error
        finally:
            answer.close()
        if body is None:
            self._leave_alone(key)
            return None
        headers = answer_headers(answer.headers)
        if answer.status >= 400 and not any(name == b"set-cookie" for name, _ in answer.headers):
            return Whole(answer.status, headers, body)
        same = old if answer.status == 304 else None
        # All that the service said counts, also of its connection alone, and to say that nothing has changed.
        if not may_be_kept(route, answer.status if same is None else 200, answer.headers):
            self._leave_alone(key)
            return None
        if same is not None:
            same.renew(_merged(same.headers, headers), asked_at)
            self.cache.keep(key, same)
            return same
        kept = Kept(route, headers, body, asked_at)
        self.cache.keep(key, kept)
        return kept

    def _leave_alone(self, key: Key) -> None:
        if len(self._alone) >= _MOST_ALONE:
            self._alone.clear()
        self._alone[hash(key)] = self.cache.clock() + ALONE_S


def key_of(route: Route, scope: Scope) -> Key | None:
    """
    Return what the answer to a request depends on; None when it must not come from the cache.
    """
    query = scope["query_string"]
    if not route.cache_s or scope["method"] not in ("GET", "HEAD") or b"min_position" in query:
        return None
    found: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name == b"range":
            return None
        found[name] = value
    values = tuple(found.get(name.encode(), b"") for name in route.varies)
    target = scope["raw_path"] + b"?" + query if query else scope["raw_path"]
    return Key(route.audience, target, takes_gzip(found.get(b"accept-encoding", b"")), values)


def takes_gzip(accept_encoding: bytes) -> bool:
    """
    Say whether a header `Accept-Encoding` allows gzip.
    """
    if b"gzip" not in accept_encoding:
        return False
    for part in accept_encoding.lower().split(b","):
        coding, _, weight = part.partition(b";")
        if coding.strip() == b"gzip":
            return weight.replace(b" ", b"").rstrip(b"0.") != b"q="
    return False


def _asked_headers(key: Key, route: Route, old: Kept | None) -> Headers:
    """Only what the answer may depend on: nothing of the one who happened to ask first."""
    headers = [(name.encode(), value) for name, value in zip(route.varies, key.values, strict=True) if value]
    if key.gzip:
        headers.append((b"accept-encoding", b"gzip"))
    if old is not None and old.etag:
        headers.append((b"if-none-match", old.etag))
    return headers


def _merged(old: Headers, new: Headers) -> Headers:
    """The headers of a kept answer after a 304: what that says replaces what was said before (RFC 9111, 3.2)."""
    said = {name for name, _ in new}
    return [pair for pair in old if pair[0] not in said] + [pair for pair in new if pair[0] != b"content-length"]


async def _whole_body(answer: Answer, timeout_s: float) -> bytes | None:
    """The body, if the service says how long it is, and that is not too long."""
    length = dict(answer.headers).get(b"content-length", b"0" if answer.whole else b"")
    if not length or int(length) > MOST:
        return None
    body = answer.take()
    while not answer.whole:
        body += await answer.part(timeout_s)
    return body + answer.take()
