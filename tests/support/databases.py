"""
Databases of the session's PostgreSQL for what outlives one test.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import psycopg

from inventory_stream.local import LocalPostgres

_numbers = count()


@contextmanager
def new_database(postgres: LocalPostgres) -> Iterator[str]:
    """
    Give the libpq URL of an empty database, and drop it afterwards.
    """
    name = f"kept_{next(_numbers)}"
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield postgres.url_of(name)
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
