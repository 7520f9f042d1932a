"""
What is said about an event on its own.
"""

from datetime import datetime

from inventory_api.live.event import LiveEvent
from inventory_api.prices import event_prices
from inventory_api.schemas.events import EventDetail
from inventory_api.schemas.prices import Price
from inventory_api.words import event_status


def event_detail(live: LiveEvent, now: datetime) -> EventDetail:
    """
    Return an event as it is shown on its own.
    """
    event = live.event
    given = {name: getattr(event, name) for name in EventDetail.model_fields.keys() - {"status", "prices"}}
    prices = [Price(**price) for price in event_prices(event).values()]
    return EventDetail(**given, status=event_status(event, live.totals(), now), prices=prices)
