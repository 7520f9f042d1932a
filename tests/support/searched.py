"""
Searches of drawn houses, and what they find.
"""

from drawn import seen

from inventory_api.best_seats.picks import Lack
from inventory_api.best_seats.search import best_picks
from inventory_api.best_seats.wanted import Wanted


def best(house, quantity, **wanted):
    """
    Where the best places are, a group after the other.
    """
    found = picks(house, quantity, **wanted)
    return [seen(house, group) for group in found[0].groups]


def picks(house, quantity, **wanted):
    """
    What is found; there is something.
    """
    found = best_picks(house, Wanted(quantity, **wanted))
    assert not isinstance(found, Lack), found
    return found


def lack(house, quantity, **wanted):
    """
    Why there is nothing, and the largest block.
    """
    found = best_picks(house, Wanted(quantity, **wanted))
    assert isinstance(found, Lack), found
    return tuple(found)
