"""
Requests that last as long as their caller wants take nothing from the others.
"""

import asyncio
import threading

import httpx
import pytest
from upstreams import answer, served

from gateway.guard.admission import LINGERING
from gateway.guard.breaker import FAILURES

PATH = "/v1/events/e-1/seats"
BEHIND = f"{PATH}?min_position=inventory:0=9999"


class Behind:
    """
    A service that has not reached the positions it is asked for, until it may.
    """

    def __init__(self):
        self.reached = threading.Event()
        self.waiting = 0

    async def __call__(self, scope, receive, send):
        """Answer at once, or when the position is reached."""
        if scope["type"] != "http":
            return
        asked = b"min_position" in scope["query_string"] or b"min-position" in dict(scope["headers"])
        if asked:
            self.waiting += 1
            while not self.reached.is_set():  # noqa: ASYNC110 - set by another thread
                await asyncio.sleep(0.001)
        await answer(send, {"waited": asked})


@pytest.fixture
def behind():
    """
    The service, on a port.
    """
    service = Behind()
    with served(service) as service.url:
        yield service
        service.reached.set()


async def statuses(origin, behind, most):
    """
    Ask for a position with so many requests at once, then for what is there; give all statuses when the position is reached.
    """
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=origin, trust_env=False, timeout=20, limits=limits) as client:
        # Each from another network, as the proxy in front says.
        said = [{"x-forwarded-for": f"203.0.113.{number}"} for number in range(most)]
        waiting = [asyncio.create_task(client.get(BEHIND, headers=headers)) for headers in said]
        while behind.waiting < most:  # noqa: ASYNC110 - counted by another thread
            await asyncio.sleep(0)
        late = await client.get(PATH, headers={"min-position": "inventory:0=9999"})
        plain = await client.get(PATH)
        behind.reached.set()
        answers = await asyncio.gather(*waiting)
    return late, plain.status_code, {found.status_code for found in answers}


def test_who_waits_for_a_position_takes_nobodys_place(gateway, behind):
    """
    As many as may wait do, one more is refused, and whoever asks for what is there gets it.
    """
    client = gateway(inventory_api_url=behind.url, rate_factor=0, trusted_proxies=["127.0.0.1/32"])

    late, plain, waited = asyncio.run(statuses(str(client.base_url), behind, LINGERING))

    assert (late.status_code, late.json()["type"]) == (503, "urn:seatstream:problem:overloaded")
    assert (plain, waited) == (200, {200})
    assert client.get(BEHIND).status_code == 200


def test_a_position_that_does_not_come_is_not_the_services_fault(gateway, behind):
    """
    However many ask for what never comes, the service is not left alone.
    """
    client = gateway(inventory_api_url=behind.url, timeout_s=0.05)
    late = [client.get(BEHIND).status_code for _ in range(FAILURES + 1)]

    assert late == [504] * (FAILURES + 1)
    assert client.get(PATH).status_code == 200
