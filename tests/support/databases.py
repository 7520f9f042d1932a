"""
Databases of the session's PostgreSQL, for one test or for what outlives it.
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
    name = f"test_{next(_numbers)}"
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        # Copying files costs checkpoints, which cost nothing without syncs; the usual way sends each page through the log.
        connection.execute(f"CREATE DATABASE {name} STRATEGY FILE_COPY")
    yield postgres.url_of(name)
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def careless(postgres: LocalPostgres) -> None:
    """
    Let it leave writing to the system, which goes on when it is killed: hundreds of databases come and go.
    """
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("ALTER SYSTEM SET full_page_writes = off")
        connection.execute("SELECT pg_reload_conf()")
