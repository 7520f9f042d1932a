"""
The integers that are known of a customer, in one order for SQL, training and serving.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlmodel import SQLModel

from fraud_api.tables import ActivityDay, LabelRow, TicketDay

DEVICE, NETWORK, PAYMENT = 1, 2, 3
LINK_KINDS: dict[int, str] = {DEVICE: "device", NETWORK: "network", PAYMENT: "payment"}
MOST_OTHERS = 50
"""Others on one hash are counted up to this many: more says no more, and reading stays cheap."""


def sums_of(model: type[SQLModel]) -> tuple[str, ...]:
    """
    Return the names of a table's columns outside its primary key.
    """
    return tuple(column.name for column in model.__table__.columns if not column.primary_key)  # type: ignore[attr-defined]


ACTIVITY = sums_of(ActivityDay)
TICKETS = sums_of(TicketDay)
LABELS = sums_of(LabelRow)
# days on which there was something; hashes of each kind; the most other customers that share one of them
DAYS = ("activity_days", "ticket_days")
HASHES = tuple(f"{name}s" for name in LINK_KINDS.values())
OTHERS = tuple(f"{name}_others" for name in LINK_KINDS.values())
COUNTERS: tuple[str, ...] = (*ACTIVITY, *TICKETS, *DAYS, *HASHES, *OTHERS)

Columns = Mapping[str, NDArray[np.float64]]


def columns(rows: Sequence[Sequence[int]]) -> Columns:
    """
    Return counter → its values, one for each row.

    Args:
        rows: of each customer the values of `COUNTERS`.
    """
    table = np.array(rows, dtype=np.float64).reshape(len(rows), len(COUNTERS))
    return {name: table[:, place] for place, name in enumerate(COUNTERS)}
