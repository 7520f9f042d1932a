"""
Answers as bytes: encoded once, compressed once, told apart by their content.
"""

import gzip
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b

from fastapi import Request
from starlette.responses import Response

from inventory_stream.web import Answer

FOR_EVER = float("inf")
# Browsers ask again each time; a shared cache may take the load of a rush for a second. `Stream-Position` says how old
# an answer is in any case, and who asks for a position must not get one from before it.
LIVE = b"public, max-age=0, s-maxage=1, must-revalidate"
IMMUTABLE = b"public, max-age=31536000, immutable"
_VARY = (b"vary", b"accept-encoding, min-position")
_SMALL = 600  # bytes that fit one packet are not worth compressing
_LEVEL = 5


class Kept:
    """
    An answer in the forms that clients ask for: whole or not modified, plain or compressed (made when first asked for).

    Attributes:
        until: until when (seconds since 1970) it may be given.
    """

    __slots__ = ("_compressed", "_plain", "until")

    def __init__(
        self,
        body: bytes,
        content_type: bytes = b"application/json",
        cache_control: bytes = LIVE,
        until: float = FOR_EVER,
        headers: Iterable[tuple[bytes, bytes]] = (),
    ) -> None:
        """
        Args:
            headers: more of them, for all forms.
        """
        self.until = until
        tag = blake2b(body, digest_size=12).hexdigest().encode()
        common = [(b"cache-control", cache_control), _VARY, *headers]
        self._plain = _Form(body, tag, [(b"content-type", content_type)], common)
        self._compressed: _Form | None = None

    @property
    def body(self) -> bytes:
        """The answer's body, not compressed."""
        return self._plain.whole.body

    def answer(self, headers: Iterable[tuple[bytes, bytes]]) -> Answer:
        """
        Return the form that a request with these headers asks for.
        """
        found = dict(headers)
        return self.form(found.get(b"accept-encoding"), found.get(b"if-none-match"))

    def form(self, accepted: bytes | None, known: bytes | None) -> Answer:
        """
        Return the form for a client.

        Args:
            accepted: its `Accept-Encoding`.
            known: its `If-None-Match`.
        """
        form = self._plain if accepted is None or not takes_gzip(accepted) else self._compressed or self._gzipped()
        # A tag in quotes is not a part of another; a weak one of the same content is good enough to keep what one has.
        if known is not None and (form.etag in known or known == b"*"):
            return form.not_modified
        return form.whole

    def _gzipped(self) -> "_Form":
        if self._compressed is None:
            plain = self._plain
            body = plain.whole.body
            if len(body) < _SMALL:
                self._compressed = plain
            else:
                content = [*plain.content, (b"content-encoding", b"gzip")]
                packed = gzip.compress(body, _LEVEL, mtime=0)
                self._compressed = _Form(packed, plain.tag + b"-gzip", content, plain.common)
        return self._compressed


class _Form:
    """
    One form of an answer. Its strong ETag is its own: other bytes are another entity.
    """

    __slots__ = ("common", "content", "etag", "not_modified", "tag", "whole")

    def __init__(
        self, body: bytes, tag: bytes, content: list[tuple[bytes, bytes]], common: list[tuple[bytes, bytes]]
    ) -> None:
        self.tag = tag
        self.etag = b'"%s"' % tag
        self.content = content
        self.common = common
        headers = [*common, (b"etag", self.etag)]
        length = (b"content-length", str(len(body)).encode())
        self.whole = Answer(200, [*content, length, *headers], body)
        self.not_modified = Answer(304, headers, b"")


@lru_cache(maxsize=256)
def takes_gzip(accepted: bytes) -> bool:
    """
    Return whether an `Accept-Encoding` takes gzip: by name, or by `*`, and not with a weight of 0.
    """
    weights = {}
    for part in accepted.lower().split(b","):
        coding, *parameters = (piece.strip() for piece in part.split(b";"))
        weights[coding] = next((p[2:].strip() for p in parameters if p.startswith(b"q=")), b"1")
    weight = weights.get(b"gzip", weights.get(b"x-gzip", weights.get(b"*", b"0")))
    return bool(weight.strip(b"0."))


def respond(kept: Kept, request: Request) -> Response:
    """
    Return what a route answers.
    """
    answer = kept.answer(request.scope["headers"])
    response = Response(answer.body, answer.status)
    response.raw_headers = list(answer.headers)
    return response
