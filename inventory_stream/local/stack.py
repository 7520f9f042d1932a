"""
Kafka and PostgreSQL together, each local unless one is given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from threading import Thread
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
        self.kafka: LocalKafka | None = None
        self.postgres: LocalPostgres | None = None
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

    def launch(self) -> None:
        """
        Start the processes of what is not given, and return before they answer.

        Raises:
            LocalStackError: one of them cannot be prepared; none was started.
        """
        self._forget_tables_of_another_stream()
        _side_by_side([server.prepare for server in self.servers])
        if self.postgres:
            self._stream_note(self.postgres).write_text(self._stream)
        for server in self.servers:
            server.launch()

    @property
    def _stream(self) -> str:
        """
        Which stream this is, for people who change between a given broker and a local one.
        """
        return "local" if self.kafka else self.bootstrap_servers

    @staticmethod
    def _stream_note(postgres: LocalPostgres) -> Path:
        """
        The file that says which stream a local database's tables come from.
        """
        return postgres.folder / "stream"

    def _forget_tables_of_another_stream(self) -> None:
        """
        Have the local database made anew when its tables come from another stream: they can be derived again, and
        with them every projection would wait for an end that never comes.
        """
        if self.postgres:
            note = self._stream_note(self.postgres)
            known = note.read_text() if note.exists() else "local"
            if known != self._stream or (self.kafka and not self.kafka.data.initialised):
                self.postgres.data.forget()

    def start(self) -> Self:
        """
        Start what is not given, and return once all of it answers.
        """
        try:
            self.launch()
            for server in self.servers:
                server.wait_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """
        End what was started; the data stays.
        """
        for server in self.servers:
            server.ask_to_stop()
        for server in self.servers:
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


def _side_by_side(tasks: Sequence[Callable[[], None]]) -> None:
    """
    Do tasks at the same time, and raise what the first of them raises.

    In daemon threads, not a pool: a pool would make Ctrl-C wait until a download has ended.
    """
    futures: list[Future[None]] = [Future() for _ in tasks]
    for task, future in zip(tasks, futures, strict=True):
        Thread(target=_settle, args=(task, future), daemon=True).start()
    for future in futures:
        future.result()


def _settle(task: Callable[[], None], future: Future[None]) -> None:
    """
    Do a task and tell its future.
    """
    try:
        task()
    except BaseException as error:  # noqa: BLE001 - raised again where the future is asked
        future.set_exception(error)
    else:
        future.set_result(None)
