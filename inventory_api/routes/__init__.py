"""
The routes of the inventory API, a file a topic. `ROUTERS` lists them in the order in which they are tried.
"""

from inventory_api.routes import activity, availability, best_seats, conflicts, events, many, offers, page, seats

_TOPICS = (events, availability, many, seats, offers, best_seats, activity, conflicts, page)

ROUTERS = tuple(topic.router for topic in _TOPICS)
