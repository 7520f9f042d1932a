"""
The routes of the inventory API, a file a topic. `ROUTERS` lists them in the order in which they are tried.
"""

from inventory_api.routes import activity, availability, conflicts, events, many, offers

ROUTERS = (events.router, availability.router, many.router, activity.router, conflicts.router, offers.router)
