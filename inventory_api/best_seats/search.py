"""
The search: from a house and what is wanted of it to picks, the best first.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from inventory_api.best_seats.blocks import Blocks, Found, Ground, longest
from inventory_api.best_seats.groups import Party, split
from inventory_api.best_seats.house import House
from inventory_api.best_seats.picks import Group, Lack, Pick
from inventory_api.best_seats.quality import Points, Rating, area_points, level_points
from inventory_api.best_seats.stock import Search, Stock, free_ground, listed_ground, ordinary, stock_of
from inventory_api.best_seats.wanted import Wanted
from inventory_api.live.event import LiveListing


def best_picks(house: House, wanted: Wanted) -> list[Pick] | Lack:
    """
    Return the best places and as many alternatives as are wanted, none of which overlaps another; or why there are none.
    """
    search = Search(house, wanted)
    stock = stock_of(search)
    if isinstance(stock, str):
        return Lack(stock)
    return _Searching(search, stock).picks()


class _Searching:
    """
    One search, once it is known that something is there.
    """

    def __init__(self, search: Search, stock: Stock) -> None:
        self._search = search
        self._stock = stock
        self._wanted = search.wanted
        levels = {*search.house.seating.levels, *(area.price_level for area in search.house.areas)}
        known = dict(zip(sorted(levels), level_points(sorted(levels), search.house.prices), strict=True))
        self._levels = known
        self._rating = Rating(search.house.seating, [known[level] for level in search.house.seating.levels])
        self._free = free_ground(stock, search)

    def picks(self) -> list[Pick] | Lack:
        """Return what is found."""
        found = sorted([*self._seats(), *self._areas(), *self._listings()], key=Pick.order)
        if found:
            return found[: self._wanted.alternatives + 1]
        groups = self._groups() if self._wanted.split else ()
        if groups:
            return [self._pick([self._group(block) for block in groups], groups)]
        return Lack("no_block_of_this_size", self._largest())

    def _seats(self) -> Iterator[Pick]:
        for found in self._best(self._free):
            yield self._pick([self._group(found)], [found])

    def _best(self, ground: Ground) -> Iterator[Found]:
        return Blocks(ground, self._rating, self._wanted.quantity).best(self._wanted.alternatives + 1)

    def _areas(self) -> Iterator[Pick]:
        size = self._wanted.quantity
        for area in self._stock.areas:
            if area.free >= size:
                yield self._area(Group("area", area.section, size, price_level=area.price_level))

    def _listings(self) -> Iterator[Pick]:
        size = self._wanted.quantity
        resale = self._search.house.resale
        levels = {area.section: area.price_level for area in self._search.house.areas}
        for number in np.flatnonzero(self._stock.listings & (resale.quantities >= size)).tolist():
            listing = resale.listings[number]
            yield self._area(Group("area", listing.section, size, 0, levels[listing.section], listing))
        ground, owner = listed_ground(self._stock, self._search)
        for found in self._best(ground):
            yield self._pick([self._group(found, resale.listings[owner[found.start]])], [found])

    def _groups(self) -> tuple[Found, ...]:
        party = Party(self._wanted.quantity, self._search.house.seating, self._rating)
        others = ordinary(self._free, self._search.house)
        return split(party, self._free, others)

    def _largest(self) -> int:
        sizes = [longest(self._free), longest(listed_ground(self._stock, self._search)[0])]
        sizes += [area.free for area in self._stock.areas]
        sizes += [int(self._search.house.resale.quantities[self._stock.listings].max(initial=0))]
        return max(sizes)

    def _group(self, found: Found, listing: LiveListing | None = None) -> Group:
        section = self._search.house.seating.section_of(found.start)
        return Group("seats", section, found.size, found.start, listing=listing)

    def _pick(self, groups: Sequence[Group], blocks: Sequence[Found]) -> Pick:
        points = [self._rating.points(block.start, block.size) for block in blocks]
        summed = Points(*map(sum, zip(*points, strict=True)))
        singles = sum(block.singles for block in blocks)
        return Pick(tuple(groups), summed, singles, sum(block.rank for block in blocks))

    def _area(self, group: Group) -> Pick:
        points = area_points(self._levels.get(group.price_level, 0), group.size)
        return Pick((group,), points, 0, points.score())
