"""
Records of the stream about itself: dead letters and tracers.
"""

from typing import Annotated, ClassVar, Literal

import msgspec

from inventory_stream.records.base import Count, Identifier, Record, Text


class RecordDeadLettered(
    Record, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="record.dead_lettered.v1"
):
    """
    A projector could not apply a record: where it lies, why, and its bytes.
    """

    topic: ClassVar[str] = "dead-letters"
    key_fields: ClassVar[tuple[str, ...]] = ("original_key",)

    projection: Identifier
    version: Count
    original_topic: Identifier
    original_partition: Count
    original_offset: Annotated[int, msgspec.Meta(ge=0)]
    original_key: Text
    original_type: Text
    original_id: Text
    reason: str
    value: bytes
    headers: tuple[tuple[str, bytes | None], ...] = ()


class TracerSent(Record, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag="tracer.sent.v1"):
    """
    A heartbeat in one partition, by which each projector reports its end-to-end freshness. Changes nothing else.
    """

    topic: ClassVar[str] = "inventory"
    key_fields: ClassVar[tuple[str, ...]] = ("to_topic",)

    to_topic: Literal["inventory", "activity", "feedback", "models"]
    to_partition: Count


RECORDS = (RecordDeadLettered, TracerSent)
