"""
Rows to PostgreSQL arrays in binary form, so that a batch of any size is one statement and one round trip.

psycopg dumps a list element by element; packing a column at once is what keeps the projector ahead of its bars.
Format: PostgreSQL's `array_send` (number of dimensions, null flag, element type, length, lower bound, elements).
"""

import struct
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from psycopg.abc import AdaptContext
from psycopg.adapt import Dumper
from psycopg.pq import Format
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    TypeDecorator,
)
from sqlmodel import SQLModel

from inventory_stream.projection.tables import TableChange

_HEADER = struct.Struct(">iiIii")
_LENGTH = struct.Struct(">i")
_NULL = _LENGTH.pack(-1)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # PostgreSQL counts microseconds and days from here
_EPOCH_DAY = date(2000, 1, 1).toordinal()


class Packed(bytes):
    """
    A parameter that already is what PostgreSQL reads; the type comes from the cast in the statement.
    """


class _PackedDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Any) -> bytes:
        """Return the bytes as they are."""
        return bytes(obj)


class Statement(NamedTuple):
    """
    SQL with its parameters.
    """

    sql: str
    params: tuple[Packed, ...]


class _Kind(NamedTuple):
    """
    How one column type becomes array elements.
    """

    sql: str
    oid: int
    fixed: str  # numpy type of the element, empty when its length varies
    convert: Callable[[Any], Any] | None = None


def _microseconds(value: datetime) -> int:
    delta = value - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


# Subclasses come before their bases: BigInteger and SmallInteger are Integers to SQLAlchemy.
_KINDS: tuple[tuple[type[Any], _Kind], ...] = (
    (BigInteger, _Kind("bigint", 20, ">i8")),
    (SmallInteger, _Kind("smallint", 21, ">i2")),
    (Integer, _Kind("integer", 23, ">i4")),
    (Boolean, _Kind("boolean", 16, "i1")),
    (Float, _Kind("double precision", 701, ">f8")),
    (DateTime, _Kind("timestamptz", 1184, ">i8", _microseconds)),
    (Date, _Kind("date", 1082, ">i4", lambda day: day.toordinal() - _EPOCH_DAY)),
    (LargeBinary, _Kind("bytea", 17, "", bytes)),
    (String, _Kind("text", 25, "", str.encode)),
)


def register(context: AdaptContext) -> None:
    """
    Let connections made from this context send `Packed` parameters.
    """
    context.adapters.register_dumper(Packed, _PackedDumper)


def pack(kind: _Kind, values: Sequence[Any]) -> Packed:
    """
    Return the values of one column as a binary array. None becomes NULL.
    """
    has_null = None in values
    header = _HEADER.pack(1 if values else 0, has_null, kind.oid, len(values), 1)
    if not values:
        return Packed(header[:12])
    if has_null:
        return Packed(header + b"".join([_NULL if value is None else _element(kind, value) for value in values]))
    if kind.convert:
        values = [kind.convert(value) for value in values]
    if not kind.fixed:
        return Packed(header + b"".join([_LENGTH.pack(len(value)) + value for value in values]))
    elements = np.empty(len(values), dtype=[("length", ">i4"), ("value", kind.fixed)])
    elements["length"] = elements.dtype["value"].itemsize
    elements["value"] = values
    return Packed(header + elements.tobytes())


def _element(kind: _Kind, value: Any) -> bytes:
    converted = kind.convert(value) if kind.convert else value
    data = np.array(converted, dtype=kind.fixed).tobytes() if kind.fixed else converted
    return _LENGTH.pack(len(data)) + data


def column_kind(column: Column[Any]) -> _Kind:
    """
    Return how values of the column are packed.

    Raises:
        TypeError: nobody has taught this module the column's type.
    """
    declared = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    for sql_type, kind in _KINDS:
        if isinstance(declared, sql_type):
            return kind
    raise TypeError(f"column {column.name}: type {column.type!r} cannot be packed")


def table_name(model: type[SQLModel]) -> str:
    """
    Return the table's name, which is found through the connection's search path.
    """
    return str(model.__tablename__)


def statements(change: TableChange) -> list[Statement]:
    """
    Return what writes a table's change: at most one delete and one upsert.
    """
    found = [packed_delete(change.model, change.removed)] if change.removed else []
    if change.rows:
        found.append(packed_insert(change.model, change.rows, add=change.add, fresh=change.fresh))
    return found


def packed_insert(
    model: type[SQLModel], rows: Sequence[tuple[Any, ...]], *, add: bool, fresh: bool = False
) -> Statement:
    """
    Return an upsert of whole rows (column order of the table class) by primary key.

    Args:
        add: columns outside the key are added to those of an existing row, else they replace them.
        fresh: no row exists: insert and no more, which is a third cheaper.
    """
    sql, kinds = _insert_sql(model, add, fresh)
    return Statement(
        sql, tuple(pack(kind, column) for kind, column in zip(kinds, zip(*rows, strict=True), strict=True))
    )


def packed_delete(model: type[SQLModel], keys: Sequence[tuple[Any, ...]]) -> Statement:
    """
    Return a delete of rows by primary key (key columns in table order).
    """
    columns = [column for column in _columns(model) if column.primary_key]
    kinds = [column_kind(column) for column in columns]
    names = ", ".join(column.name for column in columns)
    arrays = ", ".join(f"%b::{kind.sql}[]" for kind in kinds)
    sql = f"DELETE FROM {table_name(model)} WHERE ({names}) IN (SELECT * FROM unnest({arrays}))"  # noqa: S608 - names come from the table class
    return Statement(
        sql, tuple(pack(kind, column) for kind, column in zip(kinds, zip(*keys, strict=True), strict=True))
    )


def _columns(model: type[SQLModel]) -> list[Column[Any]]:
    return list(model.__table__.columns)  # type: ignore[attr-defined]


@lru_cache(maxsize=256)
def _insert_sql(model: type[SQLModel], add: bool, fresh: bool) -> tuple[str, tuple[_Kind, ...]]:
    columns = _columns(model)
    kinds = tuple(column_kind(column) for column in columns)
    table, names = table_name(model), ", ".join(column.name for column in columns)
    arrays = ", ".join(f"%b::{kind.sql}[]" for kind in kinds)
    sql = f"INSERT INTO {table} ({names}) SELECT * FROM unnest({arrays})"  # noqa: S608 - names come from the table class
    if fresh:
        return sql, kinds
    keys = ", ".join(column.name for column in columns if column.primary_key)
    change = "{0} = " + table + ".{0} + excluded.{0}" if add else "{0} = excluded.{0}"
    changes = ", ".join(change.format(column.name) for column in columns if not column.primary_key)
    action = f"UPDATE SET {changes}" if changes else "NOTHING"
    return f"{sql} ON CONFLICT ({keys}) DO {action}", kinds
