"""
Which headers travel on and which end here (RFC 9110, section 7.6), and the trace that a request belongs to.
"""

import os
import re
from collections.abc import Iterable
from typing import NamedTuple

Headers = list[tuple[bytes, bytes]]

VIA = "1.1 seatstream-gateway"
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
# Host and Expect concern this connection. What the outside says about where it comes from is not to be believed.
_ENDS_HERE = _HOP_BY_HOP | {b"host", b"expect", b"via", b"forwarded", b"traceparent", b"tracestate"}
_FORWARDED = b"x-forwarded-"
# The server adds a date to every answer; two would contradict each other.
_NOT_ANSWERED = _HOP_BY_HOP | {b"date", b"server", b"traceparent"}
_TRACEPARENT = re.compile(rb"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(-.*)?")


class Trace(NamedTuple):
    """
    The trace of one request. `parent` is the header for what comes after the gateway.

    state: the caller's `tracestate`, empty when it had none or its trace was not valid.
    """

    id: str
    parent: str
    state: str


def trace_of(headers: Iterable[tuple[bytes, bytes]]) -> Trace:
    """
    Return the trace that the caller is in, or a new one.
    """
    match, state = None, b""
    for name, value in headers:
        if name == b"traceparent":
            match = _TRACEPARENT.fullmatch(value)
        elif name == b"tracestate":
            state = value
    trace_id = match[1].decode() if match else os.urandom(16).hex()
    flags = match[2].decode() if match else "01"
    return Trace(trace_id, f"00-{trace_id}-{os.urandom(8).hex()}-{flags}", state.decode("latin-1") if match else "")


def request_headers(headers: Headers, trace: Trace, *, with_body: bool) -> list[tuple[str, str]]:
    """
    Return the headers that the service gets.

    Args:
        headers: of the request, names in lower case.
        with_body: whether a body goes along; without one its length does not either.
    """
    dropped = _ENDS_HERE | _named(headers)
    if not with_body:
        dropped |= {b"content-length"}
    kept = [
        (name.decode("latin-1"), value.decode("utf-8", "replace"))
        for name, value in headers
        if name not in dropped and not name.startswith(_FORWARDED)
    ]
    kept += [("via", VIA), ("traceparent", trace.parent)]
    return [*kept, ("tracestate", trace.state)] if trace.state else kept


def answer_headers(headers: Iterable[tuple[bytes, bytes]], trace: Trace) -> Headers:
    """
    Return the headers that the caller gets.
    """
    lowered = [(name.lower(), value) for name, value in headers]
    dropped = _NOT_ANSWERED | _named(lowered)
    kept = [(name, value) for name, value in lowered if name not in dropped]
    return [*kept, (b"traceparent", trace.parent.encode())]


def _named(headers: Headers) -> frozenset[bytes]:
    """Names that `Connection` declares to be of this connection only."""
    values = [value for name, value in headers if name == b"connection"]
    return frozenset(part.strip().lower() for value in values for part in value.split(b","))
