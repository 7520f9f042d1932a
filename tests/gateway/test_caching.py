"""
Reads through a gateway that keeps answers, on real connections; the clock is the test's.
"""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from clocks import Clock
from upstreams import answer, closed_url, served

from gateway.app import create_app
from gateway.reads import MOST
from gateway.routes import ROUTES
from gateway.server import DoorProtocol
from gateway.settings import GatewaySettings

FRESH = 1.0
PATH = "/v1/events/e-1"


class CountingService:
    """A service whose answer is the number of times that it was asked."""

    def __init__(self):
        self.asked = []
        self.status = 200
        self.headers = [(b"stream-position", b"inventory:0=5")]
        self.tag = None
        self.padding = 0
        self.gate = threading.Event()
        self.gate.set()

    async def __call__(self, scope, receive, send):
        """Answer when the gate is open."""
        if scope["type"] != "http":
            return
        headers = dict(scope["headers"])
        self.asked.append(headers)
        await asyncio.to_thread(self.gate.wait, 10)
        tag = [(b"etag", self.tag)] if self.tag else []
        if self.tag and headers.get(b"if-none-match") == self.tag:
            await send({"type": "http.response.start", "status": 304, "headers": [*self.headers, *tag]})
            await send({"type": "http.response.body", "body": b""})
        else:
            await answer(send, len(self.asked), [*self.headers, *tag], status=self.status, padding=self.padding)


@pytest.fixture
def clock():
    """A clock that stands."""
    return Clock()


@pytest.fixture
def service():
    """A service that counts."""
    return CountingService()


@pytest.fixture
def client(service, clock):
    """A client of a gateway in front of it, which keeps answers for a second."""
    routes = [route._replace(cache_s=FRESH if route.cache_s else 0) for route in ROUTES]
    urls = {"venue_api_url": closed_url(), "fraud_api_url": closed_url()}
    with served(service) as url:
        settings = GatewaySettings(access_log=False, inventory_api_url=url, **urls)
        app = create_app(settings, routes=routes, clock=clock)
        with served(app, protocol=DoorProtocol) as door, httpx.Client(base_url=door, trust_env=False) as client:
            yield client


def test_a_fresh_answer_is_given_again(client, service):
    """The second read does not reach the service, and its trace is its own."""
    first, second = client.get(PATH), client.get(PATH)

    assert (first.json(), second.json(), len(service.asked)) == (1, 1, 1)
    assert first.headers["traceparent"] != second.headers["traceparent"]
    assert (second.headers["stream-position"], second.headers["age"]) == ("inventory:0=5", "0")


def test_an_old_answer_is_not_given(client, clock):
    """Beyond twice its time the service is asked again."""
    client.get(PATH)
    clock.now += 2 * FRESH

    assert client.get(PATH).json() == 2


def test_a_stale_answer_is_given_while_it_is_renewed(client, service, clock):
    """In between, everybody gets what is there, and the service is asked once."""
    client.get(PATH)
    service.gate.clear()
    clock.now += 1.5 * FRESH
    stale = [client.get(PATH).json() for _ in range(5)]
    service.gate.set()
    while client.get(PATH).json() == 1:
        pass

    assert stale == [1] * 5
    assert len(service.asked) == 2


def test_many_who_ask_at_once_are_one(client, service):
    """Whoever asks while the service is being asked waits for the same answer."""
    service.gate.clear()
    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(client.get, PATH) for _ in range(8)]
        while not service.asked:
            pass
        service.gate.set()

        assert {answer.result().json() for answer in answers} == {1}


def test_a_failure_is_one_for_all_and_not_kept(client, service):
    """An answer that is an error is given to those who wait for it, and the next one asks again."""
    service.status = 404
    first = client.get(PATH)
    second = client.get(PATH)

    assert (first.status_code, first.json(), second.json()) == (404, 1, 2)


def test_a_failure_with_a_cookie_is_for_one(client, service):
    """Callers who wait together get refusals of their own when those give cookies."""
    service.status, service.headers = 404, [(b"set-cookie", b"a=b")]
    service.gate.clear()
    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(client.get, PATH) for _ in range(8)]
        while not service.asked:
            pass
        service.gate.set()

        assert {answer.result().status_code for answer in answers} == {404}
    assert len(service.asked) == 1 + 8  # for all, and then for each


def test_a_cookie_with_no_change_is_for_one(client, service, clock):
    """The word that nothing has changed does not give its cookie to those who come later."""
    service.tag = b'"t"'
    client.get(PATH)
    service.headers = [(b"set-cookie", b"a=b")]
    clock.now += 3 * FRESH
    client.get(PATH)
    service.headers = []

    assert "set-cookie" not in client.get(PATH).headers


def test_what_has_not_changed_is_not_sent(client, service):
    """The gateway answers a condition itself, whether it had the answer or had to ask."""
    service.tag = b'"t"'
    asked = [client.get(PATH, headers={"If-None-Match": '"t"'}) for _ in range(2)]

    assert [(a.status_code, a.content, a.headers["etag"]) for a in asked] == [(304, b"", '"t"')] * 2
    assert b"if-none-match" not in service.asked[0]


def test_an_old_answer_is_renewed_by_its_tag(client, service, clock):
    """A service that says that nothing changed makes the answer fresh, with its new position."""
    service.tag = b'"t"'
    client.get(PATH)
    service.headers = [(b"stream-position", b"inventory:0=9")]
    clock.now += 3 * FRESH
    renewed = client.get(PATH)

    assert service.asked[1][b"if-none-match"] == b'"t"'
    assert (renewed.status_code, renewed.json()) == (200, 1)
    assert renewed.headers["stream-position"] == "inventory:0=9"


def test_nothing_of_the_caller_reaches_a_shared_answer(client, service):
    """The service cannot depend on who happened to ask first."""
    client.get(PATH, headers={"Cookie": "a=1", "User-Agent": "x", "Accept": "x"})

    assert set(service.asked[0]) <= {b"host", b"via", b"traceparent", b"accept-encoding"}


def test_encodings_are_kept_apart(client, service):
    """Whoever takes gzip and whoever does not get answers of their own."""
    first = client.get(PATH, headers={"Accept-Encoding": "gzip, br"}).json()
    second = client.get(PATH, headers={"Accept-Encoding": "identity"}).json()

    assert (first, second) == (1, 2)
    assert [headers.get(b"accept-encoding") for headers in service.asked] == [b"gzip", None]


def test_a_position_that_is_reached_is_served(client, service):
    """A kept answer serves who wants no more than it reflects; who wants more gets a new one."""
    client.get(PATH)
    reached = client.get(PATH, headers={"Min-Position": "inventory:0=5"}).json()
    beyond = client.get(PATH, headers={"Min-Position": "inventory:0=6"}).json()
    by_query = client.get(PATH, params={"min_position": "inventory:0=5"}).json()

    assert (reached, beyond, by_query) == (1, 2, 3)
    assert service.asked[1][b"min-position"] == b"inventory:0=6"


def test_a_position_that_is_none_is_refused(client):
    """A wrong header is named."""
    client.get(PATH)
    refused = client.get(PATH, headers={"Min-Position": "yesterday"})

    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "min-position")


@pytest.mark.parametrize("header", [(b"cache-control", b"no-store"), (b"set-cookie", b"a=1"), (b"vary", b"cookie")])
def test_what_is_not_for_everybody_is_passed_on(client, service, header):
    """Each caller gets an answer of their own, and no one is asked twice for it but the first time."""
    service.headers = [header]
    answers = [client.get(PATH) for _ in range(3)]

    assert [answer.json() for answer in answers] == [2, 3, 4]


def test_what_is_too_large_is_passed_on(client, service):
    """A large answer is not kept, and arrives whole."""
    service.padding = MOST
    large = client.get(PATH)

    assert (large.status_code, len(large.content) > MOST) == (200, True)
    assert client.get(PATH).json() == 3


def test_a_head_is_that_of_the_kept_answer(client, service):
    """HEAD says what GET would, without asking the service again."""
    client.get(PATH)
    head = client.head(PATH)

    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", "1")
    assert len(service.asked) == 1
