"""
`up.json`: who runs a stack on a folder, for `down`, `status` and a second `up`.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from inventory_stream.local.errors import AlreadyRunning

NAME = "up.json"


def read(folder: Path) -> dict[str, Any] | None:
    """
    Return what the stack that runs on a folder wrote, or None when none runs.
    """
    try:
        known: dict[str, Any] = json.loads((folder / NAME).read_text())
    except (OSError, ValueError):
        return None
    return known if _alive(known) else None


def write(folder: Path, details: Mapping[str, Any]) -> None:
    """
    Say that this process runs the folder's stack.
    """
    known = {"pid": os.getpid(), "created": psutil.Process().create_time(), **details}
    partial = folder / f"{NAME}.partial"
    partial.write_text(json.dumps(known, indent=2) + "\n")
    partial.replace(folder / NAME)


@contextmanager
def claim(folder: Path) -> Iterator[None]:
    """
    Hold a folder for this process alone; a lock of the kernel's, which ends with us however we end.

    Raises:
        AlreadyRunning: another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(folder, (read(folder) or {}).get("pid", 0)) from None
        write(folder, {})
        try:
            yield
        finally:
            (folder / NAME).unlink(missing_ok=True)


def stop(folder: Path, timeout_s: float = 60) -> bool:
    """
    Ask the process that runs the folder's stack to end, and wait for it.

    Returns:
        Whether there was one.
    """
    known = read(folder)
    if known is None:
        return False
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(known["pid"])
        process.send_signal(signal.SIGTERM)
        process.wait(timeout_s)
    return True


def _alive(known: dict[str, Any]) -> bool:
    """
    Tell whether the process that wrote the record still runs, and is not another with its number.
    """
    try:
        return bool(abs(psutil.Process(known["pid"]).create_time() - known["created"]) < 1)
    except (psutil.Error, KeyError):
        return False
