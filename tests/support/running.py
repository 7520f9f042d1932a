"""
The whole system as `seatstream up` starts it, in a folder of its own.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from inventory_stream.local import record
from inventory_stream.local.child import Child
from inventory_stream.local.ports import free_port

FOLDER = ".seatstream"
SERVICES = ("gateway", "inventory_api", "venue_api", "fraud_api")
LIVE_TIMEOUT_S = 90.0


class RunningSystem:
    """
    `seatstream up` as a process, on ports that nobody else has.

    Args:
        place: the folder that takes the place of the project's, where `.seatstream` is made.
        options: more options of `seatstream up`.
        variables: more environment.
    """

    def __init__(self, place: Path, *options: str, **variables: str) -> None:
        self.place = place
        self.ports = {name: free_port() for name in SERVICES}
        own = {f"{name.upper()}_PORT": str(port) for name, port in self.ports.items()}
        self.environment = {**os.environ, **own, **variables}
        chosen = options or ("--kafka-port", "0", "--postgres-port", "0")
        self.command = [sys.executable, "-m", "inventory_stream", "up", "--folder", str(self.folder), *chosen]
        self.child = Child("seatstream up", self.command, place / "up.log", self.environment)

    @property
    def folder(self) -> Path:
        """
        Where it keeps data and logs.
        """
        return self.place / FOLDER

    @property
    def known(self) -> dict[str, Any]:
        """
        What it says about itself; empty when it does not run.
        """
        return record.read(self.folder) or {}

    def process(self, name: str) -> int:
        """
        The process id of one of its parts.
        """
        return int(self.known["processes"][name]["pid"])

    @property
    def gateway(self) -> str:
        """
        Where its gateway answers, `host:port`.
        """
        return f"127.0.0.1:{self.ports['gateway']}"

    @property
    def papers(self) -> dict[str, str]:
        """
        The header with its demo key, which opens everything.
        """
        name, _, value = (self.folder / "demo.header").read_text().strip().partition(": ")
        return {name: value}

    def start(self) -> None:
        """
        Start it, and return once everything is live.
        """
        self.child.start()
        self.child.wait_until(lambda: bool(self.known.get("live")), LIVE_TIMEOUT_S)

    def stop(self) -> None:
        """
        End it in order.
        """
        self.child.stop(30)

    def told(self) -> str:
        """
        What it has printed.
        """
        return self.child.log.read_text() if self.child.log.exists() else ""

    def logs(self) -> str:
        """
        The ends of its logs, for a test that fails.
        """
        ends = {file.name: file.read_text(errors="replace")[-500:] for file in (self.folder / "logs").glob("*.log")}
        return json.dumps(ends, indent=1)
