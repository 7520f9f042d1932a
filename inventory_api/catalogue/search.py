"""
One search, from what is asked to the bytes of its answer.
"""

from datetime import datetime

import msgspec
import numpy as np

from inventory_api.catalogue.facets import count_facets
from inventory_api.catalogue.filters import Wanted, apply_filters
from inventory_api.catalogue.pages import cut_page
from inventory_api.catalogue.statuses import read_statuses
from inventory_api.catalogue.summaries import summary
from inventory_api.catalogue.table import Table

_encode = msgspec.json.Encoder().encode


class Search(msgspec.Struct, frozen=True):
    """
    What is asked for, in which order, and which part of it.
    """

    wanted: Wanted
    sort: str = "starts_at"
    cursor: str = ""
    limit: int = 20
    facets: tuple[str, ...] = ()


def run_search(table: Table, search: Search, now: datetime) -> bytes:
    """
    Return the answer, in the form of `schemas.events.EventPage`.

    Raises:
        InvalidRequest: the cursor is none of this search.
    """
    found = apply_filters(table, search.wanted, read_statuses(table, now), now)
    slots = np.flatnonzero(found.all_but("", len(table)))
    page = cut_page(table, found, slots, search.wanted, search.sort, search.cursor, search.limit)
    return _encode(
        {
            "events": [summary(table.states[slot], now) for slot in page.slots],
            "total": len(slots),
            "facets": count_facets(table, found, search.facets),
            "next_cursor": page.next_cursor,
        }
    )
