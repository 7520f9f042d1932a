"""
A small house, projected and served.
"""

import pytest
from housed import WORLD
from projected import Projected, ask

from inventory_api.projection import InventoryProjection
from inventory_api.schemas.best_seats import BestSeats

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
