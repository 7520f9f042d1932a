"""
What every test may ask for: a real Kafka, a real PostgreSQL, both started when first asked for.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from inventory_stream.local import LocalKafka, LocalPostgres
from tests.support.databases import careless, new_database
from tests.support.greenlets import keep_greenlets_of_threads
from tests.support.spreading import FileByFile, place_of

keep_greenlets_of_threads()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """
    Put what takes long at the beginning.
    """
    items.sort(key=place_of)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FileByFile:
    """
    Spread tests over workers by files.
    """
    return FileByFile(config, log)


@pytest.fixture(scope="session")
def servers_folder() -> Iterator[Path]:
    """
    A folder for servers' data. Not pytest's own, which is closed to the user that PostgreSQL runs as.
    """
    folder = Path(tempfile.mkdtemp(prefix="seatstream-tests-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def kafka(servers_folder: Path) -> Iterator[LocalKafka]:
    """
    A running Kafka, one for the whole session: give topics names or prefixes of your own.
    """
    with LocalKafka(servers_folder / "kafka") as server:
        yield server


@pytest.fixture(scope="session")
def postgres(servers_folder: Path) -> Iterator[LocalPostgres]:
    """
    A running PostgreSQL, one for the whole session. It survives a kill, but not the machine's.
    """
    with LocalPostgres(servers_folder / "postgres") as server:
        careless(server)
        yield server


@pytest.fixture
def bootstrap_servers(kafka: LocalKafka) -> str:
    """
    The address of the session's Kafka.
    """
    return kafka.bootstrap_servers


@pytest.fixture
def database_url(postgres: LocalPostgres) -> Iterator[str]:
    """
    The libpq URL of an empty database of this test's own.
    """
    with new_database(postgres) as url:
        yield url
