"""
Answers that go on, through the gateway.
"""

import asyncio
import threading
from contextlib import ExitStack

import pytest
from upstreams import served

import gateway.limits.streams as gateway_streams

CHANGES = "/v1/events/e1/seats/changes"
PATIENCE_S = 20.0


class Streaming:
    """
    A service that sends one part at once and the next when a test says so, and notices who leaves.
    """

    def __init__(self):
        self.left = threading.Event()
        self._loop = None
        self._next = None

    async def __call__(self, scope, receive, send):
        """
        Answer one request.
        """
        if scope["type"] != "http":
            return
        self._loop, self._next = asyncio.get_running_loop(), asyncio.Event()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
        await send({"type": "http.response.body", "body": b"begun", "more_body": True})
        sending = asyncio.create_task(self._send(send, self._next))
        while (await receive())["type"] != "http.disconnect":
            pass
        sending.cancel()
        self.left.set()

    async def _send(self, send, due):
        await due.wait()
        await send({"type": "http.response.body", "body": b"part", "more_body": True})

    def go_on(self):
        """
        Send the next part of the stream that was opened last.
        """
        self._loop.call_soon_threadsafe(self._next.set)


@pytest.fixture
def service():
    """
    A running service with its URL.
    """
    service = Streaming()
    with served(service) as url:
        service.url = url
        yield service


def test_a_stream_may_be_silent_for_longer_than_an_answer(gateway, service):
    """
    Its parts arrive as they are sent, however long they let wait.
    """
    with gateway(inventory_api_url=service.url, timeout_s=0.2).stream("GET", CHANGES) as answer:
        parts = answer.iter_raw()
        first = next(parts)
        threading.Timer(0.6, service.go_on).start()

        assert (first, next(parts)) == (b"begun", b"part")


def test_a_caller_that_leaves_ends_the_stream(gateway, service):
    """
    The service hears of it, although it has nothing to send.
    """
    with gateway(inventory_api_url=service.url).stream("GET", CHANGES) as answer:
        next(answer.iter_raw())

    assert service.left.wait(PATIENCE_S)


def test_streams_keep_nobody_waiting(gateway, service):
    """
    With many streams open, other requests are answered.
    """
    client = gateway(inventory_api_url=service.url)
    with ExitStack() as stack:
        for _ in range(50):
            next(stack.enter_context(client.stream("GET", CHANGES)).iter_raw())

        with client.stream("GET", "/v1/events", timeout=PATIENCE_S) as answer:
            assert next(answer.iter_raw()) == b"begun"


def test_a_network_has_an_end_of_streams(gateway, service, monkeypatch):
    """
    One more is 429 with the time to come back; what is not a stream is answered, and who leaves makes room.
    """
    monkeypatch.setattr(gateway_streams, "STREAMS_OF_NETWORK", 2)
    client = gateway(inventory_api_url=service.url)
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(client.stream("GET", CHANGES))
        refused, other = client.get(CHANGES), client.get("/healthz")
    while True:
        with client.stream("GET", CHANGES) as again:
            if again.status_code == 200:
                break

    assert (refused.status_code, refused.headers["retry-after"], other.status_code) == (429, "10", 200)
