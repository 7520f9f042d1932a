"""
Houses from drawings, so that a test shows what it is about.

A line without a colon begins a section: its name and price level. A line with one is a row, from the front:

    . free   x taken   a accessible   c companion   r restricted view (in capitals: taken)   | an aisle
    1 to 9: free to nobody, listed by this owner
"""

import numpy as np

from inventory_api.best_seats.house import ACCESSIBLE, COMPANION, RESTRICTED_VIEW, Cost, House, Seating
from inventory_api.best_seats.resale import resale_of
from inventory_api.live.event import LiveListing

FLAGS = {"a": ACCESSIBLE, "c": COMPANION, "r": RESTRICTED_VIEW}
PRICES = {"P1": Cost(9_000, 900), "P2": Cost(5_000, 500), "P3": Cost(2_000, 200)}


def drawn(text, prices=None, *, asked=None, **more):
    """
    The house that a drawing shows; `asked` is owner's digit → cost of each seat.
    """
    sections, levels, seats = [], [], []
    row = -1
    for line in filter(None, map(str.strip, text.splitlines())):
        if ":" not in line:
            name, level = line.split()
            sections.append((name, len(seats)))
            levels.append(level)
            continue
        row += 1
        blocks = line.split(":")[1].strip().split("|")
        for block in blocks:
            seats += [(row, level, mark, place < len(block) - 1) for place, mark in enumerate(block)]
    prices = PRICES if prices is None else prices
    return House(
        seating=_seating(sections, sorted(set(levels)), seats),
        free=np.array([mark in ".acr" for _, _, mark, _ in seats], bool),
        prices=prices,
        **{"resale": _resale(sections, seats, asked or {})} | more,
    )


def _seating(sections, levels, seats):
    rows = np.array([row for row, *_ in seats], np.int32)
    places = np.arange(len(seats)) - np.searchsorted(rows, rows)
    return Seating(
        levels=tuple(levels),
        sections=tuple(name for name, _ in sections),
        firsts=np.array([first for _, first in sections], np.int64),
        x=places.astype(np.float32),
        y=rows.astype(np.float32) * 2,
        row=rows,
        level=np.array([levels.index(level) for _, level, _, _ in seats], np.uint8),
        flags=np.array([FLAGS.get(mark.lower(), 0) for _, _, mark, _ in seats], np.uint8),
        joined=np.array([joined for *_, joined in seats], bool),
        depths=_depths(sections, rows),
    )


def _depths(sections, rows):
    number = rows.max(initial=-1) + 1
    fronts = [rows[first] if first < len(rows) else number for _, first in sections]
    return np.array([row - max(front for front in fronts if front <= row) for row in range(number)], np.int64)


def _resale(sections, seats, resale):
    found = []
    for owner in sorted({mark for _, _, mark, _ in seats if mark.isdigit()}):
        places = [place for place, seat in enumerate(seats) if seat[2] == owner]
        section, first = [known for known in sections if known[1] <= places[0]][-1]
        cost = resale.get(owner, Cost(7_000, 700))
        found.append(LiveListing(f"l{owner}", section, tuple(place - first for place in places), *cost, "USD"))
    return resale_of(found, dict(sections))


def seen(house, group):
    """
    Where a group sits: section, row from 1 and places from 1.
    """
    seating = house.seating
    section = seating.sections.index(group.section)
    rows = seating.row - seating.row[seating.firsts[section]]
    first = int(np.searchsorted(seating.row, seating.row[group.first]))
    begin = group.first - first + 1
    return group.section, int(rows[group.first]) + 1, list(range(begin, begin + group.size))
