"""
Answers as bytes: encoded once, compressed once, told apart by their content.
"""

import gzip
from collections.abc import Iterable
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
        form, known = self._plain, b""
        for name, value in headers:
            if name == b"accept-encoding":
                if b"gzip" in value and b"gzip;q=0" not in value:
                    form = self._gzipped()
            elif name == b"if-none-match":
                known = value
        if known and (form.etag in known or known == b"*"):
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


def respond(kept: Kept, request: Request) -> Response:
    """
    Return what a route answers.
    """
    answer = kept.answer(request.scope["headers"])
    response = Response(answer.body, answer.status)
    response.raw_headers = list(answer.headers)
    return response
