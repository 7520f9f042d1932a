"""
The word of every event at once, as `inventory_api.words` gives it for one.
"""

from datetime import datetime
from typing import Any, get_args

import numpy as np
import numpy.typing as npt

from inventory_api.catalogue.table import NEVER, Table, microseconds
from inventory_api.words import FEW_LEFT_PER_CENT, EventStatus

NAMES: tuple[EventStatus, ...] = get_args(EventStatus)
BUYABLE = frozenset({"on_sale", "few_left", "resale_only"})
"""Words of events of which something can be bought now."""
_NUMBERS: dict[str, int] = {name: number for number, name in enumerate(NAMES)}

Codes = npt.NDArray[np.uint8]


def read_statuses(table: Table, now: datetime) -> Codes:
    """
    Return the place in `NAMES` of each event's word.
    """
    at = microseconds(now)
    counts: Any = table["counts"].astype(np.int64)
    free, held, sold, _, listed = counts.T
    found = np.full(len(table), _NUMBERS["on_sale"], np.uint8)
    # From the last word to the first: where several hold, the first stays.
    found[free * 100 <= (free + held + sold + listed) * FEW_LEFT_PER_CENT] = _NUMBERS["few_left"]
    found[(free == 0) & (listed > 0)] = _NUMBERS["resale_only"]
    found[(free == 0) & (listed == 0)] = _NUMBERS["sold_out"]
    found[~table["on_sale"]] = _NUMBERS["paused"]
    on_sale_at = table["on_sale_at"]
    found[(on_sale_at > at) & (on_sale_at != NEVER)] = _NUMBERS["not_yet_on_sale"]
    found[table["starts_at"] <= at] = _NUMBERS["past"]
    found[table["cancelled"]] = _NUMBERS["cancelled"]
    return found


def with_words(codes: Codes, words: frozenset[str] | set[str]) -> npt.NDArray[np.bool_]:
    """
    Return which events have one of these words.
    """
    wanted = np.array([name in words for name in NAMES])
    return wanted[codes]
