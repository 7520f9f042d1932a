"""
The kinds of tables a projection writes: rows with a single writer, rows that stay as they are, and sums that anyone may
add to.

A table collects what a batch changes; the runtime then takes it and writes it in one statement (see `packing`).
"""

from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import Column
from sqlmodel import SQLModel

T = TypeVar("T")


class TableChange(NamedTuple):
    """
    What a batch changes in one table.

    rows: whole rows in column order; `add` says whether their columns outside the key are added to what is there.
    removed: primary keys to delete, before rows are written. fresh: no row with these keys is there yet.
    """

    model: type[SQLModel]
    rows: list[tuple[Any, ...]]
    removed: list[tuple[Any, ...]]
    add: bool
    fresh: bool = False


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

    def take(self) -> TableChange | None:
        """
        Return what was collected and forget it; None when that is nothing.
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

    def take(self) -> TableChange | None:
        """
        Return the sums in key order, so that two projectors that add to the same rows cannot deadlock.
        """
        if not self._sums:
            return None
        rows = [(*key, *self._sums[key]) for key in sorted(self._sums)]
        self._sums = {}
        return TableChange(self.model, rows, [], add=True)


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

    def take(self) -> TableChange | None:
        """
        Return the changed rows and the removed keys.
        """
        if not (self._changed or self._removed):
            return None
        rows = [*map(self._to_row, self._changed.values())]
        change = TableChange(self.model, rows, sorted(self._removed), add=False)
        self._changed, self._removed = {}, set()
        return change


class Appended(Table):
    """
    Rows that a record leaves behind and nothing changes, so that they are written without a look at what is there.

    Their key must say which record they come from: the same key twice stops the projector.
    """

    def __init__(self, model: type[SQLModel]) -> None:
        """
        Args:
            model: table class.
        """
        super().__init__(model)
        self._rows: list[tuple[Any, ...]] = []

    def append(self, row: tuple[Any, ...]) -> None:
        """
        Write this row (column order) with the batch.
        """
        self._rows.append(row)

    def take(self) -> TableChange | None:
        """
        Return the new rows.
        """
        rows, self._rows = self._rows, []
        return TableChange(self.model, rows, [], add=False, fresh=True) if rows else None
