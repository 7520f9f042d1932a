"""
What can go wrong with the local stack; each error is one sentence for the person at the terminal.

LocalStackError
├── PortOccupied
├── RegistryUnreachable
├── ChildCrashed
│   └── ServerCrashed
├── ChildNotReady
├── AlreadyRunning
├── ForeignData
├── GivenUnusable
└── StartInterrupted
"""

from __future__ import annotations

import signal
from pathlib import Path


class LocalStackError(Exception):
    """The local stack could not do what was asked."""


class PortOccupied(LocalStackError):
    """Another process listens on a port that a part of the stack needs."""

    def __init__(self, port: int, wanted_by: str, holder: str = "another process") -> None:
        super().__init__(
            f"Port {port} is taken by {holder}, and {wanted_by} wants it: "
            "stop that process or choose another port (seatstream up --help)."
        )
        self.port = port


class RegistryUnreachable(LocalStackError):
    """The Maven repository that holds Apache Kafka did not answer."""

    def __init__(self, coordinates: str, reason: str) -> None:
        super().__init__(
            f"Cannot fetch Apache Kafka ({coordinates}) because the Maven repository is unreachable: "
            f"check the network or name a mirror in jgo's configuration ({reason})."
        )


class ChildCrashed(LocalStackError):
    """A process of the stack ended by itself; the last lines of its log tell why."""

    def __init__(self, name: str, return_code: int, log: Path, tail: str) -> None:
        end = (
            f"was killed by {signal.Signals(-return_code).name}"
            if return_code < 0
            else f"ended with code {return_code}"
        )
        shown = f"; the end of its log {log}:\n{tail}" if tail else f" and wrote nothing to its log {log}"
        super().__init__(f"{name} {end}{shown}")
        self.name, self.return_code, self.log, self.tail = name, return_code, log, tail


class ServerCrashed(ChildCrashed):
    """A server ended before it answered; its data may be why."""

    def __init__(self, name: str, return_code: int, log: Path, tail: str) -> None:
        super().__init__(name, return_code, log, tail)
        self.args = (f"{self}\nIf its data are damaged, start afresh with `make clean`.",)


class ChildNotReady(LocalStackError):
    """A process of the stack runs but did not become ready in time."""

    def __init__(self, name: str, timeout_s: float, log: Path, tail: str = "") -> None:
        shown = f"; the end of its log {log}:\n{tail}" if tail else f" and wrote nothing to its log {log}"
        super().__init__(f"{name} was not ready after {timeout_s:.0f} s{shown}")
        self.name = name


class AlreadyRunning(LocalStackError):
    """A stack already runs on this folder."""

    def __init__(self, folder: Path, pid: int) -> None:
        super().__init__(f"A stack already runs on {folder} (pid {pid}): stop it with `seatstream down`.")
        self.pid = pid


class ForeignData(LocalStackError):
    """A data folder was written by a version that this one cannot read."""

    def __init__(self, folder: Path, found: str, expected: str) -> None:
        super().__init__(
            f"{folder} was written by {found} but this is {expected}: "
            "start afresh with `make clean` (everything is rebuilt from the demo world)."
        )


class GivenUnusable(LocalStackError):
    """A broker or a database that was given cannot be used."""

    def __init__(self, what: str, given_by: str, reason: str) -> None:
        super().__init__(f"{what} that {given_by} names cannot be used: {reason}.")


class StartInterrupted(LocalStackError):
    """Somebody ended the start before everything was live."""

    def __init__(self) -> None:
        super().__init__("Stopped before everything was live.")
