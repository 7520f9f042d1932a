"""
What a version holds, as a few numbers: the same rows give the same digest, in whatever order they were written.
"""

from typing import Any

import msgspec
import psycopg
from psycopg import sql

from inventory_stream.projection.versions import RUNTIME_TABLES

_TABLES = """
SELECT table_name FROM information_schema.tables
WHERE table_schema = %s AND table_type = 'BASE TABLE' AND table_name <> ALL (%s) ORDER BY table_name
"""
# A sum does not depend on order and, unlike an exclusive or, notices a row that is there twice.
_DIGEST = "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text FROM {} AS t"
_COUNT = "SELECT count(*) FROM {}"
# Text of times, bytes and floats must not depend on who asks.
_TEXT_FORMS = """
SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL bytea_output = 'hex';
SET LOCAL extra_float_digits = 1
"""


class TableDigest(msgspec.Struct, frozen=True):
    """
    Number of rows, and the sum of their hashes.
    """

    rows: int
    hash: str


def digest(connection: psycopg.Connection[Any], schema: str) -> dict[str, TableDigest]:
    """
    Return the digest of each table of a version, those of the runtime left out.
    """
    with connection.transaction():
        connection.execute(_TEXT_FORMS)
        names = _names(connection, schema)
        return {name: TableDigest(*_row(connection, _DIGEST, sql.Identifier(schema, name))) for name in names}


def row_counts(connection: psycopg.Connection[Any], schema: str) -> dict[str, int]:
    """
    Return the number of rows of each table of a version, those of the runtime left out.
    """
    names = _names(connection, schema)
    return {name: _row(connection, _COUNT, sql.Identifier(schema, name))[0] for name in names}


def differing(first: dict[str, TableDigest], second: dict[str, TableDigest]) -> list[str]:
    """
    Return the names of tables whose content differs, or which only one of the versions has.
    """
    return sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))


def _names(connection: psycopg.Connection[Any], schema: str) -> list[str]:
    return [name for (name,) in connection.execute(_TABLES, (schema, list(RUNTIME_TABLES))).fetchall()]


def _row(connection: psycopg.Connection[Any], query: str, table: sql.Identifier) -> tuple[Any, ...]:
    row = connection.execute(sql.SQL(query).format(table)).fetchone()
    assert row is not None  # noqa: S101 - an aggregate has one row
    return tuple(row)
