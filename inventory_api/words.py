"""
One word for how an event is, as a person would say it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from inventory_api.events import Event

EventStatus = Literal[
    "cancelled", "past", "not_yet_on_sale", "paused", "sold_out", "resale_only", "few_left", "on_sale"
]
FEW_LEFT_PER_CENT = 5


def event_status(event: Event, counts: Sequence[int], now: datetime) -> EventStatus:
    """
    Return the first word that holds, in the order of `EventStatus`.

    Args:
        counts: places that are free, held, sold, blocked, listed. Few are left when the free ones are at most 5 % of
            those that are not blocked.
    """
    if event.cancelled:
        return "cancelled"
    if event.starts_at <= now:
        return "past"
    if event.on_sale_at and event.on_sale_at > now:
        return "not_yet_on_sale"
    if not event.on_sale:
        return "paused"
    free, held, sold, _, listed = counts
    if not free:
        return "resale_only" if listed else "sold_out"
    return "few_left" if free * 100 <= (free + held + sold + listed) * FEW_LEFT_PER_CENT else "on_sale"


def next_change(event: Event, now: datetime) -> datetime | None:
    """
    Return when the passing of time alone will change the word; None for never.
    """
    return min((at for at in (event.on_sale_at, event.starts_at) if at and at > now), default=None)
