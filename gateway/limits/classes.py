"""
The budgets, as a table: class of route → what one caller has, and what one network has.
"""

from typing import NamedTuple

from gateway.routes import RateClass

# One request must fit into a full bucket, also into the half of a network's that is there for those who are not known.
LEAST_BURST = 2.0


class Budget(NamedTuple):
    """
    A token bucket: `burst` requests at once, and `per_s` more each second.
    """

    burst: float
    per_s: float

    def times(self, factor: float) -> "Budget":
        """
        Return a budget that is larger by this factor; however small it gets, a request now and then is let through.
        """
        return Budget(max(LEAST_BURST, self.burst * factor), self.per_s * factor)


class Budgets(NamedTuple):
    """
    What one class gives. A network is an address, or a /64 of IPv6: a home, an office, or a whole mobile carrier.
    """

    caller: Budget
    network: Budget


# Streams that may be open at a time: of one caller who is known, and of one network.
STREAMS_OF_CALLER, STREAMS_OF_NETWORK = 10, 2000
# Connections that one network may have open: streams and what is asked beside them.
CONNECTIONS_OF_NETWORK = 4000
CLASSES: dict[RateClass, Budgets] = {
    "browse": Budgets(Budget(60, 20), Budget(2000, 1000)),
    "search": Budgets(Budget(20, 5), Budget(500, 250)),
    "stream": Budgets(Budget(10, 0.5), Budget(500, 50)),
    "write": Budgets(Budget(20, 5), Budget(500, 250)),
    "partner": Budgets(Budget(400, 200), Budget(4000, 2000)),
}
