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
_EXPOSED = b"Stream-Position, ETag, Retry-After, RateLimit, RateLimit-Policy, traceparent, Idempotency-Replayed"
_ALLOWED = b"Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID, Min-Position, traceparent"
PREFLIGHT_S = 600
# For a door that is reached by HTTPS: a browser that has come once comes by nothing else for a year.
HTTPS_ALONE: Headers = [(b"strict-transport-security", b"max-age=31536000")]


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

    def __init__(self, allowed: Collection[str], always: Headers | None = None) -> None:
        """
        Args:
            allowed: origins such as `https://tickets.example`; `*` for every site.
            always: what every answer says besides.
        """
        self._all = "*" in allowed
        self._allowed = frozenset(origin.encode() for origin in allowed)
        self.always: Headers = [*(always or [])]
        # Also said to those who may not: what they are given must not be kept for those who may.
        if self._allowed and not self._all:
            self.always.append((b"vary", b"origin"))

    def headers(self, origin: bytes) -> Headers:
        """
        Return what an answer to a page of this origin says; no permission when it may not read it.
        """
        if not self._permits(origin):
            return self.always
        allowed = b"*" if self._all else origin
        exposed = (b"access-control-expose-headers", _EXPOSED)
        return [(b"access-control-allow-origin", allowed), exposed, *self.always]

    def preflight(self, origin: bytes, methods: Sequence[str]) -> Headers:
        """
        Return the answer to a browser that asks beforehand.

        Args:
            methods: that the path has.
        """
        if not self._permits(origin):
            return []
        return [
            *self.headers(origin),
            (b"access-control-allow-methods", ", ".join(methods).encode()),
            (b"access-control-allow-headers", _ALLOWED),
            (b"access-control-max-age", b"%d" % PREFLIGHT_S),
        ]

    def _permits(self, origin: bytes) -> bool:
        return bool(origin) and (self._all or origin in self._allowed)
