"""
The truth as Parquet files in one folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from simulator.truth.tables import TABLES, Row, Table

ROWS_AT_ONCE = 50_000
"""Rows of a table that wait in memory until they are written as one row group."""


class TruthError(Exception):
    """
    The truth cannot be written or read; the message says why, and what to do.
    """


def arrow() -> ModuleType:
    """
    Return pyarrow, with its Parquet module loaded.

    Raises:
        TruthError: it is not installed.
    """
    try:
        import_module("pyarrow.parquet")
        return import_module("pyarrow")
    except ImportError as error:
        raise TruthError(
            "the truth is written with pyarrow, which is not installed: pip install 'seatstream[simulate]'"
        ) from error


class ParquetFiles:
    """
    A sink of `Truth` that writes `<table>.parquet` for every table, also for those that stay empty.

    Files are whole once `close` was called. Memory is bounded: rows are written in groups.
    """

    def __init__(self, folder: Path) -> None:
        """
        Args:
            folder: made when it is missing.

        Raises:
            TruthError: it holds the truth of another run, cannot be written to, or pyarrow is missing.
        """
        self._arrow = arrow()
        _make(folder)
        self._folder = folder
        self._waiting: dict[str, list[Row]] = {name: [] for name in TABLES}
        self._writers = {name: self._writer(table) for name, table in TABLES.items()}

    def write(self, table: str, rows: Sequence[Row]) -> None:
        """
        Take some rows of a table.
        """
        waiting = self._waiting[table]
        waiting += rows
        if len(waiting) >= ROWS_AT_ONCE:
            self._flush(table)

    def close(self) -> None:
        """
        Write what waits and finish the files.
        """
        for name, writer in self._writers.items():
            self._flush(name)
            writer.close()

    def _flush(self, table: str) -> None:
        rows, self._waiting[table] = self._waiting[table], []
        if rows:
            schema = self._schema(TABLES[table])
            columns = [
                self._arrow.array(column, field.type)
                for column, field in zip(zip(*rows, strict=True), schema, strict=True)
            ]
            self._writers[table].write_table(self._arrow.Table.from_arrays(columns, schema=schema))

    def _writer(self, table: Table) -> Any:
        return self._arrow.parquet.ParquetWriter(self._folder / table.file, self._schema(table), compression="zstd")

    def _schema(self, table: Table) -> Any:
        pa = self._arrow
        types = {
            "text": pa.string(),
            "day": pa.date32(),
            "time": pa.timestamp("us", tz="UTC"),
            "count": pa.int64(),
            "amount": pa.float64(),
        }
        fields = [
            pa.field(c.name, types[c.type], nullable=False, metadata={"meaning": c.meaning}) for c in table.columns
        ]
        return pa.schema(fields, metadata={"holds": table.holds})


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        found = sorted(path.name for path in folder.glob("*.parquet"))
    except OSError as error:
        raise TruthError(f"{folder} cannot be used as a folder: {error.strerror}") from error
    if found:
        raise TruthError(f"{folder} holds {found[0]} of another run: name a new folder or empty this one")
