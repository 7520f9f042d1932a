"""
Packed arrays are read by PostgreSQL as the values they stand for.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Column, LargeBinary, SmallInteger
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from inventory_stream.local import LocalPostgres
from inventory_stream.projection.packing import packed_delete, packed_insert, register


class _Table(SQLModel, registry=registry()):
    pass


class Everything(_Table, table=True):
    """
    One column of every kind.
    """

    id: int = Field(sa_column=Column(BigInteger, primary_key=True))
    small: int = Field(sa_column=Column(SmallInteger))
    plain: int
    text: str | None
    data: bytes = Field(sa_column=Column(LargeBinary))
    flag: bool
    real: float
    day: date


class Sum(_Table, table=True):
    """
    A key and an amount.
    """

    key: str = Field(primary_key=True)
    n: int


class Mark(_Table, table=True):
    """
    A key and nothing else.
    """

    key: str = Field(primary_key=True)


class Odd(_Table, table=True):
    """
    A column of a kind that cannot be packed.
    """

    id: str = Field(sa_column=Column(UUID, primary_key=True))


@pytest.fixture(scope="module")
def connection(postgres: LocalPostgres) -> Iterator[psycopg.Connection[Any]]:
    """
    A connection with the tables, in a schema that goes away with it.
    """
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        register(connection)
        connection.execute(
            "CREATE TEMP TABLE everything (id bigint PRIMARY KEY, small smallint, plain int, text text, data bytea, "
            "flag boolean, real float8, day date); CREATE TEMP TABLE sum (key text PRIMARY KEY, n int);"
            "CREATE TEMP TABLE mark (key text PRIMARY KEY); CREATE TEMP TABLE moment (at timestamptz PRIMARY KEY)"
        )
        yield connection


rows = st.lists(
    st.tuples(
        st.integers(-(2**63), 2**63 - 1),
        st.integers(-(2**15), 2**15 - 1),
        st.integers(-(2**31), 2**31 - 1),
        st.none() | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
        st.binary(),
        st.booleans(),
        st.floats(allow_nan=False),
        st.dates(date(1, 1, 1), date(9999, 12, 31)),
    ),
    min_size=1,
    max_size=20,
    unique_by=lambda row: row[0],
)


@given(rows)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_kind_of_column_comes_back(connection: psycopg.Connection[Any], values: list[tuple[Any, ...]]) -> None:
    """
    What is packed is what is read, for any values and NULLs in text.
    """
    connection.execute("TRUNCATE everything")
    statement = packed_insert(Everything, values, add=False)
    connection.execute(statement.sql, statement.params)

    assert sorted(connection.execute("SELECT * FROM everything")) == sorted(values)


def test_adding_adds_to_what_is_there(connection: psycopg.Connection[Any]) -> None:
    """
    An additive upsert inserts new keys and adds to known ones.
    """
    for amount in (1, 2):
        statement = packed_insert(Sum, [("a", amount), (f"new{amount}", amount)], add=True)
        connection.execute(statement.sql, statement.params)

    assert sorted(connection.execute("SELECT * FROM sum")) == [("a", 3), ("new1", 1), ("new2", 2)]


def test_replacing_replaces(connection: psycopg.Connection[Any]) -> None:
    """
    A plain upsert takes the new values.
    """
    for amount in (5, 7):
        statement = packed_insert(Sum, [("replaced", amount)], add=False)
        connection.execute(statement.sql, statement.params)

    assert connection.execute("SELECT n FROM sum WHERE key = 'replaced'").fetchall() == [(7,)]


def test_a_fresh_row_meets_no_other(connection: psycopg.Connection[Any]) -> None:
    """
    Rows that are said to be new are, or nothing of the batch is written.
    """
    statement = packed_insert(Sum, [("fresh", 5)], add=False, fresh=True)
    connection.execute(statement.sql, statement.params)

    with pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute(statement.sql, statement.params)


def test_a_table_of_keys_takes_a_key_twice(connection: psycopg.Connection[Any]) -> None:
    """
    Where there is nothing but the key, a second insert does nothing.
    """
    for _ in range(2):
        statement = packed_insert(Mark, [("a",)], add=False)
        connection.execute(statement.sql, statement.params)

    assert connection.execute("SELECT count(*) FROM mark").fetchall() == [(1,)]


def test_deleting_deletes_the_keys_named(connection: psycopg.Connection[Any]) -> None:
    """
    Only rows whose key is named go.
    """
    connection.execute("TRUNCATE mark; INSERT INTO mark VALUES ('a'), ('b'), ('c')")
    statement = packed_delete(Mark, [("a",), ("c",)])
    connection.execute(statement.sql, statement.params)

    assert connection.execute("SELECT key FROM mark").fetchall() == [("b",)]


def test_times_keep_their_microseconds(connection: psycopg.Connection[Any]) -> None:
    """
    A time goes to PostgreSQL and back unchanged, also before its epoch and without a value.
    """
    from sqlalchemy import DateTime

    from inventory_stream.projection.packing import column_kind, pack

    kind = column_kind(Column("at", DateTime(timezone=True)))
    times = [datetime(1999, 1, 1, 0, 0, 0, 1, UTC), datetime(2026, 11, 24, 9, 11, 12, 999_999, UTC), None]
    found = connection.execute("SELECT * FROM unnest(%b::timestamptz[])", [pack(kind, times)]).fetchall()

    assert [row[0] for row in found] == times


def test_an_unknown_kind_is_named() -> None:
    """
    A column type that cannot be packed is refused by name.
    """
    with pytest.raises(TypeError, match="column id"):
        packed_insert(Odd, [("x",)], add=False)


def test_no_values_make_an_empty_array(connection: psycopg.Connection[Any]) -> None:
    """
    An empty column is an empty array.
    """
    from inventory_stream.projection.packing import column_kind, pack

    empty = pack(column_kind(Column("n", BigInteger)), [])

    assert connection.execute("SELECT %b::bigint[]", [empty]).fetchall() == [([],)]
