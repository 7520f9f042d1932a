"""
`create_app`: the only place where the parts of the fraud API are put together.
"""

from fraud_api.projection import FraudProjection
from fraud_api.routes import router
from fraud_api.scoring import Scoring
from fraud_api.settings import FraudApiSettings
from inventory_stream.projection.reading import ProjectionReader
from inventory_stream.settings import StreamSettings
from inventory_stream.web import Service, create_service


def create_app(settings: FraudApiSettings, stream: StreamSettings) -> Service:
    """
    Return the service.
    """
    scoring = Scoring(settings.model)
    reader = ProjectionReader(stream.database_url, FraudProjection.name, scoring.note)
    service = create_service(
        "fraud_api",
        settings=settings,
        readers=[reader],
        routers=[router],
        summary="What customers do, and how likely it is that they abuse the system",
    )
    service.state.reader = reader
    service.state.scoring = scoring
    return service
