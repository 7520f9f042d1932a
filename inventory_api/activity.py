"""
A batch of activity records from an app: what is in it, record by record.

Every record is checked by the contract's own decoder, and once more for what a projection would have to set aside:
anyone may post here, and nobody may stop a projector with it.
"""

import asyncio
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec

from inventory_stream.log import Partition, Position
from inventory_stream.records import TYPES, Encoded, encode
from inventory_stream.records.activity import ActivityRecord
from inventory_stream.records.base import Time
from inventory_stream.web import (
    FieldError,
    InvalidRequest,
    UnprocessableRequest,
    format_positions,
)

MAX_RECORDS = 500
MAX_BODY_BYTES = 1_000_000
SOURCE = "/apps"
ACTIVITY_TYPES = {name: row for name, row in TYPES.items() if row.cls.topic == "activity"}
# No slash, which ends the session in `ce_id`, and no tilde, which there marks a dead letter's retry.
ID_PATTERN = "^[A-Za-z0-9._:=+-]+$"
MAX_AGE, MAX_AHEAD = timedelta(hours=24), timedelta(minutes=5)
_SLICE = 25  # records checked before others get their turn
_NUL = ("\0", "\\u0000")  # as a character, and as text that looks like it once it is JSON
_BAD = (ValueError, msgspec.DecodeError, RecursionError)
_PLACE = re.compile(r"(.*?)(?: - at `\$(.*)`)?", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(\w+)`")

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=120, pattern=ID_PATTERN)]


class _Body(msgspec.Struct):
    records: Annotated[list[msgspec.Raw], msgspec.Meta(min_length=1, max_length=MAX_RECORDS)]


class _Envelope(msgspec.Struct):
    """
    What a record says beside its own fields. A time that is absent is the time of the request.
    """

    id: Id
    type: str
    time: Time | None = None


class _Named(msgspec.Struct):
    id: Any = None


class RecordResult(msgspec.Struct, frozen=True):
    """
    What became of one record. `id` is null where the record has none that can be read.
    """

    index: int
    id: str | None
    status: str
    errors: Sequence[FieldError] = ()


class ActivityResult(msgspec.Struct, frozen=True):
    """
    What became of a batch. `position` reflects all of its accepted records, as `min_position` asks for it.
    """

    accepted: int
    invalid: int
    position: str
    records: list[RecordResult]


_body = msgspec.json.Decoder(_Body)
_envelope = msgspec.json.Decoder(_Envelope)
_named = msgspec.json.Decoder(_Named)


class _Wrong(Exception):
    """
    A field of a record is wrong.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(reason)
        self.path = path
        self.reason = reason


class Batch:
    """
    The records of one request: those to append, and a result for each.

    Attributes:
        encoded: valid records, each once.
        results: by index.
    """

    def __init__(self, now: datetime, traceparent: str = "") -> None:
        """
        Args:
            now: when the request came; the time of records that name none.
            traceparent: W3C trace context of the request.
        """
        self._now = now
        self._traceparent = traceparent
        self._seen: dict[str, tuple[int, ActivityRecord, datetime]] = {}
        self.encoded: list[Encoded] = []
        self.results: list[RecordResult] = []

    def add(self, raw: msgspec.Raw) -> None:
        """
        Check one more record.
        """
        index = len(self.results)
        try:
            found = self._checked(index, raw)
        except _Wrong as wrong:
            error = FieldError(f"records[{index}]{wrong.path}", "body", wrong.reason)
            self.results.append(RecordResult(index, _id_of(raw), "invalid", (error,)))
        else:
            self.results.append(RecordResult(index, found, "accepted"))

    def _checked(self, index: int, raw: msgspec.Raw) -> str:
        envelope: _Envelope = _decoded(_envelope, raw)
        row = ACTIVITY_TYPES.get(envelope.type)
        if row is None:
            raise _Wrong(".type", f"is not a type of activity record: {', '.join(ACTIVITY_TYPES)}")
        record: ActivityRecord = _decoded(row.decoder, raw)
        _check_texts(record)
        time = self._time(envelope.time)
        # The id is the app's own: that another session chose the same must not make its record a repetition.
        identity = f"{record.session_id}/{envelope.id}"
        known, same, when = self._seen.setdefault(identity, (index, record, time))
        if (same, when) != (record, time):
            raise _Wrong(".id", f"is also that of records[{known}], which says something else")
        if known == index:
            self.encoded.append(encode(record, id=identity, source=SOURCE, time=time, traceparent=self._traceparent))
        return envelope.id

    def _time(self, time: datetime | None) -> datetime:
        if time is None:
            return self._now
        if time > self._now + MAX_AHEAD:
            raise _Wrong(".time", "lies more than 5 minutes in the future")
        if time < self._now - MAX_AGE:
            raise _Wrong(".time", "lies more than 24 hours back")
        return time

    @property
    def invalid(self) -> int:
        """How many records are not valid."""
        return sum(result.status == "invalid" for result in self.results)

    def require_valid(self) -> None:
        """
        Refuse a batch in which nothing is valid.

        Raises:
            UnprocessableRequest: names what is wrong with each record.
        """
        if not self.encoded:
            raise UnprocessableRequest(errors=[error for result in self.results for error in result.errors])

    def result(self, positions: Sequence[Position]) -> ActivityResult:
        """
        Return what to answer once the valid records are appended.
        """
        invalid = self.invalid
        return ActivityResult(len(self.results) - invalid, invalid, format_positions(_after(positions)), self.results)


def decode_batch(body: bytes) -> list[msgspec.Raw]:
    """
    Return the records in a body, not yet looked into.

    Raises:
        InvalidRequest: it is not JSON.
        UnprocessableRequest: it has no list of records, or too many.
    """
    try:
        return _body.decode(body).records
    except msgspec.ValidationError as error:
        path, reason = _explained(error)
        raise UnprocessableRequest(errors=[FieldError(path.lstrip(".") or "body", "body", reason)]) from error
    except _BAD as error:
        raise InvalidRequest(errors=[FieldError("body", "body", "is not JSON that can be read")]) from error


async def check_batch(records: Sequence[msgspec.Raw], now: datetime, traceparent: str = "") -> Batch:
    """
    Return the records checked; other requests have their turn in between.
    """
    batch = Batch(now, traceparent)
    for first in range(0, len(records), _SLICE):
        if first:
            await asyncio.sleep(0)
        for raw in records[first : first + _SLICE]:
            batch.add(raw)
    return batch


def _decoded(decoder: msgspec.json.Decoder[Any], raw: msgspec.Raw) -> Any:
    try:
        return decoder.decode(raw)
    except _BAD as error:
        raise _Wrong(*_explained(error)) from error


def _explained(error: Exception) -> tuple[str, str]:
    """
    Return where and why a decoder refused, from what it says.
    """
    found = _PLACE.fullmatch(str(error))
    reason, path = (found[1], found[2] or "") if found else (str(error), "")
    if missing := _MISSING.fullmatch(reason):
        return f"{path}.{missing[1]}", "is missing"
    return path, reason


def _check_texts(record: ActivityRecord) -> None:
    for name, value in _texts(record):
        if any(nul in value for nul in _NUL):
            raise _Wrong(f".{name}", "holds the character NUL, which no table can")


def _texts(record: ActivityRecord) -> Iterator[tuple[str, str]]:
    return ((name, value) for name in record.__struct_fields__ if isinstance(value := getattr(record, name), str))


def _id_of(raw: msgspec.Raw) -> str | None:
    try:
        found = _named.decode(raw).id
    except _BAD:
        return None
    return found if isinstance(found, str) else None


def _after(positions: Sequence[Position]) -> dict[Partition, int]:
    """Return the first positions that reflect all of these records."""
    after: dict[Partition, int] = {}
    for topic, number, offset in positions:
        partition = Partition(topic, number)
        after[partition] = max(offset + 1, after.get(partition, 0))
    return after
