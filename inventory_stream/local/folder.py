"""
A data folder of a part of the stack: made once, completely or not at all, and its ports kept.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from inventory_stream.local.errors import ForeignData
from inventory_stream.local.ports import free_port


class DataFolder:
    """
    A folder whose marker file, written last, says that its initialisation was finished and by which version.

    Args:
        path: the folder.
        version: the name and version of the program that owns it, such as `PostgreSQL 18`.
    """

    def __init__(self, path: Path, version: str) -> None:
        self.path = path
        self.version = version
        self._marker = path / "initialised"

    @property
    def initialised(self) -> bool:
        """
        Whether its initialisation was finished once.
        """
        return self._marker.exists()

    def forget(self) -> None:
        """
        Have `ensure` make it anew.
        """
        self._marker.unlink(missing_ok=True)

    def ensure(self, initialise: Callable[[], None]) -> None:
        """
        Initialise the folder unless that was done before.

        An interrupted initialisation left nothing worth keeping (no server ran on it yet), so it is repeated from an
        empty folder.

        Args:
            initialise: fills the folder.

        Raises:
            ForeignData: it was initialised by another version.
        """
        if self.initialised:
            found = self._marker.read_text().strip()
            if found != self.version:
                raise ForeignData(self.path, found, self.version)
            return
        ports = self._ports()
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir(parents=True)
        self._write_ports(ports)
        initialise()
        self._marker.write_text(self.version + "\n")

    def port(self, use: str, wanted: int = 0) -> int:
        """
        Return the port for a use: the wanted one, else the one it had before, else a free one that it keeps.
        """
        ports = self._ports()
        ports[use] = wanted or ports.get(use) or free_port()
        self._write_ports(ports)
        return ports[use]

    def _ports(self) -> dict[str, int]:
        """
        Read the ports that were kept.
        """
        try:
            return dict(json.loads((self.path / "ports.json").read_text()))
        except (OSError, ValueError):
            return {}

    def _write_ports(self, ports: dict[str, int]) -> None:
        """
        Keep the ports.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / "ports.json").write_text(json.dumps(ports))
