"""
Changes of seats as server-sent events. `docs/seats.md` describes them.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import numpy as np

from inventory_api.seats.encoding import chart_url
from inventory_api.seats.geometry import Numbers

KEEP_ALIVE = b": keep-alive\n\n"
_encode = msgspec.json.Encoder().encode


def changes_frame(position: int, runs: Sequence[Sequence[int]], areas: Sequence[Sequence[int]]) -> bytes:
    """
    Return what changed, as it is at a position.

    Args:
        runs: see `runs_of`.
        areas: index of an area, and how many of its places are free, held, sold, blocked, listed.
    """
    return _frame("changes", position, {"position": position, "seats": runs, "areas": areas})


def reset_frame(position: int, event_id: str, chart_version: str, partition: int) -> bytes:
    """
    Return the request to load everything again, where it is at least as new as this position.
    """
    chart = chart_url(event_id, chart_version)
    seats = f"{chart.partition('/chart')[0]}/seats?min_position=inventory:{partition}={position}"
    return _frame("reset", position, {"position": position, "chart": chart, "seats": seats})


def retry_frame(milliseconds: int) -> bytes:
    """
    Return how long a browser is to wait before it connects again.
    """
    return b"retry: %d\n\n" % milliseconds


def _frame(name: str, position: int, data: dict[str, Any]) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (position, name.encode(), _encode(data))


def runs_of(seats: Numbers, statuses: Numbers) -> list[list[int]]:
    """
    Return seats as runs of neighbours in one status: index of the first, how many, status.

    Args:
        seats: indexes that changed, rising.
        statuses: of all seats.
    """
    if not len(seats):
        return []
    found = statuses[seats]
    starts = np.flatnonzero((np.diff(seats, prepend=-2) != 1) | (np.diff(found.astype(np.int16), prepend=-1) != 0))
    sizes = np.diff(starts, append=len(seats))
    runs: list[list[int]] = np.stack([seats[starts], sizes, found[starts]], axis=1).tolist()
    return runs


def rows_of(areas: Iterable[int], counts: Numbers) -> list[list[int]]:
    """
    Return the index of each of some areas, with its counts.
    """
    return [[int(area), *counts[area].tolist()] for area in areas]
