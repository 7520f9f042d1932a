"""
Projectors of `takings` as real processes, and what they leave in the database.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic
from typing import Any

import psycopg

from inventory_stream.log import Partition
from inventory_stream.log.kafka import KafkaLog

PROGRAM = Path(__file__).parent / "takings.py"
TIMEOUT_S = 60.0
TRACING = ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")
"""What tells a process that coverage started to trace itself."""


class ProjectorProcess:
    """
    One running projector process.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        database_url: str,
        prefix: str,
        member: str = "",
        stderr: int | None = None,
        traced: bool = True,
        **settings: str,
    ) -> None:
        # What is killed tells coverage nothing, so that tracing it would only make it slow.
        inherited = {name: value for name, value in os.environ.items() if traced or name not in TRACING}
        environment = {
            **inherited,
            "SEATSTREAM_KAFKA_BOOTSTRAP_SERVERS": bootstrap_servers,
            "SEATSTREAM_DATABASE_URL": database_url,
            "SEATSTREAM_TOPIC_PREFIX": prefix,
            "PROJECTOR_MEMBER": member,
            **settings,
        }
        self.process = subprocess.Popen([sys.executable, str(PROGRAM)], env=environment, stderr=stderr)

    def signal(self, number: int) -> None:
        """
        Send a signal.
        """
        self.process.send_signal(number)

    def kill(self) -> None:
        """
        End it at once, and wait for its end.
        """
        self.process.kill()
        self.process.wait(TIMEOUT_S)

    def stop(self) -> int:
        """
        Ask it to stop and return its exit code.
        """
        self.signal(signal.SIGTERM)
        return self.process.wait(TIMEOUT_S)

    def runs_for(self, seconds: float) -> bool:
        """
        Give it some more time; return whether it is still running then.
        """
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return True
        return False


class Watch:
    """
    Follows the commits of a projection by its notifications.
    """

    def __init__(self, database_url: str, name: str = "takings") -> None:
        self._connection = psycopg.connect(database_url, autocommit=True)
        self._connection.execute(f"LISTEN seatstream_{name}")
        self._name = name

    def wait_for_commits(self, number: int) -> None:
        """
        Return after this many more commits.
        """
        seen = sum(1 for _ in self._connection.notifies(timeout=TIMEOUT_S, stop_after=number))
        assert seen >= number, f"only {seen} of {number} commits came"

    def wait_for(self, ends: dict[Partition, int]) -> None:
        """
        Return when the live version has applied everything before these positions.
        """
        deadline = monotonic() + TIMEOUT_S
        while not self.reached(ends):
            assert monotonic() < deadline, f"not reached: {ends}, but {self.positions()}"
            list(self._connection.notifies(timeout=0.2, stop_after=1))

    def reached(self, ends: dict[Partition, int]) -> bool:
        """
        Return whether the live version has applied everything before these positions.
        """
        positions = self.positions()
        return all(positions.get(partition, 0) >= end for partition, end in ends.items())

    def positions(self) -> dict[Partition, int]:
        """
        Return the live version's next offsets.
        """
        schema = self.schema()
        if schema is None:
            return {}
        rows = self._connection.execute(f"SELECT topic, partition, next_offset FROM {schema}.projection_offsets")
        return {Partition(topic, number): offset for topic, number, offset in rows}

    def schema(self) -> str | None:
        """
        Return the schema of the live version, None before there is one.
        """
        known = self._connection.execute("SELECT to_regclass('seatstream.projections')").fetchone()
        if known == (None,):
            return None
        sql = "SELECT version FROM seatstream.projections WHERE name = %s AND state = 'live'"
        row = self._connection.execute(sql, [self._name]).fetchone()
        return f"{self._name}_v{row[0]}" if row else None

    def tables(self, *names: str) -> dict[str, list[tuple[Any, ...]]]:
        """
        Return the rows of tables of the live version, sorted.
        """
        schema = self.schema()
        return {name: sorted(self._connection.execute(f"SELECT * FROM {schema}.{name}").fetchall()) for name in names}

    def close(self) -> None:
        """
        Let the connection go.
        """
        self._connection.close()


def ends_of(log: KafkaLog) -> dict[Partition, int]:
    """
    Return the ends of the inventory topic's partitions.
    """
    return log.end_positions(["inventory"])
