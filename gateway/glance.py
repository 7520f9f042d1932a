"""
What can be answered at a glance: a plain read whose answer lies ready.
"""

import time
from collections.abc import Callable

from gateway.cycle import SLICE
from gateway.headers import Draw, Headers, Trace, new_trace, trace_of
from gateway.kept import Kept, Key
from gateway.limits.limiter import Caller
from gateway.limits.limits import Limits
from gateway.reads import Reads, takes_gzip
from gateway.routes import Route

# A request with one of these needs a closer look.
_CLOSER = frozenset(
    {
        b"authorization", b"content-length", b"expect", b"min-position", b"origin", b"range",
        b"transfer-encoding", b"upgrade",
    }
)  # fmt: skip
Subject = Callable[[bytes], str]
Note = Callable[[Route, int, float, Trace], None]


class Glance:
    """
    Answers for the server, before there is a request as an application knows it.
    """

    def __init__(
        self,
        reads: Reads,
        limits: Limits,
        subject: Subject,
        note: Note,
        draw: Draw | None,
        always: Headers,
    ) -> None:
        """
        Args:
            reads: where answers lie.
            limits: of what one caller may ask.
            subject: finds out who has these cookies; empty for somebody who is not known.
            note: what was answered: route, status, seconds, trace.
            draw: says whether a request is recorded; None for none.
            always: headers that every answer has.
        """
        self._reads = reads
        self._limiter = limits.limiter
        self._networks = limits.networks
        self._subject = subject
        self._note = note
        self._draw = draw
        self._always = b"".join([b"%b: %b\r\n" % pair for pair in always])

    def __call__(
        self, method: bytes, target: bytes, headers: Headers, client: tuple[str, int] | None
    ) -> tuple[bytes, bytes] | None:
        """
        Return the head (without its end) and body of an answer; None when it takes more than a glance.
        """
        if method != b"GET":
            return None
        started = time.perf_counter()
        read = _read(headers)
        if read is None:
            return None
        gzip, condition, traced, forwarded, cookies = read
        kept = self._reads.look(Key("fans", target, gzip))
        if kept is None or len(kept.body) > SLICE:
            return None
        limits = self._count(kept.route, client, forwarded, cookies)
        if limits is None:
            return None
        trace = trace_of(headers, self._draw) if traced else new_trace(self._draw)
        head, body, status = _chosen(kept, condition)
        self._note(kept.route, status, time.perf_counter() - started, trace)
        return b"%b%b%btraceparent: %b\r\n" % (head, limits, self._always, trace.parent), body

    def _count(self, route: Route, client: tuple[str, int] | None, forwarded: bytes, cookies: bytes) -> bytes | None:
        """What the limits say as lines of a head; None when it takes more than a glance to tell, or it is a no."""
        if self._limiter is None:
            return b""
        network = self._networks.of(client[0] if client else "", forwarded)
        subject = self._subject(cookies) if cookies else ""
        verdict = self._limiter.look(Caller(subject, network), route.rate)
        if verdict is None or not verdict.granted:
            return None
        return verdict.lines


def _read(headers: Headers) -> tuple[bool, bytes, bool, bytes, bytes] | None:
    """If gzip is taken, `If-None-Match`, if there is a trace, `X-Forwarded-For`, cookies; None for a closer look."""
    gzip, condition, traced, forwarded, cookies = False, b"", False, b"", b""
    for name, value in headers:
        if name == b"accept-encoding":
            gzip = takes_gzip(value)
        elif name == b"if-none-match":
            condition = value
        elif name == b"traceparent":
            traced = True
        elif name == b"cookie":
            cookies = value
        elif name == b"x-forwarded-for":
            forwarded = forwarded + b"," + value if forwarded else value
        elif name in _CLOSER:
            return None
    return gzip, condition, traced, forwarded, cookies


def _chosen(kept: Kept, condition: bytes) -> tuple[bytes, bytes, int]:
    if condition and kept.matches(condition):
        return kept.unchanged, b"", 304
    return kept.head, kept.body, 200
