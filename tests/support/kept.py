"""
A sink of the truth for tests.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from simulator.truth import TABLES
from simulator.truth.tables import Row


class Kept:
    """
    Keeps rows: table → rows as column → value.
    """

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.closed = False

    def write(self, table: str, rows: Sequence[Row]) -> None:
        """
        Keep rows.
        """
        names = [column.name for column in TABLES[table].columns]
        self.rows[table] += [dict(zip(names, row, strict=True)) for row in rows]

    def close(self) -> None:
        """
        Note that there are no more.
        """
        self.closed = True
