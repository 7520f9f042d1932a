"""
A small world whose changes are listened to, and a service over it.
"""

from contextlib import closing, contextmanager

from inventory_api.app import create_app
from inventory_api.projection import InventoryProjection
from inventory_api.settings import InventoryApiSettings
from inventory_stream.settings import StreamSettings
from inventory_stream.testing import MemoryLog
from tests.support.charted import mapped, straight
from tests.support.places import released, scheduled
from tests.support.projected import Projected

CHANGES = "/v1/events/e1/seats/changes"
POSITION = 7  # of the world when nothing has changed yet


@contextmanager
def two_events(database_url):
    """
    Two events of four seats and an area each, on a chart.
    """
    with closing(Projected(database_url, InventoryProjection, "inventory")) as projected:
        projected.append(mapped(rows=[straight("F", [0, 1, 2, 3])]))
        for event_id in ("e1", "e2"):
            area = released(event_id, "GA", quantity=50, price_level="B")
            projected.append(scheduled(event_id, chart_id="c", chart_version=1), released(event_id), area)
        yield projected


def replica(database_url, **settings):
    """
    A service that rests as little as it can between frames.
    """
    settings = InventoryApiSettings(access_log=False, **{"changes_pause_s": 0.0} | settings)
    return create_app(settings, StreamSettings(database_url=database_url), MemoryLog({}))
