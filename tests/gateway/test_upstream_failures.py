"""
Services that are down, slow, broken or gone in the middle: the caller gets one clear problem.
"""

import socket
import struct
import threading

import httpx
import pytest
from upstreams import EchoService, served, socket_server

from gateway.guard.admission import START


def reset(connection: socket.socket) -> None:
    """Close with a reset instead of an end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def talk_garbage(connection: socket.socket) -> None:
    """Send what is not HTTP."""
    connection.sendall(b"\x00\x01 this is not HTTP\r\n\r\n")


def hang_up(_: socket.socket) -> None:
    """Close without an answer."""


def break_off(connection: socket.socket) -> None:
    """Begin a large answer and close in its middle."""
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\nhalf")


def break_off_early(connection: socket.socket) -> None:
    """Begin a small answer and close in its middle."""
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")


def assert_problem(answer: httpx.Response, status: int, kind: str) -> None:
    """Check the shape that all problems have."""
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:seatstream:problem:{kind}")
    assert (answer.headers["retry-after"], answer.headers["content-type"]) == ("1", "application/problem+json")


def test_a_service_that_is_down(gateway):
    """A service that cannot be reached is 503."""
    assert_problem(gateway().get("/v1/events"), 503, "unavailable")


@pytest.mark.parametrize("behave", [reset, talk_garbage, hang_up, break_off_early])
@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/models"), ("POST", "/v1/scores")])
def test_a_service_that_gives_no_answer(gateway, behave, method, path):
    """A reset, an end, garbage or half a small answer is 502."""
    with socket_server(behave) as url:
        assert_problem(gateway(fraud_api_url=url).request(method, path, content=b"x"), 502, "bad-gateway")


def test_a_service_that_is_slow(gateway):
    """An answer that does not begin within the route's time is 504."""
    done = threading.Event()
    with socket_server(lambda _: done.wait(10)) as url:
        answer = gateway(inventory_api_url=url, timeout_s=0.05).get("/v1/events")
        done.set()

        assert_problem(answer, 504, "upstream-timeout")


def test_an_answer_that_breaks_off(gateway):
    """A service that dies while answering makes an answer that is visibly incomplete."""
    with socket_server(break_off) as url, pytest.raises(httpx.RemoteProtocolError):
        gateway(inventory_api_url=url).get("/v1/events")


def test_an_answer_that_stalls(gateway):
    """A service that stops sending makes an answer that is visibly incomplete."""
    done = threading.Event()
    with socket_server(lambda connection: (break_off(connection), done.wait(10))) as url:
        client = gateway(inventory_api_url=url, timeout_s=0.1)
        with pytest.raises(httpx.RemoteProtocolError):
            client.get("/v1/events")
        done.set()


def test_a_service_killed_between_requests(gateway):
    """A service that dies with connections open is 503 at the next request, and found again when it is back."""
    with served(EchoService("inventory_api")) as url:
        client = gateway(inventory_api_url=url)
        alive = client.get("/v1/events")
    dead = client.get("/v1/events")

    assert alive.status_code == 200
    assert_problem(dead, 503, "unavailable")


def test_failures_are_counted(gateway):
    """The metrics count problems by kind and requests by route, never by path."""
    client = gateway()
    client.get("/v1/events/e-1")
    text = client.get("/metrics").text

    assert 'seatstream_gateway_refused_or_failed_total{http_route="/v1/events/{event_id}",kind="unavailable"' in text
    assert "e-1" not in text


def test_how_services_stand_is_shown(gateway):
    """The metrics say which service is left alone, and what was sent again."""
    client = gateway()
    for _ in range(6):
        client.get("/v1/models")
    text = client.get("/metrics").text

    assert _shown(text, "breaker_open") == {"fraud_api": 1, "inventory_api": 0, "venue_api": 0}
    assert _shown(text, "retries_total")["fraud_api"] == 5
    assert _shown(text, "inside") == {"fraud_api": 0, "inventory_api": 0, "venue_api": 0}
    assert _shown(text, "limit")["venue_api"] == START


def _shown(text: str, name: str) -> dict[str, float]:
    """The values of a metric by service."""
    lines = [line for line in text.splitlines() if line.startswith(f"seatstream_gateway_{name}{{")]
    return {line.partition('service="')[2].partition('"')[0]: float(line.rpartition(" ")[2]) for line in lines}
