"""
What is there for a fan, narrowed down step by step: the step after which nothing is left is why there is nothing.
"""

from collections.abc import Callable
from functools import partial
from typing import Literal, NamedTuple

import numpy as np

from inventory_api.best_seats.arrays import Mask, Numbers
from inventory_api.best_seats.blocks import Ground
from inventory_api.best_seats.house import ACCESSIBLE, Area, House
from inventory_api.best_seats.wanted import Wanted
from inventory_api.best_seats.ways import Way, Ways, affordable, narrowed, sold_together, ways_of, within_limit

Lacking = Literal[
    "sold_out",
    "nothing_there",
    "no_accessible_seats",
    "only_accessible_seats",
    "not_priced",
    "nothing_at_this_price",
    "over_limit_per_order",
]


class Stock(NamedTuple):
    """
    Free seats, areas with free places, and which listings of the house; with the ways in which the former can be bought.
    """

    seats: Mask
    areas: tuple[Area, ...]
    listings: Mask
    ways: Ways


class Search(NamedTuple):
    """
    A house, and what is wanted of it.
    """

    house: House
    wanted: Wanted


def stock_of(search: Search) -> Stock | Lacking:
    """
    Return what is there for a fan, or why nothing is.
    """
    house, wanted = search
    areas = tuple(area for area in house.areas if area.free)
    listings = np.full(len(house.resale.listings), wanted.resale)
    stock = Stock(house.free, areas, listings, ways_of(house, packages=wanted.packages))
    if not (areas or listings.any() or house.free.any()):
        return "sold_out"
    for lacking, step in _STEPS:
        stock = step(stock, search)
        if _empty(stock, search):
            return lacking
    return stock


def _for_them(stock: Stock, search: Search) -> Stock:
    """Leave it at listings that have an accessible seat, if that is asked for, and at no area."""
    if not search.wanted.accessible:
        return stock
    listings = search.house.resale.with_any(accessible_seats(search.house))
    return Stock(stock.seats, (), stock.listings & listings, stock.ways)


def _for_others(stock: Stock, search: Search) -> Stock:
    """Leave accessible seats, and those of who comes along, to those who ask for them."""
    if search.wanted.accessible:
        return stock
    others, resale = ~search.house.seating.kept(), search.house.resale
    listings = stock.listings & (resale.with_any(others) | (resale.quantities > 0))
    return Stock(stock.seats & others, stock.areas, listings, stock.ways)


def _in_sections(stock: Stock, search: Search) -> Stock:
    names, seating = search.wanted.sections, search.house.seating
    if not names:
        return stock
    there = np.zeros_like(stock.seats)
    for number, name in enumerate(seating.sections):
        if name in names:
            there[seating.span(number)] = True
    areas = tuple(area for area in stock.areas if area.section in names)
    listings = np.array([listing.section in names for listing in search.house.resale.listings], bool)
    return Stock(stock.seats & there, areas, stock.listings & listings, stock.ways)


def _of_levels(stock: Stock, search: Search) -> Stock:
    wanted = search.wanted.price_levels
    if not wanted:
        return stock
    of_level, resale = seats_of(search.house, wanted), search.house.resale
    areas = tuple(area for area in stock.areas if area.price_level in wanted)
    sections = {area.section for area in search.house.areas if area.price_level in wanted}
    standing = np.array([listing.section in sections for listing in resale.listings], bool)
    listings = stock.listings & (resale.with_any(of_level) | standing)
    return Stock(stock.seats & of_level, areas, listings, stock.ways)


def _by_way(keep: Callable[[Wanted, Way, str], bool]) -> "Step":
    """Return a step that keeps some price levels of each way, and the places that can still be bought."""

    def step(stock: Stock, search: Search) -> Stock:
        """Leave out what no way is left for."""
        ways = narrowed(stock.ways, partial(keep, search.wanted))
        sold = frozenset(level for way in ways for level in way.costs)
        areas = tuple(area for area in stock.areas if area.price_level in sold)
        return Stock(stock.seats & seats_of(search.house, sold), areas, stock.listings, ways)

    return step


def _affordable(stock: Stock, search: Search) -> Stock:
    wanted, totals = search.wanted, search.house.resale.totals
    listings = stock.listings
    if wanted.max_price_cents is not None:
        listings = listings & (totals <= wanted.max_price_cents)
    if wanted.min_price_cents is not None:
        listings = listings & (totals >= wanted.min_price_cents)
    return _by_way(affordable)(stock._replace(listings=listings), search)


Step = Callable[[Stock, Search], Stock]
_STEPS: tuple[tuple[Lacking, Step], ...] = (
    ("no_accessible_seats", _for_them),
    ("only_accessible_seats", _for_others),
    ("nothing_there", _in_sections),
    ("nothing_there", _of_levels),
    ("not_priced", _by_way(lambda _, __, ___: True)),
    ("nothing_at_this_price", _affordable),
    ("over_limit_per_order", _by_way(within_limit)),
)


def _empty(stock: Stock, search: Search) -> bool:
    if stock.areas or stock.listings.any():
        return False
    seats = stock.seats & accessible_seats(search.house) if search.wanted.accessible else stock.seats
    return not seats.any()


def accessible_seats(house: House) -> Mask:
    """
    Return which seats are accessible.
    """
    mask: Mask = (house.seating.flags & ACCESSIBLE) != 0
    return mask


def seats_of(house: House, levels: frozenset[str]) -> Mask:
    """
    Return which seats have one of these price levels.
    """
    mask: Mask = np.array([level in levels for level in house.seating.levels], bool)[house.seating.level]
    return mask


def free_ground(stock: Stock, search: Search) -> Ground:
    """
    Return the free seats that may be given.
    """
    house, wanted = search
    allowed = tuple(stock.seats & seats_of(house, levels) for levels in sold_together(stock.ways))
    if wanted.accessible:
        return Ground(house.free, house.seating.joined, allowed, accessible_seats(house))
    return Ground(house.free & ~house.seating.kept(), house.seating.joined, allowed)


def ordinary(ground: Ground, house: House) -> Ground:
    """
    Return the ground without seats that are kept for some.
    """
    others = ~house.seating.kept()
    return Ground(ground.there & others, ground.joined, tuple(allowed & others for allowed in ground.allowed))


def listed_ground(stock: Stock, search: Search) -> tuple[Ground, Numbers]:
    """
    Return the listed seats that may be given, those of one owner together, and the number of each seat's listing.
    """
    house, wanted = search
    owner = np.full(house.seating.size, -1, np.int64)
    mine = stock.listings[house.resale.owners]
    owner[house.resale.seats[mine]] = house.resale.owners[mine]
    there = owner >= 0
    if not wanted.accessible:
        there &= ~house.seating.kept()
    # Neighbours of two owners are two listings, however close: nobody can buy across them.
    joined = house.seating.joined.copy()
    joined[:-1] &= owner[:-1] == owner[1:]
    allowed = there & seats_of(house, wanted.price_levels) if wanted.price_levels else there
    return Ground(there, joined, (allowed,), accessible_seats(house) if wanted.accessible else None), owner
