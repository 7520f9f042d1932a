"""
How every place of a show is, from the box office's own books and not from what it told the stream.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from simulator.places import SectionPlaces
from simulator.shows import Show
from simulator.tickets import Order
from simulator.truth.tables import Row

Owner = tuple[str, str, str]
"""State, order id, customer id."""

FREE: Owner = ("free", "", "")
BLOCKED: Owner = ("blocked", "", "")


def final_places(show: Show, at: datetime) -> Iterator[Row]:
    """
    Yield the rows of `final_places` for one show of which nothing is held. What is neither free nor owned is blocked.
    """
    taken: dict[SectionPlaces, list[tuple[Owner, tuple[str, ...], int]]] = defaultdict(list)
    for order in show.orders.values():
        taken[order.places].append((_owner(order), order.seats, order.quantity))
    for places in show.sections:
        rows = _seats(places, taken[places]) if places.rows else _area(places, taken[places])
        for seat, (state, order_id, customer_id), count in rows:
            yield show.event_id, places.section, seat, state, count, order_id, customer_id, at


def _owner(order: Order) -> Owner:
    return order.state, order.id, order.customer.id


def _seats(places: SectionPlaces, taken: list[tuple[Owner, tuple[str, ...], int]]) -> Iterator[tuple[str, Owner, int]]:
    owners = {seat: owner for owner, seats, _ in taken for seat in seats}
    owners |= dict.fromkeys(places.free_seats(), FREE)
    for row in places.rows:
        for seat in row:
            yield seat, owners.get(seat, BLOCKED), 1


def _area(places: SectionPlaces, taken: list[tuple[Owner, tuple[str, ...], int]]) -> Iterator[tuple[str, Owner, int]]:
    for owner, _, quantity in taken:
        yield "", owner, quantity
    blocked = places.capacity - places.free - sum(quantity for _, _, quantity in taken)
    for owner, quantity in ((FREE, places.free), (BLOCKED, blocked)):
        if quantity:
            yield "", owner, quantity
