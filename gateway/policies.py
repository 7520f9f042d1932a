"""
Headers that tell browsers what they may do with an answer: protection for all, and other sites' pages as configured.
"""

from collections.abc import Collection, Iterable, Sequence

from gateway.headers import Headers

# For answers that do not say it themselves, as pages do.
_SECURITY: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]
_EXPOSED = b"Stream-Position, ETag, Retry-After, RateLimit, RateLimit-Policy, traceparent"
_ALLOWED = b"Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID, Min-Position, traceparent"
PREFLIGHT_S = 600


def security(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """
    Return the protecting headers that an answer with these headers lacks.
    """
    said = {name for name, _ in headers}
    return [pair for pair in _SECURITY if pair[0] not in said]


class Origins:
    """
    The sites whose pages may read answers (CORS). Without any, only pages of the gateway's own host may.
    """

    def __init__(self, allowed: Collection[str]) -> None:
        """
        Args:
            allowed: origins such as `https://tickets.example`; `*` for every site.
        """
        self._all = "*" in allowed
        self._allowed = frozenset(origin.encode() for origin in allowed)

    def headers(self, origin: bytes) -> Headers:
        """
        Return what an answer to a page of this origin says; nothing when it may not read it.
        """
        if not origin or not (self._all or origin in self._allowed):
            return []
        if self._all:
            return [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", _EXPOSED)]
        return [
            (b"access-control-allow-origin", origin),
            (b"access-control-expose-headers", _EXPOSED),
            (b"vary", b"origin"),
        ]

    def preflight(self, origin: bytes, methods: Sequence[str]) -> Headers:
        """
        Return the answer to a browser that asks beforehand.

        Args:
            methods: that the path has.
        """
        allowed = self.headers(origin)
        if not allowed:
            return []
        return [
            *allowed,
            (b"access-control-allow-methods", ", ".join(methods).encode()),
            (b"access-control-allow-headers", _ALLOWED),
            (b"access-control-max-age", b"%d" % PREFLIGHT_S),
        ]
