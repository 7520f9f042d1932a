"""
The same key and the same request: the same answer (draft-ietf-httpapi-idempotency-key-header).
"""

import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from hashlib import sha256

import msgspec

from gateway.headers import Headers
from gateway.kept import Whole
from gateway.problems import KeyReused, KeysUnavailable, StillRunning
from gateway.repeats.records import Records
from inventory_stream.web import FieldError, InvalidRequest

HEADER = b"idempotency-key"
KEPT_S = 86_400.0
# What has not ended by then has been lost with its gateway: a route's time, and some more for the body.
RUNNING_S = 60.0
LARGEST = 262_144
REPLAYED = (b"idempotency-replayed", b"true")
# A string of RFC 8941, as the draft has it, or the same without quotes, as most clients send it.
_KEY = re.compile(rb'"([ !#-\[\]-~]{1,255})"|([!#-\[\]-~]{1,255})')
# Answers that say that nothing was done: the next try is as good as the first.
_AGAIN = frozenset({401, 403, 408, 413, 425, 429})
_logger = logging.getLogger(__name__)


class _Record(msgspec.Struct):
    """What is kept of a request: a fingerprint, and its answer once there is one (status 0 before)."""

    fingerprint: bytes
    status: int = 0
    headers: list[tuple[bytes, bytes]] = []
    body: bytes = b""


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Record).decode


class Repeats:
    """
    Answers repetitions, and lets what is new through.
    """

    def __init__(self, records: Records) -> None:
        """
        Args:
            records: what was answered.
        """
        self._records = records

    async def answer(
        self,
        key: bytes,
        owners: Sequence[str],
        request: tuple[bytes, ...],
        ask: Callable[[], Awaitable[Whole]],
    ) -> Whole:
        """
        Return the answer to a request: that of the first one with this key, or a new one.

        Args:
            key: the header.
            owners: whose key it is: the same key of somebody else is another. The first asked with it; under the others
                they may come again.
            request: all that makes it the same request.
            ask: gets an answer.

        Raises:
            InvalidRequest: the header is no key.
            KeyReused: the key was used for another request.
            StillRunning: the first request with this key has not been answered yet.
            KeysUnavailable: it cannot be told whether this is the first one; nothing was done.
        """
        parsed = _parsed(key)
        name, *others = [sha256(f"{owner}\n{parsed}".encode()).hexdigest() for owner in owners]
        fingerprint = sha256(b"\n".join([sha256(part).digest() for part in request])).digest()
        found = await self._records.add(name, _encode(_Record(fingerprint)), RUNNING_S)
        if found is not None:
            return _replay(_decode(found), fingerprint)
        try:
            whole = await ask()
        except BaseException:
            await self._forget(name)
            raise
        for kept in (name, *others):
            await self._keep(kept, fingerprint, whole)
        return whole

    async def close(self) -> None:
        """
        Let go of what is open.
        """
        await self._records.close()

    async def _keep(self, name: str, fingerprint: bytes, whole: Whole) -> None:
        if whole.status >= 500 or whole.status in _AGAIN or len(whole.body) > LARGEST:
            await self._forget(name)
            return
        try:
            record = _Record(fingerprint, whole.status, whole.headers, whole.body)
            await self._records.put(name, _encode(record), KEPT_S)
        except KeysUnavailable as error:
            # It was done: saying otherwise would be worse than a repetition that is told to wait.
            _logger.warning("an answer to a key could not be kept: %r", error)

    async def _forget(self, name: str) -> None:
        try:
            await self._records.drop(name)
        except KeysUnavailable as error:
            _logger.warning("a key could not be forgotten: %r", error)


def _parsed(key: bytes) -> str:
    match = _KEY.fullmatch(key.strip())
    if match is None:
        reason = "is no string of 1 to 255 characters"
        raise InvalidRequest(errors=[FieldError("idempotency-key", "header", reason)])
    return (match[1] or match[2]).decode("ascii")


def _replay(record: _Record, fingerprint: bytes) -> Whole:
    if record.fingerprint != fingerprint:
        raise KeyReused(errors=[FieldError("idempotency-key", "header", "was used for another request")])
    if not record.status:
        raise StillRunning
    headers: Headers = [*record.headers, REPLAYED]
    return Whole(record.status, headers, record.body)
