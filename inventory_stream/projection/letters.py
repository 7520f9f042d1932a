"""
Dead letters: what a record that cannot be applied becomes.
"""

from datetime import datetime

from inventory_stream.projection.applier import DeadLetter
from inventory_stream.records import Encoded, encode
from inventory_stream.records.operations import RecordDeadLettered


def dead_letter(projection: str, version: int, letter: DeadLetter, now: datetime) -> Encoded:
    """
    Return the dead letter as a record. Its id is the place of the original, so that writing it twice is one record.
    """
    original = letter.delivered
    record = RecordDeadLettered(
        projection=projection,
        version=version,
        original_topic=original.topic,
        original_partition=original.partition,
        original_offset=original.offset,
        original_key=original.key[:300],
        original_type=original.type[:300],
        original_id=original.id[:300],
        reason=letter.reason,
        value=original.value,
        headers=tuple(original.headers),
    )
    identity = f"{projection}/{version}/{original.topic}/{original.partition}/{original.offset}"
    return encode(record, id=identity, source=f"/projection/{projection}", time=now)
