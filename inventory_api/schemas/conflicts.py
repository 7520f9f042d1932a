"""
Records that claimed places in vain, beside those that have the places.
"""

from datetime import datetime

from pydantic import BaseModel

from inventory_api.claims import Status


class RecordPosition(BaseModel):
    """
    Where a record lies in the stream.
    """

    topic: str
    partition: int
    offset: int


class LostPlace(BaseModel):
    """
    What a record found in place of what it wanted.

    `label` is a seat's; it is empty for an area, of which a row tells how many places (`quantity`) had which `status`.
    `other` is the record that has the place, of an area the last one of those that took some; null where nobody has it.
    """

    label: str
    status: Status
    quantity: int
    other: RecordPosition | None


class Conflict(BaseModel):
    """
    A record that came too late, or asked for what was never there. `count` places were lost; `places` has the first 100.
    """

    event_id: str
    section: str
    record_type: str
    time: datetime
    position: RecordPosition
    count: int
    places: list[LostPlace]


class EventConflicts(BaseModel):
    """
    How many places records of an event claimed in vain since its first record (count).
    """

    event_id: str
    count: int


class ConflictPage(BaseModel):
    """
    Conflicts by time of the losing record, newest first, and the totals of their events.

    `next_cursor` asks for the next page; null on the last.
    """

    conflicts: list[Conflict]
    events: list[EventConflicts]
    next_cursor: str | None
