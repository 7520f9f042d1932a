"""
An event of four seats, projected and served.
"""

import pytest
from housed import PRICES, show
from places import released
from projected import Projected, ask

from inventory_api.app import create_app
from inventory_api.projection import InventoryProjection
from inventory_api.schemas.offers import Offers
from inventory_api.settings import InventoryApiSettings
from inventory_stream.settings import StreamSettings

PATH = "/v1/events/e1/offers"


@pytest.fixture
def projected(database_url):
    """
    An inventory projection with one event of four seats at level A.
    """
    projected = Projected(database_url, InventoryProjection, "inventory")
    projected.append(show(), released(), PRICES)
    yield projected
    projected.close()


@pytest.fixture
def service(projected, database_url):
    """
    The API over it.
    """
    return create_app(InventoryApiSettings(access_log=False), StreamSettings(database_url=database_url))


@pytest.fixture
def offers(projected, service):
    """
    A function from further records to the answer.
    """

    def read(*records):
        """Append, and ask."""
        if records:
            projected.append(*records)
        (answer,) = ask(service, projected.position, PATH)
        assert answer.status_code == 200
        return Offers.model_validate_json(answer.content, strict=True).model_dump()

    return read
