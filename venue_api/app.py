"""
`create_app`: the only place where the parts of the venue API are put together.
"""

from inventory_stream.projection.reading import ProjectionReader
from inventory_stream.settings import StreamSettings
from inventory_stream.web import Service, create_service
from venue_api.projection import VenueProjection
from venue_api.routes import router
from venue_api.settings import VenueApiSettings


def create_app(settings: VenueApiSettings, stream: StreamSettings) -> Service:
    """
    Return the service.
    """
    reader = ProjectionReader(stream.database_url, VenueProjection.name)
    service = create_service(
        "venue_api",
        settings=settings,
        readers=[reader],
        routers=[router],
        summary="What sells at a venue, when and through which channel",
    )
    service.state.reader = reader
    return service
