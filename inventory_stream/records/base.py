"""
What all records share: the base class, field types with their limits, and the two shapes around a record.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, ClassVar

import msgspec

Identifier = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
Reference = Annotated[str, msgspec.Meta(max_length=120)]  # an identifier, or empty where there is none
Text = Annotated[str, msgspec.Meta(max_length=300)]
SeatLabel = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
Seats = Annotated[tuple[SeatLabel, ...], msgspec.Meta(max_length=20_000)]
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
Cents = Annotated[int, msgspec.Meta(ge=0, le=10**12)]
Currency = Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
Time = Annotated[datetime, msgspec.Meta(tz=True)]


def check_times(record: msgspec.Struct) -> None:
    """
    Refuse a record with a time that UTC has no year for: whoever reads it later would stop.

    Raises:
        ValueError: names the field.
    """
    for name in record.__struct_fields__:
        value = getattr(record, name)
        if isinstance(value, datetime) and not in_utc(value):
            raise ValueError(f"{name}: UTC has no year for {value.isoformat()}")


def in_utc(time: datetime) -> bool:
    """
    Whether a time is one in UTC: hours before the year 1 and after 9999 have offsets, but no place in any calendar.
    """
    if 1 < time.year < 9999:
        return True
    try:
        return bool(time.astimezone(UTC))
    except OverflowError:
        return False


class Record(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag_field="type", kw_only=True):
    """
    Base of every record type. A value carries its type name and major version in `type`.

    Class attributes: `topic` is the topic's name without prefix; `key_fields` name the fields of which the first
    that is not empty becomes the Kafka key.
    """

    topic: ClassVar[str]
    key_fields: ClassVar[tuple[str, ...]]

    def key(self) -> str:
        """
        Return the Kafka key: records of one key keep their order.
        """
        for name in self.key_fields:
            value: str = getattr(self, name)
            if value:
                return value
        return ""


class SeatRun(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """
    Neighbouring seats of one row: `row="F", first=1, last=4` stands for F-1, F-2, F-3, F-4.

    `step` is 2 where a row counts only odd or only even numbers.
    """

    row: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    first: Annotated[int, msgspec.Meta(ge=0, le=100_000)]
    last: Annotated[int, msgspec.Meta(ge=0, le=100_000)]
    step: Annotated[int, msgspec.Meta(ge=1, le=10)] = 1

    def __post_init__(self) -> None:
        """
        Refuse a run that ends before it begins or is longer than any row.
        """
        if not 0 <= self.last - self.first <= 20_000:
            raise ValueError(f"runs: row {self.row} goes from {self.first} to {self.last}")

    def __len__(self) -> int:
        """
        Return how many seats the run stands for.
        """
        return (self.last - self.first) // self.step + 1

    def labels(self) -> Iterator[str]:
        """
        Yield the seat labels of the run, in order.
        """
        return (f"{self.row}-{number}" for number in range(self.first, self.last + 1, self.step))


class Placed(Record, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """
    Base of records about places in one section of one event: named `seats`, or a `quantity` in an area.
    """

    event_id: Identifier
    section: Identifier
    seats: Seats = ()
    quantity: Count = 0

    def __post_init__(self) -> None:
        """
        Hold the rules that a record names seats or a quantity, never both, never neither, and no seat twice.
        """
        if (not self.seats) == (not self.quantity):
            raise ValueError("seats, quantity: give seats or a quantity of at least 1, and only one of them")
        if len(self.seats) > 1 and len(set(self.seats)) != len(self.seats):
            raise ValueError("seats: a seat is named twice")

    def size(self) -> int:
        """
        Return how many places the record is about.
        """
        return len(self.seats) or self.quantity


class Encoded(msgspec.Struct, frozen=True, gc=False):
    """
    A record as bytes, ready to append. `timestamp_ms` is the record's time in milliseconds since 1970, UTC.

    `partition` of -1 lets the key decide.
    """

    topic: str
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]
    timestamp_ms: int
    partition: int = -1


class Delivered(msgspec.Struct, frozen=True, gc=False):
    """
    A record as read from the log, with its place and its CloudEvents headers, decoded once.

    `record` is None where the reader did not ask for this type, or where `failure` says why it cannot be decoded.
    `value` and `headers` are the bytes as they lie in the log. `topic` has no prefix.
    """

    topic: str
    partition: int
    offset: int
    key: str
    id: str
    type: str
    source: str
    time: str
    record: Record | None
    failure: str
    value: bytes
    headers: list[tuple[str, bytes]]

    @property
    def at(self) -> datetime:
        """
        The record's time (UTC), from `ce_time`.
        """
        return datetime.fromisoformat(self.time)
