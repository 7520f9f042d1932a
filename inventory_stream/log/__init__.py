"""
The log: append records, read them from a position, share partitions with others.

`base` is the Protocol; `kafka.KafkaLog` and `memory.MemoryLog` keep it and pass one suite of tests.
"""

from inventory_stream.log.base import (
    Log,
    LogError,
    LogUnavailable,
    MemberReplaced,
    Partition,
    Position,
    Reader,
    Subscription,
)

__all__ = ["Log", "LogError", "LogUnavailable", "MemberReplaced", "Partition", "Position", "Reader", "Subscription"]
