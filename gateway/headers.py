"""
Which headers travel on and which end here (RFC 9110, section 7.6), and the trace that a request belongs to.
"""

import re
from collections.abc import Callable, Iterable
from random import getrandbits
from typing import NamedTuple

from inventory_stream.telemetry import Span
from inventory_stream.web import FieldError, InvalidRequest

Headers = list[tuple[bytes, bytes]]

VIA = b"1.1 seatstream-gateway"
_NONE: frozenset[bytes] = frozenset()
_HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
# Host, Expect and the length of a body concern this connection. What the outside says about where it comes from is not to
# be believed, and who it is was found out here: credentials and cookies go no further.
_ENDS_HERE = _HOP_BY_HOP | {
    *(b"host", b"expect", b"content-length", b"via", b"forwarded", b"traceparent", b"tracestate"),
    *(b"authorization", b"cookie"),
}
_OURS = (b"x-forwarded-", b"seatstream-")
# The server adds a date to every answer; two would contradict each other.
_NOT_ANSWERED = _HOP_BY_HOP | {b"date", b"server", b"traceparent", b"age"}
_TRACEPARENT = re.compile(rb"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(-.*)?")

Draw = Callable[[], bool]


class Trace(NamedTuple):
    """
    The trace of one request. `parent` is the header that names the gateway's own span: in the answer, and for what comes
    after the gateway unless that has a span for each attempt.

    state: the caller's `tracestate`, empty when it had none or its trace was not valid.
    caller: id of the caller's span, empty when the trace begins here.
    asked: a caller did; otherwise the gateway asks for itself, and has no span above its attempts.
    attempts: to get an answer, until they are recorded or not.
    """

    id: str
    parent: bytes
    state: bytes
    caller: str
    asked: bool
    attempts: list[Span]

    @property
    def span(self) -> str:
        """Id of the gateway's own span."""
        return self.parent[36:52].decode()

    @property
    def sampled(self) -> bool:
        """Whether the trace is recorded."""
        return self.parent[54:] == b"1"


def trace_of(headers: Iterable[tuple[bytes, bytes]], draw: Draw | None = None) -> Trace:
    """
    Return the trace that the caller is in, or a new one.

    Args:
        draw: says whether it is recorded; None for no. The caller's word on that is not heard: the caller is a stranger.
    """
    match, state = None, b""
    for name, value in headers:
        if name == b"traceparent":
            match = _TRACEPARENT.fullmatch(value)
        elif name == b"tracestate":
            state = value
    if match is None:
        return new_trace(draw)
    trace_id = match[1].decode()
    flags = "01" if draw is not None and draw() else "00"
    parent = f"00-{trace_id}-{getrandbits(64) or 1:016x}-{flags}"
    return Trace(trace_id, parent.encode(), state, match[2].decode(), True, [])


def new_trace(draw: Draw | None = None, *, asked: bool = True) -> Trace:
    """
    Return a trace that begins here.

    Args:
        draw: as for `trace_of`.
        asked: by a caller.
    """
    ids = f"{getrandbits(192) or 1:048x}"
    flags = "01" if draw is not None and draw() else "00"
    return Trace(ids[:32], f"00-{ids[:32]}-{ids[32:]}-{flags}".encode(), b"", "", asked, [])


def passed_on(headers: Headers) -> Headers:
    """
    Return the headers of a request that travel on to the service; what frames its body is not among them. Nor is a name with
    an underscore: programs that see headers as variables take it for the one with a dash.

    Args:
        headers: names in lower case.
    """
    dropped = _ENDS_HERE | _named(headers)
    return [
        pair for pair in headers if pair[0] not in dropped and not pair[0].startswith(_OURS) and b"_" not in pair[0]
    ]


def request_head(method: bytes, target: bytes, host: bytes, headers: Headers, trace: Trace) -> bytes:
    """
    Return a request as it is sent, up to the line that names the attempt: see `led`.

    Args:
        target: path and query.
        headers: of the request, with those that frame its body.

    Raises:
        InvalidRequest: a header would be read as two.
    """
    lines = [method, b" ", target, b" HTTP/1.1\r\nhost: ", host, b"\r\n"]
    for name, value in headers:
        lines += (name, b": ", value, b"\r\n")
    lines += (b"via: ", VIA, b"\r\n")
    if trace.state:
        lines += (b"tracestate: ", trace.state, b"\r\n")
    head = b"".join(lines)
    # The server has read the headers as lines: none can hold another. Whoever calls without a server is checked here.
    if head.count(b"\n") != len(headers) + (4 if trace.state else 3) or b"\0" in head:
        raise InvalidRequest(errors=[FieldError("headers", "header", "holds a line end")])
    return head


def led(head: bytes, parent: bytes) -> bytes:
    """
    Return a request's head to its end.

    Args:
        head: from `request_head`.
        parent: the header `traceparent`.
    """
    return b"%btraceparent: %b\r\n\r\n" % (head, parent)


def answer_headers(headers: Headers) -> Headers:
    """
    Return the headers of an answer that travel on to the caller.

    Args:
        headers: of the answer, names in lower case.
    """
    dropped = _NOT_ANSWERED | _named(headers)
    return [pair for pair in headers if pair[0] not in dropped]


def _named(headers: Headers) -> frozenset[bytes]:
    """Names that `Connection` declares to be of this connection only."""
    for name, _ in headers:
        if name == b"connection":
            break
    else:
        return _NONE
    values = [value for name, value in headers if name == b"connection"]
    return frozenset(part.strip().lower() for value in values for part in value.split(b","))
