"""
A gateway on a real port, in front of services that the tests control.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

import httpx
import pytest
from traced import Place
from upstreams import EchoService, closed_url, served

from gateway.app import create_app
from gateway.routes import ROUTES
from gateway.server import DoorProtocol
from gateway.settings import GatewaySettings

NOW = datetime(2026, 1, 1, 12, 0, 1, tzinfo=UTC)
SERVICES = ("inventory_api", "venue_api", "fraud_api")


@pytest.fixture
def gateway(log_lines):
    """Start gateways: `gateway(inventory_api_url=…)` returns a client of one; other services are down."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(_client(log_lines, **settings))


@pytest.fixture
def log_lines():
    """What the test's own gateways wrote to their access logs."""
    return []


@pytest.fixture
def services(_servers):
    """Give three running services by name, as new; each has its `url`."""
    for service in _servers.values():
        service.reset()
    return _servers


@pytest.fixture
def client(services, _shared_client):
    """A client of a gateway in front of all three services, one for the whole session: it keeps no documents."""
    return _shared_client


@pytest.fixture
def place(monkeypatch):
    """A place without a service."""
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "20")
    with ExitStack() as stack:
        yield Place(stack)


@pytest.fixture
def echo():
    """A service that says what arrived, with its `url`."""
    service = EchoService("inventory_api")
    with served(service) as service.url:
        yield service


@pytest.fixture(scope="session")
def _servers():
    with ExitStack() as stack:
        running = {name: EchoService(name) for name in SERVICES}
        for service in running.values():
            service.url = stack.enter_context(served(service))
        yield running


@pytest.fixture(scope="session")
def _shared_client(_servers):
    urls = {f"{name}_url": service.url for name, service in _servers.items()}
    with _client([], openapi_cache_s=0, status_cache_s=0, **urls) as client:
        yield client


@contextmanager
def _client(log_lines, *, timeout_s=5, cache_s=0, **settings) -> Iterator[httpx.Client]:
    for name in SERVICES:
        settings.setdefault(f"{name}_url", closed_url())
    # Whom a route is for is another test's matter: here everybody may.
    settings.setdefault("metrics_cache_s", 0)
    changed = {"timeout_s": timeout_s, "audience": "fans"}
    routes = [route._replace(cache_s=cache_s and route.cache_s and cache_s, **changed) for route in ROUTES]
    app = create_app(GatewaySettings(**settings), routes=routes, write_log=log_lines.append, now=lambda: NOW)
    with served(app, protocol=DoorProtocol) as url, httpx.Client(base_url=url, trust_env=False) as client:
        yield client
