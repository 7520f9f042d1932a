"""
Events in the order that a search asks for, cut into pages that do not shift when other events come and go.

An event is compared by one number, then by its id. A cursor holds both of the last event of its page: the next page
begins behind it, whatever was added or taken away before.
"""

from hashlib import blake2b
from typing import Any, Literal, get_args

import msgspec
import numpy as np
import numpy.typing as npt

from inventory_api.catalogue.filters import Found, Wanted
from inventory_api.catalogue.table import NEVER, Table, name_key
from inventory_stream.web import FieldError, InvalidRequest, decode_cursor, encode_cursor

Sort = Literal["relevance", "starts_at", "-starts_at", "on_sale_at", "price", "-price", "name"]
SORTS: tuple[str, ...] = get_args(Sort)
_SECOND = 1_000_000
_SECONDS_BITS, _YEAR_ONE = 40, 62_135_596_800  # seconds from the year 1 to 1970
_BEST = 2**16

Numbers = npt.NDArray[np.int64]


def sort_numbers(table: Table, found: Found, sort: str) -> Numbers:
    """
    Return what events are compared by.
    """
    if sort == "name":
        return table.by_name.ranks().astype(np.int64)
    if sort in ("on_sale_at", "starts_at"):
        return table[sort]
    if sort == "-starts_at":
        return -table["starts_at"]
    if sort == "price":
        return table["lowest"]
    if sort == "-price":
        return np.where(table["highest"] < 0, NEVER, -table["highest"])
    seconds = table["starts_at"] // _SECOND + _YEAR_ONE
    numbers: Numbers = ((_BEST - found.scores.astype(np.int64)) << _SECONDS_BITS) + seconds
    return numbers


class Page(msgspec.Struct, frozen=True):
    """
    Slots of events in order, and the cursor of what follows; None on the last page.
    """

    slots: list[int]
    next_cursor: str | None


def cut_page(
    table: Table, found: Found, slots: npt.NDArray[np.intp], wanted: Wanted, sort: str, cursor: str, limit: int
) -> Page:
    """
    Return a page of the events in `slots`.

    Raises:
        InvalidRequest: the cursor is none of this search.
    """
    numbers, ranks = sort_numbers(table, found, sort), table.by_id.ranks()
    if cursor:
        number, rank = _read_cursor(table, cursor, wanted, sort)
        mine = numbers[slots]
        slots = slots[(mine > number) | ((mine == number) & (ranks[slots] > rank))]
    first = _first(slots, numbers, ranks, limit)
    if len(slots) <= limit:
        return Page(first, None)
    return Page(first, _write_cursor(table, first[-1], numbers, wanted, sort))


def _first(slots: npt.NDArray[np.intp], numbers: Numbers, ranks: npt.NDArray[np.int32], limit: int) -> list[int]:
    """Return the first ones in order, without sorting the rest."""
    if len(slots) > limit:
        mine = numbers[slots]
        bound = np.partition(mine, limit - 1)[limit - 1]
        below, equal = slots[mine < bound], slots[mine == bound]
        missing = limit - len(below)
        if len(equal) > missing:
            equal = equal[np.argpartition(ranks[equal], missing - 1)[:missing]]
        slots = np.concatenate((below, equal))
    ordered: list[int] = slots[np.lexsort((ranks[slots], numbers[slots]))].tolist()
    return ordered


def _write_cursor(table: Table, slot: int, numbers: Numbers, wanted: Wanted, sort: str) -> str:
    event = table.states[slot].event
    # A rank among names says nothing when names come and go: the name itself does.
    place = event.name if sort == "name" else str(int(numbers[slot]))
    return encode_cursor([_fingerprint(wanted, sort), place, event.event_id])


def _read_cursor(table: Table, cursor: str, wanted: Wanted, sort: str) -> tuple[int, float]:
    """Return the number and rank behind which the page begins. The event itself need not be there any more."""
    fingerprint, place, event_id = decode_cursor(cursor, 3)
    if fingerprint != _fingerprint(wanted, sort):
        raise _refused("belongs to a search with other filters or another order")
    if sort == "name":
        return table.by_name.place(name_key(place, event_id) + "\0") - 1, NEVER
    try:
        number = int(place)
    except ValueError as error:
        raise _refused("does not say where the page begins") from error
    return number, table.by_id.place(event_id + "\0") - 1


def _fingerprint(wanted: Wanted, sort: str) -> str:
    values: Any = (sort, msgspec.structs.astuple(wanted))
    return blake2b(msgspec.json.encode(values, order="deterministic"), digest_size=6).hexdigest()


def _refused(reason: str) -> InvalidRequest:
    return InvalidRequest(errors=[FieldError("cursor", "query", reason)])
