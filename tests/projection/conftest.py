"""
What tests of the runtime start from: a log in memory, an empty database.
"""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from takings import orders

from inventory_stream.projection import versions
from inventory_stream.testing import MemoryLog


@pytest.fixture
def log() -> MemoryLog:
    """
    A log with 500 orders in 3 partitions.
    """
    log = MemoryLog({"inventory": 3})
    log.append(orders(0, 500))
    return log


@pytest.fixture
def database(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    """
    A connection to an empty database with the table of versions.
    """
    with psycopg.connect(database_url, autocommit=True) as connection:
        versions.prepare(connection)
        yield connection
