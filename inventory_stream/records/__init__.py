"""
The contract: every record type of the stream, its topic and key, and how it becomes bytes and back.

Read `catalogue`, `inventory`, `activity`, `feedback` and `models` for the types, `codec` for encode and decode,
`topics` for where they live.
"""

from inventory_stream.records.base import Delivered, Encoded, Record, SeatRun
from inventory_stream.records.codec import TYPES, RecordType, decode, encode, type_name
from inventory_stream.records.topics import TOPICS, Topic

__all__ = [
    "TOPICS",
    "TYPES",
    "Delivered",
    "Encoded",
    "Record",
    "RecordType",
    "SeatRun",
    "Topic",
    "decode",
    "encode",
    "type_name",
]
