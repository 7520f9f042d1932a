"""
What a local Kafka and a local PostgreSQL have in common: prepare, launch, wait, stop, kill.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import Self

from inventory_stream.local.child import Child
from inventory_stream.local.errors import ChildCrashed, ServerCrashed
from inventory_stream.local.folder import DataFolder


class Server(ABC):
    """
    A server on a folder. `start` is `prepare`, `launch` and `wait_ready`; the supervisor overlaps those of several.

    Args:
        folder: the folder that holds its data, its port and its log.
        version: the program and its version.
        port: the loopback port; 0 keeps the folder's, or picks a free one and keeps it.
    """

    name: str

    def __init__(self, folder: Path, version: str, port: int) -> None:
        self.folder = folder.absolute()
        self.data = DataFolder(self.folder, version)
        self.port = self.data.port("client", port)
        self.log = self.folder.parent / "logs" / f"{self.folder.name}.log"
        self._child: Child | None = None

    @abstractmethod
    def prepare(self) -> None:
        """
        Do what takes long and needs no server: fetch, initialise, check the ports. Any thread may call it.
        """

    @abstractmethod
    def launch(self) -> None:
        """
        Start the process. The calling thread must live as long as the server is wanted.
        """

    @abstractmethod
    def answers(self) -> bool:
        """
        Tell whether clients are answered by now.
        """

    def wait_ready(self) -> None:
        """
        Return once it answers.

        Raises:
            ServerCrashed, ChildNotReady: it does not.
        """
        if self._child:
            try:
                self._child.wait_until(self.answers)
            except ChildCrashed as crash:
                raise ServerCrashed(crash.name, crash.return_code, crash.log, crash.tail) from None

    @property
    def pid(self) -> int:
        """
        Its process id while started, else 0.
        """
        return self._child.pid if self._child else 0

    @property
    def child(self) -> Child | None:
        """
        Its process once launched.
        """
        return self._child

    def start(self) -> Self:
        """
        Start it on its folder, the first time or again, and return once it answers.
        """
        self.prepare()
        self.launch()
        try:
            self.wait_ready()
        except BaseException:
            self.kill()
            raise
        return self

    def ask_to_stop(self) -> None:
        """
        Ask it to end, and do not wait for that.
        """
        if self._child:
            self._child.ask_to_stop()

    def stop(self) -> None:
        """
        End it in order; its data stays.
        """
        if self._child:
            self._child.stop()

    def kill(self) -> None:
        """
        End it at once (SIGKILL), as a crash would; `start` works again afterwards.
        """
        if self._child:
            self._child.kill()

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
