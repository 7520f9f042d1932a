"""
What can be answered at a glance: a plain read whose answer lies ready.
"""

import time
from collections.abc import Callable

from gateway.headers import Headers, new_trace, trace_of
from gateway.kept import Kept, Key
from gateway.reads import Reads, takes_gzip

# A request with one of these needs a closer look.
_CLOSER = frozenset(
    {
        b"authorization", b"content-length", b"expect", b"min-position", b"origin", b"range",
        b"transfer-encoding", b"upgrade", b"x-forwarded-for",
    }
)  # fmt: skip
Note = Callable[[str, str, int, float, str], None]


class Glance:
    """
    Answers for the server, before there is a request as an application knows it.
    """

    def __init__(self, reads: Reads, note: Note) -> None:
        """
        Args:
            reads: where answers lie.
            note: writes a line of the access log: method, route, status, seconds, trace id.
        """
        self._reads = reads
        self._note = note

    def __call__(
        self, method: bytes, target: bytes, headers: Headers, client: tuple[str, int] | None
    ) -> tuple[bytes, bytes] | None:
        """
        Return the head (without its end) and body of an answer; None when it takes more than a glance.
        """
        if method != b"GET":
            return None
        started = time.perf_counter()
        gzip, condition, traced = False, b"", False
        for name, value in headers:
            if name == b"accept-encoding":
                gzip = takes_gzip(value)
            elif name == b"if-none-match":
                condition = value
            elif name == b"traceparent":
                traced = True
            elif name in _CLOSER:
                return None
        kept = self._reads.look(Key("fans", target, gzip))
        if kept is None:
            return None
        trace = trace_of(headers) if traced else new_trace()
        head, body, status = _chosen(kept, condition)
        self._note("GET", kept.route.path, status, time.perf_counter() - started, trace.id)
        return b"%btraceparent: %b\r\n" % (head, trace.parent), body


def _chosen(kept: Kept, condition: bytes) -> tuple[bytes, bytes, int]:
    if condition and kept.matches(condition):
        return kept.unchanged, b"", 304
    return kept.head, kept.body, 200
