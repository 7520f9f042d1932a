"""
What tests of the inventory API share.
"""

import pytest

from inventory_api.app import create_app
from inventory_api.settings import InventoryApiSettings
from inventory_stream.settings import StreamSettings


@pytest.fixture
def service(projected, database_url):
    """
    The API over the projection of the test's own.
    """
    return create_app(InventoryApiSettings(access_log=False), StreamSettings(database_url=database_url))
