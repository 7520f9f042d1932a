"""
A small house, projected and served.
"""

import pytest
from housed import WORLD
from projected import Projected, ask

from inventory_api.app import create_app
from inventory_api.projection import InventoryProjection
from inventory_api.schemas.best_seats import BestSeats
from inventory_api.settings import InventoryApiSettings
from inventory_stream.settings import StreamSettings

PATH = "/v1/events/e1/best-seats"


@pytest.fixture
def projected(database_url):
    """
    An inventory projection with one event of two rows and an area.
    """
    projected = Projected(database_url, InventoryProjection, "inventory")
    projected.append(*WORLD)
    yield projected
    projected.close()


@pytest.fixture
def service(projected, database_url):
    """
    The API over it.
    """
    return create_app(InventoryApiSettings(access_log=False), StreamSettings(database_url=database_url))


@pytest.fixture
def best(projected, service):
    """
    A function from a query and further records to the answer.
    """

    def read(query, *records):
        """Append, and ask."""
        if records:
            projected.append(*records)
        (answer,) = ask(service, projected.position, f"{PATH}?{query}")
        assert answer.status_code == 200, answer.text
        return BestSeats.model_validate_json(answer.content, strict=True).model_dump()

    return read
