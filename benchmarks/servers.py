"""
Kafka, PostgreSQL and our own processes for one benchmark, in a folder that goes away.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from time import perf_counter, sleep

import psycopg

from inventory_stream.local import LocalKafka, LocalPostgres
from inventory_stream.local.ports import LOOPBACK
from inventory_stream.log import Partition
from inventory_stream.log.kafka import KafkaLog
from inventory_stream.log.topics import create_topics

READY_S = 30.0
Environment = dict[str, str] | None


class Servers:
    """
    A running Kafka and PostgreSQL with a log on topics of its own.
    """

    def __init__(self, kafka: LocalKafka, postgres: LocalPostgres) -> None:
        self.kafka, self.postgres = kafka, postgres
        create_topics(kafka.bootstrap_servers)
        self.log = KafkaLog(kafka.bootstrap_servers)
        self.database_url = postgres.url

    def start(self, module: str, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        """
        Start `python -m module` against these servers; what it prints goes to stderr, away from the results.
        """
        return start(module, *arguments, environment=self.environment() | environment)

    def environment(self) -> dict[str, str]:
        """
        Return the settings that lead our processes to these servers.
        """
        return {
            "SEATSTREAM_KAFKA_BOOTSTRAP_SERVERS": self.kafka.bootstrap_servers,
            "SEATSTREAM_DATABASE_URL": self.database_url,
        }

    def schema(self, projection: str) -> str:
        """
        Return the schema of a projection's live version, empty when there is none yet.
        """
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            if connection.execute("SELECT to_regclass('seatstream.projections')").fetchone() == (None,):
                return ""
            sql = "SELECT version FROM seatstream.projections WHERE name = %s AND state = 'live'"
            row = connection.execute(sql, [projection]).fetchone()
        return f"{projection}_v{row[0]}" if row else ""


@contextmanager
def servers() -> Iterator[Servers]:
    """
    Servers for one benchmark.
    """
    folder = Path(tempfile.mkdtemp(prefix="seatstream-bench-"))
    folder.chmod(0o755)
    try:
        with LocalKafka(folder / "kafka") as kafka, LocalPostgres(folder / "postgres") as postgres:
            yield Servers(kafka, postgres)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def start(
    module: str, *arguments: str, environment: Environment = None, output: Path | None = None
) -> subprocess.Popen[bytes]:
    """
    Start `python -m module`; what it prints goes to a file, or to stderr, away from the results.
    """
    command, env = [sys.executable, "-m", module, *arguments], os.environ | (environment or {})
    if output is None:
        return subprocess.Popen(command, env=env, stdout=sys.stderr)
    with output.open("wb") as file:
        return subprocess.Popen(command, env=env, stdout=file)


@contextmanager
def launched(
    module: str, *arguments: str, environment: Environment = None, output: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """
    A process of ours, from its start to its orderly end.
    """
    process = start(module, *arguments, environment=environment, output=output)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


def wait_ready(port: int, path: str = "/readyz", status: int = 200, patience_s: float = READY_S) -> None:
    """
    Return when a server of this machine answers so.
    """
    deadline = perf_counter() + patience_s
    while perf_counter() < deadline:
        connection = HTTPConnection(LOOPBACK, port, timeout=5)
        try:
            connection.request("GET", path)
            if connection.getresponse().status == status:
                return
        except OSError:
            pass
        finally:
            connection.close()
        sleep(0.1)
    raise TimeoutError(f"the server was not ready within {patience_s:.0f} s")


class Progress:
    """
    Follows how far a projection has come.
    """

    def __init__(self, servers: Servers, projection: str) -> None:
        self._servers, self._projection = servers, projection
        self._connection = psycopg.connect(servers.database_url, autocommit=True)
        self._connection.execute(f"LISTEN seatstream_{projection}".encode())

    def applied(self) -> int:
        """
        Return the sum of offsets applied.
        """
        schema = self._servers.schema(self._projection)
        if not schema:
            return 0
        row = self._connection.execute(
            f"SELECT coalesce(sum(next_offset), 0) FROM {schema}.projection_offsets".encode()  # noqa: S608
        ).fetchone()
        return int(row[0]) if row else 0

    def wait_for(self, total: int) -> int:
        """
        Return when at least this many records are applied, with the number found.
        """
        while (applied := self.applied()) < total:
            list(self._connection.notifies(timeout=1, stop_after=1))
        return applied

    def close(self) -> None:
        """
        Let the connection go.
        """
        self._connection.close()


def total(ends: dict[Partition, int]) -> int:
    """
    Return the number of records before these ends.
    """
    return sum(ends.values())


def peak_memory_mb(pid: int) -> float:
    """
    Return the largest resident set a running process ever had, in megabytes (Linux).
    """
    return _memory_mb(pid, "VmHWM:")


def memory_mb(pid: int) -> float:
    """
    Return the resident set of a running process, in megabytes (Linux).
    """
    return _memory_mb(pid, "VmRSS:")


def _memory_mb(pid: int, row: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf8").splitlines():
        if line.startswith(row):
            return int(line.split()[1]) / 1024
    return 0.0


def processor_seconds(pid: int) -> float:
    """
    Return how long a process has run on a processor (Linux).
    """
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def waited_seconds(pid: int) -> float:
    """
    Return how long a process's main thread could have run, and had to wait for a processor (Linux).
    """
    return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="utf8").split()[1]) / 1e9
