"""
Read the truth of a run again.

    truth = read_truth("truth")
    truth["customers_by_day"]                    # a pyarrow.Table; .to_pandas() where pandas is there
    rows(truth, "problems")                      # a list of dicts
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from simulator.truth.parquet import TruthError, arrow
from simulator.truth.tables import TABLES


def read_truth(folder: Path | str) -> dict[str, Any]:
    """
    Return table name → `pyarrow.Table`, of all tables of a run.

    Raises:
        TruthError: a table is missing or not whole, or pyarrow is.
    """
    return {name: _read(Path(folder) / table.file) for name, table in TABLES.items()}


def rows(truth: dict[str, Any], table: str) -> list[dict[str, Any]]:
    """
    Return a table's rows as column → value.
    """
    found: list[dict[str, Any]] = truth[table].to_pylist()
    return found


def _read(path: Path) -> Any:
    pa = arrow()
    try:
        return pa.parquet.read_table(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise TruthError(f"{path} cannot be read: {error}. Was the run ended before it was done?") from error
