"""
Dead letters as a projector would write them.
"""

from __future__ import annotations

from views import NOON

from inventory_stream.log import Log, Position
from inventory_stream.projection.applier import DeadLetter
from inventory_stream.projection.letters import dead_letter
from inventory_stream.records import Delivered


def refuse(log: Log, record: Delivered, projection: str = "fraud", reason: str = "it makes no sense") -> Position:
    """
    Append the dead letter of a record.
    """
    return log.append([dead_letter(projection, 1, DeadLetter(record, reason), NOON)])[0]
