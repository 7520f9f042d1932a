"""
What people see of the whole system in a browser: the state of every service, and the reference of all routes.
"""

from contextlib import ExitStack

import pytest
from upstreams import EchoService

import fraud_api.app
import inventory_api.app
import venue_api.app
from fraud_api.settings import FraudApiSettings
from gateway.app import create_app
from gateway.settings import GatewaySettings
from inventory_api.settings import InventoryApiSettings
from inventory_stream.settings import StreamSettings
from tests.support.browsing import served
from venue_api.settings import VenueApiSettings

SERVICES = {
    "inventory_api": lambda: inventory_api.app.create_app(InventoryApiSettings(access_log=False), StreamSettings()),
    "venue_api": lambda: venue_api.app.create_app(VenueApiSettings(access_log=False), StreamSettings()),
    "fraud_api": lambda: fraud_api.app.create_app(FraudApiSettings(access_log=False), StreamSettings()),
}


def described(name):
    """
    A service that answers nothing but what the real one says about its routes.
    """
    service = EchoService(name)
    service.openapi = SERVICES[name]().openapi()
    return service


@pytest.fixture(scope="module")
def origin():
    """
    A gateway in front of all services.
    """
    with ExitStack() as stack:
        urls = {f"{name}_url": stack.enter_context(served(described(name))) for name in SERVICES}
        yield stack.enter_context(served(create_app(GatewaySettings(access_log=False, **urls))))


def test_the_state_of_every_service_is_one_table(visit, origin):
    """
    A row a service and a headline, readable on a phone, without complaint and without asking anybody else.
    """
    visit = visit(viewport={"width": 390, "height": 844})
    visit.page.goto(f"{origin}/status")

    assert visit.page.locator("tbody tr").count() == len(SERVICES)
    assert visit.page.get_by_role("heading", level=1).is_visible()
    assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert (visit.complaints, visit.elsewhere(origin)) == ([], [])


def test_the_reference_shows_every_route(visit, origin):
    """
    Routes of all services by their paths, from files of the gateway's own.
    """
    visit = visit()
    visit.page.goto(f"{origin}/docs")
    visit.page.locator('[data-path="/v1/events/{event_id}/availability"]').wait_for()

    assert visit.page.locator('[data-path="/v1/scores"]').count() == 1
    assert (visit.complaints, visit.elsewhere(origin)) == ([], [])
