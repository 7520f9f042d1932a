"""
Services that say what would hurt callers, and callers who would use a service up.
"""

import socket
from contextlib import ExitStack

import pytest
from raw import address, rest, say
from upstreams import socket_server

from gateway.bodies import GATHERED
from gateway.guard.admission import START

GET = b"GET /v1/events/e-1 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n"


def says(said):
    """A service that says this, whatever it is asked."""
    return socket_server(lambda connection: connection.sendall(said))


@pytest.mark.parametrize("cache_s", [0, 1000])
def test_what_follows_an_answers_body_is_no_header(gateway, cache_s):
    """A trailer gives the caller no cookie."""
    body = b"3\r\nabc\r\n0\r\nx-after: 1\r\nset-cookie: a=b\r\n\r\n"
    with says(CHUNKED + b"\r\n" + body) as url:
        heard = say(address(gateway(inventory_api_url=url, cache_s=cache_s)), GET, wait=True)

    assert b"abc" in heard.partition(b"\r\n\r\n")[2]
    assert b"a=b" not in heard
    assert b"x-after" not in heard


@pytest.mark.parametrize("status", [b"999 What", b"600 What", b"007 What"])
def test_a_status_that_means_nothing_is_no_answer(gateway, status):
    """It is 502, and no fault of the gateway."""
    with says(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\n\r\n") as url:
        answer = gateway(inventory_api_url=url).get("/v1/events")

    assert (answer.status_code, answer.json()["type"]) == (502, "urn:seatstream:problem:bad-gateway")


def test_what_a_service_hides_from_others_is_not_kept(gateway):
    """A cookie that `Connection` names is one all the same: the answer was for one caller."""
    said = b"HTTP/1.1 200 OK\r\nconnection: set-cookie\r\nset-cookie: a=b\r\ncontent-length: 3\r\n\r\nabc"
    asked = []

    def behave(connection):
        asked.append(1)
        connection.sendall(said)

    with socket_server(behave) as url:
        client = gateway(inventory_api_url=url, cache_s=1000)
        for _ in range(3):
            client.get("/v1/events/e-1")

    assert len(asked) >= 3


def test_an_answer_to_a_key_has_an_end(gateway):
    """A service that goes on and on does not fill the memory."""

    def behave(connection):
        connection.sendall(CHUNKED + b"\r\n")
        while True:
            connection.sendall(b"f4240\r\n" + b"x" * 1_000_000 + b"\r\n")

    with socket_server(behave) as url:
        answer = gateway(inventory_api_url=url).post("/v1/activity", headers={"Idempotency-Key": "k"}, content=b"[]")

    assert (answer.status_code, answer.json()["type"]) == (502, "urn:seatstream:problem:bad-gateway")


def test_headers_in_disguise_do_not_pass(client):
    """Programs that see headers as variables would take them for what only the gateway says."""
    sent = {"Seatstream_Identity": "x", "X_Forwarded_For": "x", "Content_Length": "9", "X-End": "1"}
    arrived = client.get("/v1/events", headers=sent).json()["headers"]

    assert not [name for name in arrived if "_" in name]
    assert arrived["x-end"] == "1"


def test_whoever_sends_slowly_takes_nobodys_place(gateway, services):
    """Large bodies that stop in the middle leave room in the service for all others."""
    client = gateway(inventory_api_url=services["inventory_api"].url)
    half = b"POST /v1/activity HTTP/1.1\r\nhost: x\r\ncontent-length: 900000\r\n\r\n" + b" " * (2 * GATHERED)
    with ExitStack() as stack:
        for _ in range(int(START)):
            stack.enter_context(socket.create_connection(address(client), 10)).sendall(half)
        while services["inventory_api"].seen < START:
            client.get("/healthz")
        answers = [client.get("/v1/events").status_code for _ in range(5)]
        lines = client.get("/metrics").text.splitlines()
        inside = [line for line in lines if line.startswith("seatstream_gateway_inside{") and "inventory_api" in line]

    assert (answers, inside[0].split()[-1]) == ([200] * 5, "0.0")


def test_a_body_that_drips_is_refused(gateway, services):
    """A piece in time now and then is not enough."""
    client = gateway(fraud_api_url=services["fraud_api"].url, body_timeout_s=0.2)
    with socket.create_connection(address(client), 0.02) as connection:
        connection.sendall(b"POST /v1/scores HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 500\r\n\r\n")
        heard, sent = b"", 0
        while not heard and sent < 500:
            try:
                heard = connection.recv(65_536)
            except TimeoutError:
                sent += connection.send(b" ")
        connection.settimeout(10)
        heard += rest(connection)

    assert heard.startswith(b"HTTP/1.1 408 ")
    assert sent < 100
