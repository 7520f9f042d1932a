"""
One running system for all tests of this folder.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import RunningSystem


@pytest.fixture(scope="session")
def system() -> Iterator[RunningSystem]:
    """
    A system that is live, in a folder whose `.venv` is this interpreter's.
    """
    place = Path(tempfile.mkdtemp(prefix="seatstream-up-"))  # pytest's own are closed to the database's user
    (place / ".venv").symlink_to(Path(sys.executable).parents[1])
    running = RunningSystem(place)
    try:
        running.start()
        yield running
    finally:
        running.stop()
        shutil.rmtree(place, ignore_errors=True)
