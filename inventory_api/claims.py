"""
Claims on places: which record took what, and which came too late.

The first in the log wins. So that an operator can put the two records of a conflict beside each other, a claim that wins
leaves its position where it costs least: holds and listings keep it while they are open; sales and blocks, which may last
for ever, write a row each, and nobody keeps those in memory (see decision 10).
"""

from typing import Any, Literal, NamedTuple

import msgspec

from inventory_stream.records import Delivered

MAX_PLACES = 100
"""Of a conflict that are kept one by one: a record may name 20,000 seats, and the first hundred tell the story."""

PARTITION_BITS = 48
Status = Literal["free", "held", "sold", "blocked", "listed"]
STATUSES: tuple[Status, ...] = ("free", "held", "sold", "blocked", "listed")
_encode = msgspec.json.Encoder().encode


class Found(NamedTuple):
    """
    What a claim found in place of what it wanted.

    label: of a seat, empty for an area. position: of the record that has the place; None when nobody has (it is free),
    or when `ClaimRow` tells (it is sold or blocked). number: the seat's index, or how many places of an area.
    """

    label: str
    status: Status
    position: int | None
    number: int


def position_of(delivered: Delivered) -> int:
    """
    Return a record's place in its topic as one number: partition * 2^48 + offset.
    """
    return (delivered.partition << PARTITION_BITS) + delivered.offset


def beside(number: int, offset: int) -> int:
    """
    Return the position at an offset of the partition that another position is in.
    """
    return (number >> PARTITION_BITS << PARTITION_BITS) + offset


def claim_row(section_no: int, delivered: Delivered, status: int, places: list[int]) -> tuple[Any, ...]:
    """
    Return the values of `ClaimRow`.
    """
    return (section_no, position_of(delivered), status, _encode(places).decode())


def conflict_row(place: tuple[int, str, str], delivered: Delivered, count: int, found: list[Found]) -> tuple[Any, ...]:
    """
    Return the values of `ConflictRow`.

    Args:
        place: number of the section, event, name of the section.
        count: places that the record lost.
    """
    position, places = position_of(delivered), _encode(found).decode()
    return (position, *place, delivered.type, delivered.at, count, places)
