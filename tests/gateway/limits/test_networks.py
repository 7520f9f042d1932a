"""
Where a request comes from, and who may say so.
"""

from ipaddress import ip_network

import pytest

from gateway.limits import networks as module
from gateway.limits.networks import Networks

TRUSTED = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]


@pytest.mark.parametrize(
    ("peer", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("unix", "unix"),
    ],
)
def test_a_peer_is_its_own_network(peer, network):
    """An IPv4 address, or the /64 of an IPv6 one; what is no address is itself."""
    assert Networks([]).of(peer, b"") == network


def test_what_callers_make_up_is_not_kept():
    """A long list in front of what a proxy says is read, and forgotten."""
    networks = Networks(TRUSTED)
    for number in range(100):
        assert networks.of("10.1.1.1", b"a" * 300 + b"%d, 203.0.113.9" % number) == "203.0.113.9"

    assert not networks._known


def test_a_proxy_is_known_on_a_socket_for_both_kinds_of_address():
    """An address of IPv4 that is shown as one of IPv6 is the same."""
    assert Networks(TRUSTED).of("::ffff:10.1.1.1", b"203.0.113.9") == "203.0.113.9"


def test_nobody_is_believed_by_default():
    """Without trusted proxies the header is nothing."""
    assert Networks([]).of("192.0.2.7", b"203.0.113.9") == "192.0.2.7"


@pytest.mark.parametrize(
    ("peer", "forwarded", "network"),
    [
        ("10.1.1.1", b"203.0.113.9", "203.0.113.9"),
        ("10.1.1.1", b"198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("10.1.1.1", b"203.0.113.9, 10.2.2.2", "203.0.113.9"),
        ("10.1.1.1", b"2001:db8::1", "2001:db8::/64"),
        ("10.1.1.1", b"203.0.113.9:4711", "203.0.113.9"),
        ("10.1.1.1", b"203.0.113.9:4711, 10.2.2.2:80", "203.0.113.9"),
        ("10.1.1.1", b"[2001:db8::1]:4711", "2001:db8::/64"),
        ("10.1.1.1", b"[2001:db8::1]", "2001:db8::/64"),
        ("10.1.1.1", b"[::ffff:203.0.113.9]:4711", "203.0.113.9"),
        ("10.1.1.1", b"203.0.113.9:", "10.1.1.1"),
        ("10.1.1.1", b"203.0.113.9:http", "10.1.1.1"),
        ("10.1.1.1", b"[]:80", "10.1.1.1"),
        ("10.1.1.1", b"[2001:db8::1]4711", "10.1.1.1"),
        ("10.1.1.1", b"nonsense", "10.1.1.1"),
        ("10.1.1.1", b"203.0.113.9, nonsense", "10.1.1.1"),
        ("10.1.1.1", b"10.3.3.3", "10.3.3.3"),
        ("10.1.1.1", b"", "10.1.1.1"),
        ("192.0.2.7", b"203.0.113.9", "192.0.2.7"),
    ],
)
def test_a_trusted_proxy_says_for_whom_it_asks(peer, forwarded, network):
    """The last address that no trusted proxy stands for; what comes before it can be made up."""
    assert Networks(TRUSTED).of(peer, forwarded) == network


def test_what_is_remembered_is_bounded(monkeypatch):
    """Callers who make up addresses do not fill the memory."""
    monkeypatch.setattr(module, "_MOST_KNOWN", 10)
    networks = Networks(TRUSTED)
    for number in range(100):
        networks.of("10.1.1.1", b"203.0.113.%d" % number)

    assert len(networks._known) <= 10
