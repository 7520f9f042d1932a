"""
Tables of events without a database, and searches in them page by page.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from plain_search import NOW

from inventory_api.catalogue.filters import Wanted
from inventory_api.catalogue.keeper import Catalogue, _once
from inventory_api.catalogue.rows import State
from inventory_api.catalogue.search import Search, run_search
from inventory_api.catalogue.table import Table
from inventory_api.events import Event


def event(event_id: str, **fields: Any) -> Event:
    """
    An event that is still to come, unless told otherwise.
    """
    return Event(event_id, **({"name": f"Show {event_id}", "starts_at": NOW.replace(year=2031)} | fields))


def built(batches: Sequence[Sequence[State]], renewed: int = -1) -> tuple[Table, dict[str, State]]:
    """
    A table after some changes, and the events in it; batch `renewed` is taken up in a copy, as many changes at once are.
    """
    catalogue = Catalogue()
    asyncio.run(catalogue._renew(Table(), _once([])))
    for number, batch in enumerate(batches):
        if number == renewed:
            asyncio.run(catalogue._renew(catalogue.table.copy(), _once(list(batch))))
        else:
            catalogue.table.put(batch)
    return catalogue.table, {state.event.event_id: state for batch in batches for state in batch}


def table_of(*events: Event) -> Table:
    """
    A table of some events.
    """
    return built([[State(event) for event in events]])[0]


def page(table: Table, wanted: Wanted, sort: str, cursor: str = "", limit: int = 20, facets: Iterable[str] = ()) -> Any:
    """
    One page of a search.
    """
    return msgspec.json.decode(run_search(table, Search(wanted, sort, cursor, limit, tuple(facets)), NOW))


def pages(
    table: Table, wanted: Wanted, sort: str, limit: int, facets: Iterable[str] = ()
) -> tuple[list[list[str]], dict[str, Any]]:
    """
    All events of a search by page, and the last page.
    """
    found: list[list[str]] = []
    cursor: str | None = ""
    last: dict[str, Any] = {}
    while cursor is not None:
        last = page(table, wanted, sort, cursor, limit, facets)
        found.append([event["event_id"] for event in last["events"]])
        cursor = last["next_cursor"]
        assert len(found) < 50, "pages go round in a circle"
    return found, last


def found_ids(table: Table, q: str) -> list[str]:
    """
    The events that a text finds, best first.
    """
    return [event["event_id"] for event in page(table, Wanted(q), "relevance")["events"]]
