"""
Open connections: each costs memory and a file of the process, also when nothing is asked on it.
"""

import resource
from collections import Counter

from gateway.limits.classes import CONNECTIONS_OF_NETWORK
from gateway.limits.networks import Networks

# Of the files that the process may have open, those that are no connections of callers or to services.
_OTHER_FILES = 100
# Where no limit is set, some systems have one all the same, and refuse more than this.
_UNLIMITED_FILES = 10_240


class Connections:
    """
    Counts the open connections of each network, in this process. Those of trusted proxies, which come for many, have no
    bound of their own.
    """

    def __init__(self, factor: float, networks: Networks, most: int) -> None:
        """
        Args:
            factor: makes the bound of a network larger or smaller; 0 for none.
            networks: knows where connections come from.
            most: of all networks together.
        """
        self._bound = factor * CONNECTIONS_OF_NETWORK or float("inf")
        self._networks = networks
        self._most = most
        self._open = Counter[str]()
        self._all = 0

    def opened(self, peer: str) -> bool:
        """
        Count a connection; return whether it may stay. In either case `closed` must follow.

        Args:
            peer: the other end.
        """
        network = self._networks.of(peer, b"")
        self._open[network] += 1
        self._all += 1
        within = self._open[network] <= self._bound or self._networks.trusts(peer)
        return within and self._all <= self._most

    def closed(self, peer: str) -> None:
        """
        Count a connection no more.
        """
        network = self._networks.of(peer, b"")
        self._all -= 1
        self._open[network] -= 1
        if not self._open[network]:
            del self._open[network]

    def __len__(self) -> int:
        """Return how many are open."""
        return self._all


def most_connections() -> int:
    """
    Let the process have as many files open as it may; return how many connections of callers that is good for: a stream has
    another one, to its service.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = most_files(soft, hard)
    if soft not in (files, resource.RLIM_INFINITY):
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    return max(1, (files - _OTHER_FILES) // 2)


def most_files(soft: int, hard: int) -> int:
    """
    Return how many files a process with these limits may have open.
    """
    if hard != resource.RLIM_INFINITY:
        return hard
    return max(soft, _UNLIMITED_FILES)
