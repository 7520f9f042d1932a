"""
Ways to buy a place: plainly at the price of its level, or as part of a package.
"""

from collections.abc import Callable, Iterable
from functools import partial
from math import inf

import msgspec

from inventory_api.best_seats.house import Cost, House
from inventory_api.best_seats.wanted import Wanted
from inventory_api.offers import limit_of
from inventory_stream.records.catalogue import OfferPublished


class Way(msgspec.Struct, frozen=True):
    """
    costs: price level → what a place of it costs this way. limits: price level → places an order may have. package: None
    for the plain way.
    """

    costs: dict[str, Cost]
    limits: dict[str, float]
    package: OfferPublished | None = None

    def only(self, keep: Callable[["Way", str], bool]) -> "Way":
        """
        Return the way for some of its price levels.
        """
        return Way({level: cost for level, cost in self.costs.items() if keep(self, level)}, self.limits, self.package)


Ways = tuple[Way, ...]


def ways_of(house: House, *, packages: bool) -> Ways:
    """
    Return how places of a house can be bought now.
    """
    plain = Way(house.prices, {level: limit_of(house.offers, level) or inf for level in house.prices})
    bundles = [_bundle(house, offer) for offer in house.offers if packages and offer.contains]
    return (plain, *bundles)


def narrowed(ways: Ways, keep: Callable[[Way, str], bool]) -> Ways:
    """
    Return the ways for the price levels that are kept, without those that have none left.
    """
    return tuple(way for way in (way.only(keep) for way in ways) if way.costs)


def ways_for(house: House, wanted: Wanted) -> Ways:
    """
    Return the ways that are open to a fan: what they can afford, and as many at once as they want.
    """
    ways = ways_of(house, packages=wanted.packages)
    return narrowed(narrowed(ways, partial(affordable, wanted)), partial(within_limit, wanted))


def affordable(wanted: Wanted, way: Way, level: str) -> bool:
    """
    Return whether a fan can afford a place of a level in this way.
    """
    return wanted.affords(way.costs[level].total)


def within_limit(wanted: Wanted, way: Way, level: str) -> bool:
    """
    Return whether an order may have so many places of a level.
    """
    return way.limits[level] >= wanted.quantity


def sold_together(ways: Ways) -> list[frozenset[str]]:
    """
    Return the sets of price levels whose places can be bought in one way, without those that lie in another.
    """
    sets = {frozenset(way.costs) for way in ways}
    largest = [levels for levels in sets if not any(levels < other for other in sets)]
    return sorted(largest, key=sorted)


def _bundle(house: House, offer: OfferPublished) -> Way:
    own = Cost(offer.face_cents, offer.fees_cents)
    levels = offer.price_levels or tuple(house.prices)
    # A package without a price of its own costs what its seats do.
    costs = dict.fromkeys(levels, own) if offer.face_cents else _known(house.prices, levels)
    return Way(costs, dict.fromkeys(levels, offer.limit_per_order or inf), offer)


def _known(prices: dict[str, Cost], levels: Iterable[str]) -> dict[str, Cost]:
    return {level: prices[level] for level in levels if level in prices}
