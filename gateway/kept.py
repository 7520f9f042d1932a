"""
Answers that are kept for a moment, as bytes that are ready to be sent, within a bound.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from gateway.headers import Headers
from gateway.policies import security
from gateway.routes import Audience, Route
from inventory_stream.log.base import Partition
from inventory_stream.web.positions import parse_positions

_OVERHEAD = 1024
_PRIVATE = (b"no-store", b"private")


class Key(NamedTuple):
    """
    What an answer depends on. values: of the headers that its route varies on.
    """

    audience: Audience
    target: bytes
    gzip: bool
    values: tuple[bytes, ...] = ()


class Whole(NamedTuple):
    """
    A whole answer that is given to those who wait for it, and to nobody else.
    """

    status: int
    headers: Headers
    body: bytes


class Kept:
    """
    One answer. fresh_until, stale_until: on the cache's clock.
    """

    __slots__ = (
        "body",
        "etag",
        "fresh_until",
        "head",
        "headers",
        "position",
        "route",
        "size",
        "stale_until",
        "unchanged",
    )

    def __init__(self, route: Route, headers: Headers, body: bytes, asked_at: float) -> None:
        """
        Args:
            route: says how long.
            headers: of the answer, without those of the connection.
            asked_at: when the service was asked: the answer is as old as that.
        """
        self.route = route
        self.body = body
        self.renew(headers, asked_at)
        self.size = len(body) + 2 * len(self.head) + _OVERHEAD

    def renew(self, headers: Headers, asked_at: float) -> None:
        """
        Be as fresh as this: the service says that the body is still the same.
        """
        self.headers = [pair for pair in headers if pair[0] != b"content-length"]
        self.fresh_until = asked_at + self.route.cache_s
        self.stale_until = asked_at + 2 * self.route.cache_s
        found = dict(self.headers)
        self.etag = found.get(b"etag", b"")
        self.position = found.get(b"stream-position", b"")
        lines = b"".join([b"%b: %b\r\n" % pair for pair in (*self.headers, *security(self.headers))]) + b"age: 0\r\n"
        self.head = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n%b" % (len(self.body), lines)
        self.unchanged = b"HTTP/1.1 304 Not Modified\r\n" + lines

    def matches(self, condition: bytes) -> bool:
        """
        Say whether a header `If-None-Match` names this answer (weakly, RFC 9110, section 13.1.2).
        """
        if not self.etag:
            return False
        own = self.etag.removeprefix(b"W/")
        return condition == self.etag or any(
            tag in (b"*", own) for tag in (part.strip().removeprefix(b"W/") for part in condition.split(b","))
        )

    def reaches(self, asked: str) -> bool:
        """
        Say whether the answer reflects at least these positions, of the topics that it speaks of.

        Raises:
            ValueError: they are no positions.
        """
        wanted = parse_positions(asked)
        own: Mapping[Partition, int] = parse_positions(self.position.decode("latin-1"))
        topics = {partition.topic for partition in own}
        return bool(own) and all(own.get(p, 0) >= offset for p, offset in wanted.items() if p.topic in topics)


class Cache:
    """
    Kept answers by what they depend on; the one unused longest goes first when there are too many.
    """

    def __init__(self, limit_bytes: int, clock: Callable[[], float]) -> None:
        """
        Args:
            limit_bytes: of all answers together.
            clock: seconds, rising.
        """
        self.clock = clock
        self._limit = limit_bytes
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self.size = 0

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._kept)

    def find(self, key: Key) -> Kept | None:
        """
        Return an answer, however old.
        """
        return self._kept.get(key)

    def keep(self, key: Key, kept: Kept) -> None:
        """
        Keep an answer.
        """
        old = self._kept.pop(key, None)
        self.size += _size(key, kept) - (_size(key, old) if old is not None else 0)
        self._kept[key] = kept
        while self.size > self._limit:
            self.size -= _size(*self._kept.popitem(last=False))


def _size(key: Key, kept: Kept) -> int:
    """Callers choose the key: it can be larger than the answer."""
    return kept.size + len(key.target) + sum(map(len, key.values))


def may_be_kept(route: Route, status: int, headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """
    Say whether an answer is the same for everybody who asks with the same key.
    """
    known = {b"accept-encoding", b"min-position", *(name.encode() for name in route.varies)}
    for name, value in headers:
        if name == b"set-cookie":
            return False
        if name == b"cache-control" and any(word in value.lower() for word in _PRIVATE):
            return False
        if name == b"vary" and not {part.strip().lower() for part in value.split(b",")} <= known:
            return False
    return status == 200
