"""
`Idempotency-Key` through a gateway, on real connections.
"""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest
from upstreams import answer, closed_url, served

from gateway.app import create_app
from gateway.routes import ROUTES
from gateway.server import DoorProtocol
from gateway.settings import GatewaySettings

PATH = "/v1/activity"
KEY = {"Idempotency-Key": '"3f1c"'}


class AppendingService:
    """A service whose answer is the number of times that it was asked."""

    def __init__(self):
        self.bodies = []
        self.status = 202
        self.gate = threading.Event()
        self.gate.set()

    async def __call__(self, scope, receive, send):
        """Append."""
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        self.bodies.append((dict(scope["headers"]).get(b"idempotency-key"), body))
        await asyncio.to_thread(self.gate.wait, 10)
        await answer(send, len(self.bodies), [(b"stream-position", b"activity:0=1")], status=self.status)


@pytest.fixture
def service():
    """A service that appends."""
    return AppendingService()


@pytest.fixture
def inventory_url(service):
    """Its URL."""
    with served(service) as url:
        yield url


@pytest.fixture
def client(inventory_url):
    """A client of a gateway in front of it."""
    with gateway(inventory_url) as client:
        yield client


@contextmanager
def gateway(inventory_url, **settings):
    """A client of a gateway with these settings."""
    urls = {"venue_api_url": closed_url(), "fraud_api_url": closed_url(), "inventory_api_url": inventory_url}
    app = create_app(GatewaySettings(access_log=False, **urls, **settings))
    with served(app, protocol=DoorProtocol) as door, httpx.Client(base_url=door, trust_env=False) as client:
        yield client


def test_the_same_request_is_done_once(client, service):
    """The second gets the first one's answer, and says that it does."""
    first, second = (client.post(PATH, json=[1], headers=KEY) for _ in range(2))

    assert [(answer.status_code, answer.json()) for answer in (first, second)] == [(202, 1)] * 2
    assert second.headers["stream-position"] == "activity:0=1"
    assert [answer.headers.get("idempotency-replayed") for answer in (first, second)] == [None, "true"]
    assert service.bodies == [(b'"3f1c"', b"[1]")]


def test_without_a_key_each_request_is_one(client):
    """Nothing is compared, and nothing kept."""
    assert [client.post(PATH, json=[1]).json() for _ in range(2)] == [1, 2]


@pytest.mark.parametrize(
    ("path", "content", "kind"), [(PATH, b"[2]", "a/b"), (f"{PATH}?x=1", b"[1]", "a/b"), (PATH, b"[1]", "c/d")]
)
def test_another_request_with_the_key_is_refused(client, service, path, content, kind):
    """Another body, query or type is 422 that names the header, and is not done."""
    client.post(PATH, content=b"[1]", headers=KEY | {"Content-Type": "a/b"})
    refused = client.post(path, content=content, headers=KEY | {"Content-Type": kind})

    assert (refused.status_code, refused.json()["type"]) == (422, "urn:seatstream:problem:idempotency-key-reused")
    assert refused.json()["errors"][0]["field"] == "idempotency-key"
    assert len(service.bodies) == 1


def test_a_request_that_is_not_answered_yet_is_not_done_again(client, service):
    """Meanwhile the same key is 409 with the time to come back."""
    service.gate.clear()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(client.post, PATH, json=[1], headers=KEY)
        while not service.bodies:
            pass
        second = client.post(PATH, json=[1], headers=KEY)
        service.gate.set()

        assert (second.status_code, second.headers["retry-after"]) == (409, "1")
        assert first.result().json() == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_failure_is_not_kept(client, service, status):
    """What was not done can be tried again with the same key."""
    service.status = status
    failed = client.post(PATH, json=[1], headers=KEY)
    service.status = 202

    assert failed.status_code == status
    assert client.post(PATH, json=[1], headers=KEY).json() == 2


def test_an_answer_that_never_came_is_not_kept():
    """A service that is down leaves the key free."""
    with gateway(closed_url()) as client:
        assert [client.post(PATH, json=[1], headers=KEY).status_code for _ in range(2)] == [503, 503]


def test_a_refusal_is_an_answer(client, service):
    """A 4xx of the service is what the same request gets again."""
    service.status = 422

    assert [client.post(PATH, json=[1], headers=KEY).json() for _ in range(2)] == [1, 1]


@pytest.mark.parametrize("key", ["", '""', "a b", '"a', "x" * 256, "é".encode()])
def test_what_is_no_key_is_refused(client, service, key):
    """An empty, too long or malformed key is 400 that names the header."""
    refused = client.post(PATH, json=[1], headers={"Idempotency-Key": key})

    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "idempotency-key")
    assert not service.bodies


def test_quotes_do_not_matter(client):
    """A key with and without quotes is the same."""
    answers = [client.post(PATH, json=[1], headers={"Idempotency-Key": key}).json() for key in ('"a"', "a")]

    assert answers == [1, 1]


def test_keys_of_two_callers_are_two(client):
    """Nobody gets what was answered to somebody else."""
    session = client.post(PATH, json=[1]).cookies
    client.cookies.clear()
    mine = client.post(PATH, json=[1], headers=KEY | {"Cookie": f"seatstream_session={session['seatstream_session']}"})
    client.cookies.clear()
    theirs = client.post(PATH, json=[1], headers=KEY)

    assert (mine.json(), theirs.json()) == (2, 3)


def test_a_restart_forgets_nothing(inventory_url, service, tmp_path):
    """With a folder of its own the next gateway gives the answer of the one before."""
    answers = []
    for _ in range(2):
        with gateway(inventory_url, state_folder=tmp_path) as client:
            answers.append(client.post(PATH, json=[1], headers=KEY))

    assert [answer.json() for answer in answers] == [1, 1]
    assert answers[1].headers["idempotency-replayed"] == "true"


def test_while_redis_is_away_nothing_is_done(inventory_url, service):
    """Whether it would be done twice cannot be told: 503, and without a key all goes on."""
    with gateway(inventory_url, redis_url=closed_url().replace("http", "redis")) as client:
        refused, done = client.post(PATH, json=[1], headers=KEY), client.post(PATH, json=[2])

    assert (refused.status_code, refused.headers["retry-after"], done.status_code) == (503, "1", 202)
    assert [body for _, body in service.bodies] == [b"[2]"]


def test_a_large_body_is_compared_whole(client, service):
    """A body that other requests stream is gathered here, with and without a length."""
    body = b"x" * 200_000
    first = client.post(PATH, content=body, headers=KEY)
    second = client.post(PATH, content=iter([body[:100_000], body[100_000:]]), headers=KEY)

    assert (first.json(), second.json()) == (1, 1)
    assert service.bodies[0][1] == body


def test_the_row_says_which_posts_have_keys():
    """Appending POSTs of the table are marked; reads never are."""
    assert all(route.method == "POST" for route in ROUTES if route.keyed)
    assert any(route.keyed for route in ROUTES)
