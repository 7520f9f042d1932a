"""
Prices of an event's price levels.
"""

from collections.abc import Iterable
from typing import Any

from inventory_api.events import Event

Price = dict[str, Any]


def event_prices(event: Event) -> dict[str, Price]:
    """
    Return price level → price, in the form of `schemas.prices.Price`.
    """
    return {
        level: {"price_level": level, "face_cents": face, "fees_cents": fees, "total_cents": face + fees}
        for level, (face, fees) in event.prices.items()
    }


def price_range(prices: dict[str, Price], levels: Iterable[str]) -> dict[str, Price | None]:
    """
    Return the lowest and the highest total price among some levels; of equal ones the first by name.
    """
    found = sorted((prices[level] for level in set(levels) if level in prices), key=_by_total)
    highest = max(found, key=lambda price: price["total_cents"], default=None)
    return {"lowest_price": found[0] if found else None, "highest_price": highest}


def _by_total(price: Price) -> tuple[int, str]:
    return price["total_cents"], price["price_level"]
