"""
Callers who hide a request in another, say too little or too much, or do not listen.
"""

import json
import re
import socket
import threading
from contextlib import suppress

import pytest
from raw import address, problem, rest, say
from upstreams import socket_server

import gateway.server
import gateway.watch
from gateway.server import HEAD_LIMIT, MOST_WAITING

GET = b"GET /v1/events/e-1 HTTP/1.1\r\nhost: x\r\n"
POST = b"POST /v1/scores HTTP/1.1\r\nhost: x\r\n"
CHUNKED = POST + b"transfer-encoding: chunked\r\n"
LAST = GET + b"connection: close\r\n\r\n"
STATUS = re.compile(rb"HTTP/1\.1 (\d+) ")


@pytest.fixture
def door(client):
    """The address of a gateway."""
    return address(client)


@pytest.fixture
def hasty(monkeypatch):
    """Nobody is waited for."""
    monkeypatch.setattr(gateway.server, "HEAD_TIMEOUT_S", 0.05)
    monkeypatch.setattr(gateway.watch, "READER_TIMEOUT_S", 0.05)


def statuses(heard):
    """The statuses of several answers."""
    return [int(status) for status in STATUS.findall(heard)]


def echoed(heard):
    """What services say that they were asked."""
    return [json.loads(text) for text in re.findall(rb'\{"service".*?"body": "[^"]*"\}', heard)]


@pytest.mark.parametrize(
    "body",
    [
        b"0x2\r\n{}\r\n0\r\n\r\n",
        b"-2\r\n{}\r\n0\r\n\r\n",
        b"2 \r\n{}\r\n0\r\n\r\n",
        b"2\n{}\n0\n\n",
        b"2;x=1\n{}\r\n0\r\n\r\n",
        b"2\r\n{}GET0\r\n\r\n",
        b"10000000000000002\r\n{}\r\n0\r\n\r\n",
        b"2\r\n{}\r\n0\r\nx : 1\r\n\r\n",
    ],
    ids=["hex", "sign", "space", "line feeds", "extension", "too long", "overflow", "trailer"],
)
def test_a_body_that_is_framed_wrong_is_refused(door, services, body):
    """Pieces that two programs could cut at different places are a 400 problem, and no service hears of them."""
    heard = say(door, CHUNKED + b"\r\n" + body, wait=True)

    assert problem(heard) == (400, "not-http")
    assert not services["fraud_api"].seen


def test_what_follows_a_body_is_no_header(door):
    """Trailers say neither who asks nor what is passed on (RFC 9110, section 6.5.1)."""
    trailers = b"0\r\nauthorization: Bearer x\r\nidempotency-key: k\r\nx-trailed: 1\r\n\r\n"
    heard = say(door, CHUNKED + b"connection: close\r\n\r\n2\r\n{}\r\n" + trailers, wait=True)

    assert statuses(heard) == [200]
    assert "x-trailed" not in echoed(heard)[0]["headers"]


@pytest.mark.parametrize("framing", [b"content-length: 62\r\n\r\n", b"transfer-encoding: chunked\r\n\r\n3e\r\n"])
def test_a_body_is_no_request_though_another_protocol_was_asked_for(door, framing):
    """Clients that would rather speak HTTP/2 send bodies with that wish; what is in a body stays there."""
    hidden = (b"GET /v1/models HTTP/1.1\r\nhost: x\r\nx: " + b"y" * 99)[:58] + b"\r\n\r\n"
    end = b"\r\n0\r\n\r\n" if b"chunked" in framing else b""
    wish = b"connection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAA\r\n"
    heard = say(door, POST + wish + framing, hidden + end, LAST, wait=True)

    assert statuses(heard) == [200, 200]
    assert [(said["path"], said["body"]) for said in echoed(heard)] == [
        ("/v1/scores", hidden.decode()),
        ("/v1/events/e-1", ""),
    ]


@pytest.mark.parametrize("protocol", [b"h2c", b"websocket"])
def test_what_follows_a_wish_for_another_protocol_is_answered(door, protocol):
    """A request in the same packet is not lost."""
    wish = GET + b"connection: upgrade\r\nupgrade: " + protocol + b"\r\n\r\n"

    assert statuses(say(door, wish + LAST, wait=True)) == [200, 200]


def test_what_is_wrong_is_said_when_its_turn_comes(door, services):
    """Whoever was asked before is answered to the end first."""
    with socket.create_connection(door, 10) as connection:
        connection.sendall(GET.replace(b"e-1", b"e-1?stream=1") + b"\r\n")
        heard = b""
        while b"first" not in heard:
            heard += connection.recv(65_536)
        connection.sendall(b"nonsense\r\n\r\n")
        services["inventory_api"].go_on.set()
        heard += rest(connection)

    assert b"second" in heard
    assert statuses(heard) == [200, 400]


def test_a_target_may_name_the_host(door):
    """The absolute form is read as what it is (RFC 9112, section 3.2.2); the service is the one of the table."""
    heard = say(door, LAST.replace(b"/v1", b"http://elsewhere.example/v1", 1), wait=True)

    assert echoed(heard)[0]["path"] == "/v1/events/e-1"
    assert "elsewhere" not in echoed(heard)[0]["headers"]["host"]


def test_an_old_client_is_not_told_to_go_on(door):
    """HTTP/1.0 has no interim answers."""
    head = b"POST /v1/scores HTTP/1.0\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n{}"

    assert statuses(say(door, head, wait=True)) == [200]


@pytest.mark.parametrize(
    "begun",
    [b"", GET + b"x: ", CHUNKED + b"\r\n2;x=", CHUNKED + b"\r\n0\r\nx: "],
    ids=["lines", "header", "extension", "trailer"],
)
def test_what_means_nothing_is_not_heard_for_ever(door, begun):
    """Blank lines, or a header, an extension or a trailer without an end, are cut off long before they fill the memory."""
    more = b"\r\n" * 30_000 if not begun else b"y" * 60_000
    with socket.create_connection(door, 10) as connection:
        connection.sendall(begun)
        with suppress(ConnectionError):
            for _ in range(1000):
                connection.sendall(more)
        heard = b""
        with suppress(ConnectionError):
            heard = rest(connection)

    assert statuses(heard) in ([431], [])


def test_many_small_headers_are_refused(door):
    """Each costs more than its bytes."""
    assert problem(say(door, GET + b"a:\r\n" * (HEAD_LIMIT // 30), wait=True)) == (431, "headers-too-large")


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("said", [b"", b"\r\n"])
def test_whoever_says_nothing_is_left(door, said):
    """A connection without a request ends, without words."""
    assert say(door, said, wait=True) == b""


@pytest.mark.usefixtures("hasty")
def test_a_body_that_nobody_waits_for_ends(door):
    """Whoever was answered before the end of a body cannot hold the connection with the rest of it."""
    with socket.create_connection(door, 10) as connection:
        connection.sendall(b"POST /nothing HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n")
        heard = connection.recv(65_536)
        connection.sendall(b"1")

        assert statuses(heard + rest(connection)) == [404]


@pytest.mark.usefixtures("hasty")
def test_whoever_does_not_read_is_cut_off(gateway):
    """An answer that nobody takes is held neither here nor in the service."""
    cut = threading.Event()

    def behave(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 900000000\r\n\r\n")
        with suppress(ConnectionError):
            for _ in range(900):
                connection.sendall(b"x" * 1_000_000)
        cut.set()

    with socket_server(behave) as url, socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 10_000)
        connection.connect(address(gateway(inventory_api_url=url)))
        connection.sendall(GET + b"\r\n")

        assert cut.wait(10)


def test_a_listener_with_another_question_leaves(gateway, log_lines, caplog):
    """Also whoever leaves with a request still waiting behind a stream frees the service, and is no error."""
    gone = threading.Event()

    def behave(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: 1\n\n")
        with suppress(ConnectionError):
            while not gone.is_set():
                connection.sendall(b"data: 2\n\n")
                connection.settimeout(0.01)
                with suppress(TimeoutError):
                    if not connection.recv(1000):
                        break
        gone.set()

    with socket_server(behave) as url:
        with socket.create_connection(address(gateway(inventory_api_url=url)), 10) as connection:
            connection.sendall(GET + b"\r\n" + GET + b"\r\n")
            while b"data: 1" not in connection.recv(65_536):
                pass
        while not any('"path":"/v1/events/{event_id}"' in line for line in log_lines):
            assert gone.wait(5)

    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_refusals_have_a_trace_and_are_counted(client, log_lines, gateway):
    """What was no request can be quoted to support, and shows in the metrics and the access log."""
    client = gateway()
    heard = say(address(client), b"nonsense\r\n\r\n")
    trace = json.loads(heard.partition(b"\r\n\r\n")[2])["trace_id"]
    counted = client.get("/metrics").text
    while not any(trace in line for line in log_lines):
        client.get("/healthz")

    assert f"traceparent: 00-{trace}-".encode() in heard
    assert all(
        name in heard for name in (b"\r\ndate: ", b"x-content-type-options: nosniff", b"content-security-policy: ")
    )
    assert 'refused_or_failed_total{http_route="(none)",kind="not-http"' in counted


def test_requests_that_wait_behind_others_have_an_end(door, services):
    """A thousand in one packet are not kept: some are answered in order, and what follows is refused."""
    with socket.create_connection(door, 10) as connection:
        connection.sendall(GET.replace(b"e-1", b"e-1?stream=1") + b"\r\n" + (GET + b"\r\n") * 1000)
        heard = b""
        while b"first" not in heard:
            heard += connection.recv(65_536)
        services["inventory_api"].go_on.set()
        heard += rest(connection)

    assert statuses(heard) == [200] * (MOST_WAITING + 1) + [429]
