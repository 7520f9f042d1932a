"""
Kafka and PostgreSQL together, each local unless one is given.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from inventory_stream.local.jars import Progress, silent
from inventory_stream.local.kafka import LocalKafka
from inventory_stream.local.postgres import LocalPostgres
from inventory_stream.local.server import Server
from inventory_stream.settings import StreamSettings


class Stack:
    """
    The stream's broker and the projections' database.

    A broker or database that the settings were explicitly given (`SEATSTREAM_KAFKA_BOOTSTRAP_SERVERS`,
    `SEATSTREAM_DATABASE_URL`) is used as it is; what is missing runs here, as a child process.

    Args:
        folder: holds the data of the local ones.
        settings: what is given; read from the environment when None.
        kafka_port: a local broker's port; 0 picks a free one and keeps it.
        postgres_port: a local database's port; 0 picks a free one and keeps it.
        progress: told about each download of a jar.
    """

    def __init__(
        self,
        folder: Path,
        settings: StreamSettings | None = None,
        kafka_port: int = 0,
        postgres_port: int = 0,
        progress: Progress = silent,
    ) -> None:
        settings = settings or StreamSettings()
        given = settings.model_fields_set
        self.kafka = None
        self.postgres = None
        self.bootstrap_servers = settings.kafka_bootstrap_servers
        self.url = settings.database_url
        if "kafka_bootstrap_servers" not in given:
            self.kafka = LocalKafka(folder / "kafka", kafka_port, progress)
            self.bootstrap_servers = self.kafka.bootstrap_servers
        if "database_url" not in given:
            self.postgres = LocalPostgres(folder / "postgres", postgres_port)
            self.url = self.postgres.url

    @property
    def servers(self) -> list[Server]:
        """
        What runs here, in starting order.
        """
        return [server for server in (self.kafka, self.postgres) if server is not None]

    @property
    def environment(self) -> dict[str, str]:
        """
        The environment variables that lead a process to this stack.
        """
        return {"SEATSTREAM_KAFKA_BOOTSTRAP_SERVERS": self.bootstrap_servers, "SEATSTREAM_DATABASE_URL": self.url}

    def start(self, started: Callable[[str], None] = lambda name: None) -> Self:
        """
        Start what is not given, side by side, and return once all of it answers.

        Args:
            started: called with the name of each server that answers.
        """
        servers = self.servers
        try:
            with ThreadPoolExecutor(max_workers=2) as pool:
                list(pool.map(lambda server: server.prepare(), servers))
            for server in servers:
                server.launch()
            for server in servers:
                server.wait_ready()
                started(server.name)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """
        End what was started, in reverse order; the data stays.
        """
        for server in reversed(self.servers):
            server.stop()

    def __enter__(self) -> Self:
        """
        Start it.
        """
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """
        Stop it.
        """
        self.stop()
