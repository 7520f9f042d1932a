"""
An event of four seats, projected and served.
"""

import pytest
from housed import PRICES, show
from places import released
from projected import Projected, ask

from inventory_api.projection import InventoryProjection
from inventory_api.schemas.offers import Offers

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
