"""
What is true of a run and must never be in its stream: who is what, who went without, what was wrong on purpose, and
how every place ended.

    notes      the run tells `Truth`; it keeps one day of notes and hands the rows on
    tables     which tables there are, with columns and units; docs/truth.md is held to it
    parquet    writes the tables as Parquet files (extra `simulate`)
    reading    reads them again
"""

from simulator.truth.notes import Sink, Truth
from simulator.truth.tables import TABLES, Column, Table

__all__ = ["TABLES", "Column", "Sink", "Table", "Truth"]
