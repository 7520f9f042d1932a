"""
What answers say about an event of the catalogue.
"""

from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec

from inventory_api.availability import name_counts
from inventory_api.catalogue.rows import State
from inventory_api.events import Event
from inventory_api.live.answers import FOR_EVER
from inventory_api.prices import event_prices, price_range
from inventory_api.words import event_status, next_change

_HEAD = (
    *(
        "event_id",
        "name",
        "starts_at",
        "timezone",
        "on_sale_at",
        "moved_from",
        "attraction",
        "tour",
        "category",
        "genre",
    ),
    *("venue_id", "venue_name", "city", "region", "country"),
)
_encode = msgspec.json.Encoder().encode

Body = dict[str, Any]


def summary(state: State, now: datetime) -> Body:
    """
    Return an event as it stands in a list, in the form of `schemas.events.EventSummary`.
    """
    head = {name: getattr(state.event, name) for name in _HEAD}
    return head | _left(state, now) | {"accessible_free": state.accessible}


def encode_left(state: State, now: datetime) -> tuple[bytes, float]:
    """
    Return what is left of an event, in the form of `schemas.events.EventLeft`, and until when (seconds since 1970) it holds.
    """
    event = state.event
    changes_at = next_change(event, now)
    body = _encode({"event_id": event.event_id, "moved_from": event.moved_from} | _left(state, now))
    return body, changes_at.timestamp() if changes_at else FOR_EVER


def _left(state: State, now: datetime) -> Body:
    event = state.event
    return {
        "status": event_status(event, state.counts, now),
        "currency": event.currency,
        "counts": name_counts(state.counts),
        **_price_range(_encode(event.prices), state.levels),
        "lowest_resale_price": _resale(state),
    }


@lru_cache(maxsize=20_000)
def _price_range(prices: bytes, levels: tuple[str, ...]) -> Body:
    """Return what many events share: few have prices of their own."""
    return price_range(event_prices(Event("", prices=msgspec.json.decode(prices))), levels)


def _resale(state: State) -> Body | None:
    if state.resale is None:
        return None
    face, fees = state.resale
    return {"face_cents": face, "fees_cents": fees, "total_cents": face + fees}
