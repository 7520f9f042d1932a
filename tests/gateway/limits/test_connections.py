"""
Open connections: how many one network may have, and all together.
"""

import resource
import socket
from contextlib import ExitStack
from ipaddress import ip_network

import pytest
from raw import address

import gateway.limits.connections as bounds
from gateway.limits.classes import CONNECTIONS_OF_NETWORK
from gateway.limits.connections import Connections, most_connections, most_files
from gateway.limits.networks import Networks

PEER, NEIGHBOUR, STRANGER = "2001:db8::1", "2001:db8::2", "203.0.113.9"
GET = b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"


def test_one_network_has_an_end():
    """Addresses of one network count together, others do not; who leaves makes room."""
    connections = Connections(2 / CONNECTIONS_OF_NETWORK, Networks([]), 100)
    seen = [connections.opened(peer) for peer in (PEER, NEIGHBOUR, PEER, STRANGER)]
    for peer in (PEER, NEIGHBOUR):
        connections.closed(peer)

    assert (seen, connections.opened(PEER), len(connections)) == ([True, True, False, True], True, 3)


def test_a_trusted_proxy_comes_for_many():
    """Its connections have no bound but that of all."""
    connections = Connections(1 / CONNECTIONS_OF_NETWORK, Networks([ip_network("203.0.113.0/24")]), 3)

    assert [connections.opened(STRANGER) for _ in range(4)] == [True, True, True, False]


def test_without_limits_all_together_have_an_end():
    """Whatever comes, the process keeps files for its connections to services."""
    connections = Connections(0, Networks([]), 2)

    assert [connections.opened(f"203.0.113.{number}") for number in range(3)] == [True, True, False]


def test_nothing_is_left_of_those_who_are_gone():
    """Networks that have none are forgotten."""
    connections = Connections(1, Networks([]), 2)
    connections.opened(PEER)
    connections.closed(PEER)

    assert (len(connections), connections._open) == (0, {})


def test_as_many_files_as_may_be_are_open():
    """The bound that a shell sets is raised to that of the machine; half of it is for callers."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 256), hard))
    try:
        most = most_connections()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert 0 < most < hard / 2


@pytest.mark.parametrize(
    ("soft", "hard", "files"),
    [
        (1024, 20_000, 20_000),
        (256, resource.RLIM_INFINITY, 10_240),
        (65_536, resource.RLIM_INFINITY, 65_536),
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY, 10_240),
    ],
)
def test_no_limit_is_not_taken_for_a_small_one(soft, hard, files):
    """Systems say that there is none by a number below zero."""
    assert most_files(soft, hard) == files


@pytest.fixture
def door(gateway, monkeypatch):
    """The address of a gateway that takes two connections of a network."""
    monkeypatch.setattr(bounds, "CONNECTIONS_OF_NETWORK", 2)
    return address(gateway())


def test_one_connection_too_many_is_told(door):
    """It is 429 before anything is asked, and ends; the others go on, and one that ends makes room."""
    with ExitStack() as stack:
        held = [stack.enter_context(socket.create_connection(door, 10)) for _ in range(2)]
        for connection in held:
            connection.sendall(GET)
            assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")
        with socket.create_connection(door, 10) as late:
            told = b"".join(iter(lambda: late.recv(65_536), b""))
        held[0].sendall(GET)
        again = held[0].recv(65_536)

    assert told.startswith(b"HTTP/1.1 429 ")
    assert b"too-many-requests" in told
    assert again.startswith(b"HTTP/1.1 200 ")
