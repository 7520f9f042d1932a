"""
`create_app`: the only place where the parts of the inventory API are put together.
"""

from inventory_api.availability import encode_availability
from inventory_api.live.events import LiveEvents
from inventory_api.live.follower import Follower
from inventory_api.live.hot import HotAnswers
from inventory_api.projection import InventoryProjection
from inventory_api.routes import ROUTERS
from inventory_api.settings import InventoryApiSettings
from inventory_stream.projection.reading import ProjectionReader
from inventory_stream.settings import StreamSettings
from inventory_stream.web import Service, create_service


def create_app(settings: InventoryApiSettings, stream: StreamSettings) -> Service:
    """
    Return the service.
    """
    events = LiveEvents(settings.cached_seats)
    follower = Follower([events], max_stale_s=settings.max_stale_s)
    follower.follow(ProjectionReader(stream.database_url, InventoryProjection.name, follower.mark))
    events.follow(follower)
    hot = HotAnswers(events, {"availability": encode_availability})
    service = create_service(
        "inventory_api",
        settings=settings,
        readers=[follower],
        routers=ROUTERS,
        prepared=hot.prepared,
        summary="Which events are on, which seats are left, what they cost",
    )
    service.state.live_events = events
    return service
