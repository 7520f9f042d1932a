"""
`create_app`: the only place where the parts of the inventory API are put together.
"""

from inventory_api.availability import AvailabilityCache
from inventory_api.projection import InventoryProjection
from inventory_api.routes import router
from inventory_api.settings import InventoryApiSettings
from inventory_stream.projection.reading import ProjectionReader
from inventory_stream.settings import StreamSettings
from inventory_stream.web import Service, create_service


def create_app(settings: InventoryApiSettings, stream: StreamSettings) -> Service:
    """
    Return the service.
    """
    cache = AvailabilityCache(settings.cached_events)
    reader = ProjectionReader(stream.database_url, InventoryProjection.name, cache.forget)
    cache.follow(reader)
    service = create_service(
        "inventory_api",
        settings=settings,
        readers=[reader],
        routers=[router],
        prepared=cache.prepared,
        summary="Which events are on, which seats are left, what they cost",
    )
    service.state.availability = cache
    return service
