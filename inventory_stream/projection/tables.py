"""
The two kinds of tables a projection writes: rows with a single writer, and sums that anyone may add to.

A table collects what a batch changes and is then drained into one statement with packed arrays (see `packing`).
"""

from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from sqlalchemy import Column
from sqlmodel import SQLModel

from inventory_stream.projection.packing import Statement, packed_delete, packed_insert

T = TypeVar("T")


def _columns(model: type[SQLModel]) -> list[Column[Any]]:
    return list(model.__table__.columns)  # type: ignore[attr-defined]


class Table:
    """
    Base: a table class and what the current batch changes in it.
    """

    def __init__(self, model: type[SQLModel]) -> None:
        """
        Args:
            model: a SQLModel table class; its primary key says which row a change is about.
        """
        self.model = model
        self.columns = _columns(model)

    def drain(self) -> list[Statement]:
        """
        Return the statements that write what was collected, and forget it.
        """
        raise NotImplementedError


class Additive(Table):
    """
    Sums by key: any number of projectors may add to the same row. Columns are the primary key, then the sums.
    """

    def __init__(self, model: type[SQLModel]) -> None:
        """
        Args:
            model: table class whose columns outside the primary key are integers to add up.
        """
        super().__init__(model)
        if [column.primary_key for column in self.columns] != sorted(
            (c.primary_key for c in self.columns), reverse=True
        ):
            raise TypeError(f"{model.__name__}: put the primary key columns first")
        self._sums: dict[tuple[Any, ...], list[int]] = {}

    def add(self, key: tuple[Any, ...], *amounts: int) -> None:
        """
        Add the amounts, one for each sum column in order, to the row of this key.
        """
        sums = self._sums.get(key)
        if sums is None:
            self._sums[key] = list(amounts)
        else:
            for index, amount in enumerate(amounts):
                sums[index] += amount

    def drain(self) -> list[Statement]:
        """
        Return one `INSERT … ON CONFLICT` that adds, rows in key order so that two projectors cannot deadlock.
        """
        if not self._sums:
            return []
        rows = [(*key, *self._sums[key]) for key in sorted(self._sums)]
        self._sums = {}
        return [packed_insert(self.model, rows, add=True)]


class Rows(Table, Generic[T]):
    """
    Whole rows with a single writer: the records of one key. The last state in a batch is what is written.
    """

    def __init__(self, model: type[SQLModel], to_row: Callable[[T], tuple[Any, ...]] = tuple) -> None:  # type: ignore[assignment]
        """
        Args:
            model: table class.
            to_row: gives the column values, in order, of an object passed to `put`; called once a batch.
        """
        super().__init__(model)
        self._to_row = to_row
        self._changed: dict[Any, T] = {}
        self._removed: set[tuple[Any, ...]] = set()

    def put(self, key: Any, row: T) -> None:
        """
        Write this row with the batch. `key` is anything unique to the row, such as its primary key.
        """
        self._changed[key] = row

    def remove(self, key: tuple[Any, ...]) -> None:
        """
        Delete the row with this primary key with the batch.
        """
        self._changed.pop(key, None)
        self._removed.add(key)

    def drain(self) -> list[Statement]:
        """
        Return at most one delete and one upsert.
        """
        statements = []
        if self._removed:
            statements.append(packed_delete(self.model, sorted(self._removed)))
            self._removed = set()
        if self._changed:
            rows: Iterable[tuple[Any, ...]] = map(self._to_row, self._changed.values())
            statements.append(packed_insert(self.model, list(rows), add=False))
            self._changed = {}
        return statements
