"""
The local Kafka and PostgreSQL: they start, survive a kill, repair a half-made folder, and refuse with one sentence.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from confluent_kafka.admin import AdminClient, NewTopic

from inventory_stream.local import LocalKafka, LocalPostgres
from inventory_stream.local.errors import ForeignData, PortOccupied


def topics(kafka: LocalKafka) -> set[str]:
    """
    The names of a broker's topics.
    """
    return set(AdminClient({"bootstrap.servers": kafka.bootstrap_servers}).list_topics(timeout=10).topics)


@pytest.fixture
def occupied() -> Iterator[int]:
    """
    A port that something listens on.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_kafka_keeps_topics_over_a_kill(servers_folder: Path) -> None:
    """
    A killed Kafka starts again on the same port, with its topics.
    """
    with LocalKafka(servers_folder / "killed-kafka") as kafka:
        admin = AdminClient({"bootstrap.servers": kafka.bootstrap_servers, "log_level": 0})
        admin.create_topics([NewTopic("kept", 1, 1)])["kept"].result(10)
        port = kafka.port
        kafka.kill()
        kafka.start()

        assert kafka.port == port
        assert "kept" in topics(kafka)


def test_postgres_keeps_tables_over_a_kill(servers_folder: Path) -> None:
    """
    A killed PostgreSQL starts again on the same URL, with what was committed durably.
    """
    with LocalPostgres(servers_folder / "killed-postgres") as postgres:
        with psycopg.connect(postgres.url) as connection:
            connection.execute("SET synchronous_commit = on")
            connection.execute("CREATE TABLE kept ()")
        url = postgres.url
        postgres.kill()
        postgres.start()

        assert postgres.url == url
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_another_object_on_the_folder_has_its_port(tmp_path: Path) -> None:
    """
    A picked port belongs to the folder.
    """
    first = LocalPostgres(tmp_path / "postgres")

    assert LocalPostgres(tmp_path / "postgres").port == first.port


def test_half_made_folder_is_made_again(servers_folder: Path) -> None:
    """
    A folder whose initialisation was interrupted is repaired without a question.
    """
    folder = servers_folder / "half-postgres"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "PG_VERSION").write_text("18")
    with LocalPostgres(folder) as postgres, psycopg.connect(postgres.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_half_formatted_folder_is_formatted_again(servers_folder: Path) -> None:
    """
    A Kafka folder without the last written marker is formatted afresh.
    """
    folder = servers_folder / "half-kafka"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "meta.properties").write_text("version=1")
    with LocalKafka(folder) as kafka:
        assert topics(kafka) == set()


def test_folder_of_another_version_is_refused(tmp_path: Path) -> None:
    """
    Data of another version stays untouched, and the sentence says what to do.
    """
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "initialised").write_text("PostgreSQL 17\n")
    with pytest.raises(ForeignData, match=r"PostgreSQL 17.*make clean"):
        LocalPostgres(tmp_path / "postgres").start()


@pytest.mark.parametrize(("server", "name"), [(LocalKafka, "Kafka"), (LocalPostgres, "PostgreSQL")])
def test_occupied_port_is_named(
    tmp_path: Path, occupied: int, server: type[LocalKafka | LocalPostgres], name: str
) -> None:
    """
    The sentence names the port and what wants it.
    """
    with pytest.raises(PortOccupied, match=rf"Port {occupied} is taken by .*, and {name} wants it"):
        server(tmp_path / "data", occupied).start()
