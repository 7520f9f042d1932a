"""
`seatstream rebuild`, as people run it.
"""

import os
import signal
import subprocess
import sys
from typing import Any

import psycopg
from takings import orders

from inventory_stream.local import LocalKafka
from inventory_stream.log.kafka import KafkaLog
from inventory_stream.log.topics import create_topics
from inventory_stream.projection import versions

TIMEOUT_S = 60


def start(kafka: LocalKafka, database_url: str, prefix: str, name: str = "inventory") -> subprocess.Popen[str]:
    """
    Start the command.
    """
    environment = {
        **os.environ,
        "SEATSTREAM_KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
        "SEATSTREAM_DATABASE_URL": database_url,
        "SEATSTREAM_TOPIC_PREFIX": prefix,
    }
    command = [sys.executable, "-m", "inventory_stream", "rebuild", name]
    return subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """
    Wait for the end of the command.
    """
    output, errors = process.communicate(timeout=TIMEOUT_S)
    return process.returncode, output, errors


def states(connection: psycopg.Connection[Any]) -> list[tuple[int, str]]:
    """
    Return version and state of all versions.
    """
    return connection.execute("SELECT version, state FROM seatstream.projections ORDER BY version").fetchall()


def test_rebuild_says_what_it_did(kafka: LocalKafka, database_url: str) -> None:
    """
    A rebuild from a real log names the new version and the records it read.
    """
    create_topics(kafka.bootstrap_servers, "rebuild-says.")
    log = KafkaLog(kafka.bootstrap_servers, "rebuild-says.")
    log.append(orders(0, 50))
    log.close()

    code, output, errors = finish(start(kafka, database_url, "rebuild-says."))

    assert code == 0, errors
    assert "inventory: version 2 is live after 55 records" in output


def test_unknown_projection_is_one_sentence(kafka: LocalKafka, database_url: str) -> None:
    """
    A name that no package declares ends the command with a sentence that lists the known ones.
    """
    code, _, errors = finish(start(kafka, database_url, "", "seats"))

    assert (code, errors.strip()) == (
        1,
        "there is no projection called seats; known are: fraud, inventory, venue",
    )


def test_killed_rebuild_can_be_run_again(kafka: LocalKafka, database_url: str) -> None:
    """
    A rebuild that is killed while it reads leaves the live version; the next one drops what it left.
    """
    create_topics(kafka.bootstrap_servers, "rebuild-killed.")
    log = KafkaLog(kafka.bootstrap_servers, "rebuild-killed.")
    log.send(orders(0, 5_000))
    log.flush()
    log.close()
    process = start(kafka, database_url, "rebuild-killed.")
    with psycopg.connect(database_url, autocommit=True) as connection:
        versions.prepare(connection)
        while (2, "building") not in states(connection):
            assert process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=TIMEOUT_S)
        assert states(connection) == [(1, "live"), (2, "building")]

        code, _, errors = finish(start(kafka, database_url, "rebuild-killed."))

        assert code == 0, errors
        assert states(connection) == [(1, "retired"), (2, "live")]
