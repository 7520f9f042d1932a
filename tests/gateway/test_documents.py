"""
The merged OpenAPI document while services come and go.
"""

import asyncio
import threading
import time
from contextlib import ExitStack

import pytest
from upstreams import EchoService, answer, served

PATH = "/v1/models"


class Describing(EchoService):
    """
    Describes one route. It can be told to freeze, or to talk nonsense.
    """

    def __init__(self):
        super().__init__("fraud_api")
        self.openapi = {"openapi": "3.1.0", "paths": {PATH: {"get": {"responses": {}}}}}
        self.frozen = False
        self.thaw = threading.Event()

    async def __call__(self, scope, receive, send):
        """Answer, or do not."""
        if self.frozen:
            await asyncio.to_thread(self.thaw.wait, 30)
            await answer(send, {}, status=500)
        else:
            await super().__call__(scope, receive, send)


@pytest.fixture
def service():
    """A service, whose `stop` ends it."""
    service = Describing()
    with ExitStack() as stack:
        service.url = stack.enter_context(served(service))
        service.stop = stack.close
        stack.callback(service.thaw.set)
        yield service


@pytest.fixture
def client(gateway, services, service):
    """A client of a gateway that keeps no merged document."""
    urls = {f"{name}_url": services[name].url for name in ("inventory_api", "venue_api")}
    return gateway(**urls, fraud_api_url=service.url, openapi_cache_s=0)


def test_a_service_that_is_down_keeps_its_routes(client, service):
    """Its last document stands for it, so that a restart changes nothing for those who read."""
    before = client.get("/openapi.json").json()
    service.stop()

    assert PATH in before["paths"]
    assert client.get("/openapi.json").json() == before


@pytest.mark.parametrize("nonsense", [[], "…", {"detail": "no"}, {"paths": []}])
def test_a_service_that_talks_nonsense_keeps_its_routes(client, service, nonsense):
    """What is no document does not take the place of one."""
    before = client.get("/openapi.json").json()
    service.openapi = nonsense

    assert client.get("/openapi.json").json() == before


def test_what_a_service_says_now_counts(client, service):
    """An earlier document does not outlive a newer one."""
    client.get("/openapi.json")
    service.openapi = {"openapi": "3.1.0", "paths": {}}
    now = client.get("/openapi.json").json()
    service.stop()

    assert PATH not in now["paths"]
    assert client.get("/openapi.json").json() == now


def test_a_frozen_service_delays_nobody_who_has_its_document(client, service):
    """With an earlier document it is waited for about a second, not as long as it may take for the first one."""
    before = client.get("/openapi.json").json()
    service.frozen = True
    started = time.monotonic()
    after = client.get("/openapi.json", timeout=30).json()

    assert time.monotonic() - started < 3
    assert after == before
