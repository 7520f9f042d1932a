"""
A party that fits nowhere together, in as few groups as it takes, none of one if that can be, close to each other.
"""

from math import ceil
from typing import NamedTuple

import numpy as np

from inventory_api.best_seats.arrays import Numbers
from inventory_api.best_seats.blocks import Blocks, Found, Ground, Runs, runs_of, with_needed
from inventory_api.best_seats.house import Seating
from inventory_api.best_seats.quality import WHOLE, Rating

# What a seat's width between two groups outweighs of the quality of one of them.
_APART = WHOLE // 50
_TRIED = 32  # places for the first group: more would take longer and hardly find better


class Party(NamedTuple):
    """
    So many people, in a house, and how its blocks are rated.
    """

    quantity: int
    seating: Seating
    rating: Rating


def split(party: Party, first: Ground, others: Ground) -> tuple[Found, ...]:
    """
    Return the blocks of a party's groups, nothing if even so not all find a place.

    Args:
        first: where the first group may sit.
        others: where the others may; with as many masks, each allowed together with the first ground's.
    """
    found = []
    for mine, theirs in zip(first.allowed, others.allowed, strict=True):
        for least in (2, 1):
            splitting = _Splitting(party, first._replace(allowed=(mine,)), others._replace(allowed=(theirs,)), least)
            groups = splitting.groups()
            if groups:
                found.append((least == 1, len(groups), -sum(group.rank for group in groups), groups))
                break
    return min(found)[-1] if found else ()


class _Splitting:
    """
    Finds groups of at least `least`. Two groups are never in one run of free seats: they would be one.
    """

    def __init__(self, party: Party, first: Ground, others: Ground, least: int) -> None:
        self._quantity, self._seating, self._rating = party
        self._first, self._others, self._least = first, others, least
        main = with_needed(_long_enough(runs_of(first.allowed[0], first.joined), least), first.needed)
        order = np.lexsort((main.first, -self._worth(main), -main.size))
        self._main = main.only(order[:_TRIED])
        self._rest = _long_enough(runs_of(others.allowed[0], others.joined), least)
        by_size = np.lexsort((self._rest.first, -self._rest.size))
        self._longest: list[int] = by_size[: 2 * self._quantity].tolist()
        self._value = self._worth(self._rest)
        self._pitch = self._seating.pitch()

    def groups(self) -> tuple[Found, ...]:
        """Return the groups, none if there are none."""
        needed = [self._fewest(anchor) for anchor in range(len(self._main.first))]
        chains = [chain for chain in needed if chain]
        if not chains:
            return ()
        count = min(map(len, chains))
        if count * self._least > self._quantity:
            return ()
        close = [self._close(anchor, count) for anchor, chain in enumerate(needed) if len(chain) == count]
        costs = [found for found in close if found]
        if costs:
            _, anchor, rest = min(costs)
        else:
            shortest = next(anchor for anchor, chain in enumerate(needed) if len(chain) == count)
            anchor, rest = shortest, needed[shortest][1:]
        return self._seated(anchor, rest)

    def _fewest(self, anchor: int) -> list[int]:
        """Return an anchor's run and the fewest others that hold all, empty if they cannot; the first stands for itself."""
        chain, left = [anchor], self._quantity - int(self._main.size[anchor])
        for run in self._longest:
            if left <= 0:
                break
            if not self._within(anchor, run):
                chain.append(run)
                left -= int(self._rest.size[run])
        return chain if left <= 0 else []

    def _within(self, anchor: int, run: int | Numbers) -> Numbers:
        first = self._rest.first[run]
        found: Numbers = (first >= self._main.first[anchor]) & (first <= self._main.last[anchor])
        return found

    def _close(self, anchor: int, count: int) -> tuple[int, int, list[int]] | None:
        """Return what it costs to sit around an anchor, and the runs where the others do."""
        mine = min(int(self._main.size[anchor]), self._quantity - self._least * (count - 1))
        enough = max(self._least, ceil((self._quantity - mine) / (count - 1)))
        runs = np.flatnonzero(self._rest.size >= enough)
        runs = runs[~self._within(anchor, runs)]
        if len(runs) < count - 1:
            return None
        # A better place makes up for some distance.
        costs = _APART * self._apart(anchor, self._rest.only(runs)) - self._value[runs]
        nearest = np.argsort(costs, kind="stable")[: count - 1]
        alone = self._worth(self._main.only(np.array([anchor])))
        return int(costs[nearest].sum() - alone[0]), anchor, runs[nearest].tolist()

    def _apart(self, anchor: int, runs: Runs) -> Numbers:
        """Return how many seats' widths lie between the middles of runs and that of an anchor."""
        x, y = self._seating.x, self._seating.y
        here = int(self._main.first[anchor] + self._main.last[anchor]) // 2
        there = (runs.first + runs.last) // 2
        widths = np.hypot(x[there] - x[here], y[there] - y[here]) / self._pitch
        whole: Numbers = np.rint(widths).astype(np.int64)
        return whole

    def _worth(self, runs: Runs) -> Numbers:
        return self._rating.averages(runs.first, runs.last)

    def _seated(self, anchor: int, rest: list[int]) -> tuple[Found, ...]:
        """Return a block for each group: the first takes as many as its run holds, and so on."""
        runs = [(self._first, int(self._main.first[anchor]), int(self._main.last[anchor]))]
        runs += [(self._others, int(self._rest.first[run]), int(self._rest.last[run])) for run in rest]
        found, left = [], self._quantity
        for after, (ground, first, last) in zip(range(len(runs) - 1, -1, -1), runs, strict=True):
            size = min(last - first + 1, left - self._least * after)
            found.append(Blocks(ground, self._rating, size).best_within(first, last))
            left -= size
        return tuple(found)


def _long_enough(runs: Runs, least: int) -> Runs:
    return runs.only(np.flatnonzero(runs.size >= least))
