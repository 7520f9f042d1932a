"""
The server, byte for byte.
"""

import socket

import pytest
from raw import address, problem, say
from upstreams import socket_server

import gateway.server
from gateway.server import HEAD_LIMIT

PATH = b"/v1/events/e-1"
GET = b"GET " + PATH + b" HTTP/1.1\r\nhost: x\r\n"


@pytest.fixture
def kept(gateway, services):
    """The address of a gateway that keeps answers for long, with one of them there."""
    client = gateway(inventory_api_url=services["inventory_api"].url, cache_s=1000)
    client.get(PATH.decode(), headers={"Accept-Encoding": "identity"})
    return address(client)


@pytest.fixture
def door(client):
    """The address of a gateway."""
    return address(client)


@pytest.mark.parametrize(
    "head",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /v1/scores HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        b"POST /v1/scores HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /v1/scores HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"POST /v1/scores HTTP/1.1\r\nhost: x\r\ncontent-length : 5\r\n\r\nabcde",
        b"POST /v1/scores HTTP/1.1\r\nhost: x\r\ncontent-length: +5\r\n\r\nabcde",
        b"GET / HTTP/1.1\r\nhost: x\r\nx: 1\r\n folded\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\nx: a\0b\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\nhost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: a@b/c\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET /#here HTTP/1.1\r\nhost: x\r\n\r\n",
        b"POST /v1/scores HTTP/1.0\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /v1/scores HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"POST /v1/scores HTTP/1.1\r\nhost: x\r\ntransfer-encoding: x\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /v1/scores HTTP/1.1\r\nhost: x\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n",
    ],
    ids=[
        *("nonsense", "version", "lengths", "both", "coding", "space", "sign", "folded", "nul"),
        *("no host", "two hosts", "odd host", "0.9", "fragment", "1.0 coded", "coding before", "two codings", "alike"),
    ],
)
def test_a_request_that_could_be_read_in_two_ways_is_refused(door, services, head):
    """What smuggling is made of is a 400 problem, the connection ends, and no service hears of it."""
    assert problem(say(door, head)) == (400, "not-http")
    assert not any(service.seen for service in services.values())


@pytest.mark.parametrize(
    "head",
    [
        b"GET /v1/events?" + b"q" * HEAD_LIMIT + b" HTTP/1.1\r\n\r\n",
        GET + b"x: " + b"y" * HEAD_LIMIT + b"\r\n\r\n",
        GET + b"x: y\r\n" * HEAD_LIMIT,
    ],
    ids=["query", "value", "number"],
)
def test_a_large_head_is_refused(door, head):
    """A head over the limit is 431 before it has ended."""
    assert problem(say(door, head, wait=True)) == (431, "headers-too-large")


@pytest.mark.parametrize("begun", [b"GET /v1/ev", GET])
def test_a_head_that_does_not_end_is_refused(door, begun, monkeypatch):
    """Whoever does not finish a head within its time is told so."""
    monkeypatch.setattr(gateway.server, "HEAD_TIMEOUT_S", 0.02)

    assert problem(say(door, begun, wait=True)) == (408, "headers-too-slow")


def test_requests_in_one_packet_are_answered_in_order(kept, services):
    """What lies ready does not overtake what has to be asked for."""
    missing = GET.replace(b"e-1", b"e-2")
    heard = say(kept, (GET + b"\r\n") + (missing + b"\r\n") + (GET + b"connection: close\r\n\r\n"), wait=True)

    assert [part.count(PATH) for part in heard.split(b"HTTP/1.1 200 OK")[1:]] == [1, 0, 1]


def test_a_connection_stays_open_after_a_glance(kept):
    """A ready answer has a date and a length, and the connection goes on."""
    heard = say(kept, GET + b"\r\n", GET + b"\r\n")

    assert heard.count(b"\r\ndate: ") == heard.count(b"\r\ncontent-length: ") == heard.count(b"HTTP/1.1 200 OK") == 2


def test_the_callers_trace_is_kept_at_a_glance(kept):
    """A ready answer belongs to the trace of who asked."""
    trace = b"0af7651916cd43dd8448eb211c80319c"
    heard = say(kept, GET + b"traceparent: 00-" + trace + b"-b7ad6b7169203331-01\r\n\r\n")

    assert b"traceparent: 00-" + trace in heard


def test_an_old_client_is_served(door):
    """HTTP/1.0 gets an answer that ends with the connection."""
    heard = say(door, b"GET /v1/events?stream=1 HTTP/1.0\r\n\r\n".replace(b"?stream=1", b""), wait=True)

    assert heard.startswith(b"HTTP/1.1 200 OK")
    assert b"connection: close" in heard
    assert b"transfer-encoding" not in heard


def test_a_body_is_asked_for(door):
    """Whoever waits for `100 Continue` gets it, and then the answer."""
    head = (
        b"POST /v1/scores HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n"
    )
    heard = say(door, head, b"{}", wait=True)

    assert heard.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")
    assert b'"body": "{}"' in heard


def test_a_slow_body_is_refused(gateway, services):
    """A body that stops coming is 408, and no service hears of it."""
    door = address(gateway(fraud_api_url=services["fraud_api"].url, body_timeout_s=0.02))
    head = b"POST /v1/scores HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\nconnection: close\r\n\r\n"

    assert problem(say(door, head, b"ab", wait=True)) == (408, "body-too-slow")
    assert not services["fraud_api"].seen


def test_whoever_leaves_in_the_middle_of_a_body_is_not_answered(gateway, services, log_lines):
    """A body that ends early with its connection is noted as that, and no service hears of it."""
    client = gateway(fraud_api_url=services["fraud_api"].url)
    with socket.create_connection(address(client), 10) as connection:
        connection.sendall(b"POST /v1/scores HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nab")
    while not any('"status":499' in line for line in log_lines):
        client.get("/healthz")

    assert not services["fraud_api"].seen


def test_a_large_body_is_streamed(client):
    """A body that is not gathered arrives whole, with and without a length."""
    body = b"x" * 300_000
    declared = client.post("/v1/scores", content=body).json()
    pieces = client.post("/v1/scores", content=iter([body[:150_000], body[150_000:]])).json()

    assert declared["body"] == pieces["body"] == body.decode()
    assert declared["headers"]["content-length"] == "300000"
    assert pieces["headers"]["transfer-encoding"] == "chunked"


def test_a_listener_who_leaves_frees_the_service(gateway):
    """When the caller of a stream leaves, the connection to the service is closed."""
    gone = []

    def behave(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: 1\n\n")
        gone.append(connection.recv(1000))

    with socket_server(behave) as url:
        client = gateway(inventory_api_url=url)
        with client.stream("GET", "/v1/events") as answer:
            assert next(answer.iter_raw()) == b"data: 1\n\n"
    assert gone == [b""]
