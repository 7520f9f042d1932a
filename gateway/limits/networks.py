"""
Where a request comes from: the address of the caller, as far as it can be believed.
"""

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Trusted = IPv4Network | IPv6Network
# Some balancers add the port that the caller had, and then, or always, put brackets around an address of IPv6.
_WITH_PORT = re.compile(r"\[([^\[\]]*)\](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5}")
_MOST_KNOWN = 10_000
_LONG = 256  # callers can put anything in front of what a proxy says: it is not kept


class Networks:
    """
    Finds the network of a caller. Only proxies that are trusted may say for whom they ask.
    """

    def __init__(self, trusted: Sequence[Trusted]) -> None:
        """
        Args:
            trusted: networks of the proxies in front of the gateway.
        """
        self._trusted = tuple(trusted)
        self._known: dict[tuple[str, bytes], str] = {}

    def of(self, peer: str, forwarded: bytes) -> str:
        """
        Return an IPv4 address, or the /64 of an IPv6 address.

        Args:
            peer: the other end of the connection.
            forwarded: its `X-Forwarded-For`, all of them joined by commas.
        """
        if not self._trusted:
            forwarded = b""
        found = self._known.get((peer, forwarded))
        if found is None and len(forwarded) > _LONG:
            return self._find(peer, forwarded)
        if found is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            found = self._known[peer, forwarded] = self._find(peer, forwarded)
        return found

    def trusts(self, peer: str) -> bool:
        """
        Say whether an address is that of a trusted proxy.
        """
        try:
            address = _address(peer)
        except ValueError:
            return False
        return any(address in network for network in self._trusted)

    def _find(self, peer: str, forwarded: bytes) -> str:
        """The last one that no trusted proxy vouches for: whatever stands before it, the caller can have made up."""
        chain = [*forwarded.decode("latin-1").split(","), peer] if forwarded else [peer]
        found = peer
        for text in reversed(chain):
            try:
                address = _address(text.strip())
            except ValueError:
                break
            found = _network(address)
            if not any(address in network for network in self._trusted):
                break
        return found


def _address(text: str) -> IPv4Address | IPv6Address:
    """An address, its port left out; one of IPv4 also where a socket for both shows it as one of IPv6."""
    match = _WITH_PORT.fullmatch(text)
    address = ip_address(match[1] or match[2] or "" if match else text)
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _network(address: IPv4Address | IPv6Address) -> str:
    return str(IPv6Network((address, 64), strict=False)) if isinstance(address, IPv6Address) else str(address)
