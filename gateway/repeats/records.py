"""
Where answers to keys are kept for a day: in memory or in a file.
"""

import asyncio
import sqlite3
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, TypeVar

from gateway.problems import KeysUnavailable

MOST_IN_MEMORY = 10_000
MOST_IN_FILE = 1_000_000
_PURGE_EACH = 100
_Result = TypeVar("_Result")


class Records(Protocol):
    """
    Values by key, each for some time.
    """

    async def add(self, key: str, value: bytes, lives_s: float) -> bytes | None:
        """
        Add a value where there is none, and return None; where there is one, return that.

        Raises:
            KeysUnavailable: it cannot be told.
        """
        ...

    async def put(self, key: str, value: bytes, lives_s: float) -> None:
        """
        Put a value in place of another.

        Raises:
            KeysUnavailable: it cannot be kept.
        """
        ...

    async def drop(self, key: str) -> None:
        """
        Forget a key.
        """
        ...

    async def close(self) -> None:
        """
        Let go of what is open.
        """
        ...


class MemoryRecords:
    """
    Records that end with the process.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        """
        Args:
            clock: seconds.
        """
        self._clock = clock
        self._values: OrderedDict[str, tuple[bytes, float]] = OrderedDict()

    async def add(self, key: str, value: bytes, lives_s: float) -> bytes | None:
        """Add where there is none."""
        found = self._values.get(key)
        if found is not None and self._clock() < found[1]:
            return found[0]
        await self.put(key, value, lives_s)
        return None

    async def put(self, key: str, value: bytes, lives_s: float) -> None:
        """Put; the oldest goes when there are too many."""
        self._values.pop(key, None)
        self._values[key] = value, self._clock() + lives_s
        if len(self._values) > MOST_IN_MEMORY:
            self._values.popitem(last=False)

    async def drop(self, key: str) -> None:
        """Forget."""
        self._values.pop(key, None)

    async def close(self) -> None:
        """Nothing is open."""


class FileRecords:
    """
    Records in a SQLite file, which outlive the process. One thread works on it.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        """
        Args:
            path: of the file; its folder is made.
            clock: seconds since 1970.

        Raises:
            OSError, ValueError: the file cannot be used.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self._clock = clock
        self._adds = 0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="repeats")
        try:
            self._database = _opened(path)
        except sqlite3.Error as error:
            raise ValueError(f"{path} cannot keep answers: {error}") from error

    async def add(self, key: str, value: bytes, lives_s: float) -> bytes | None:
        """Add where there is none."""
        return await self._run(lambda: self._add(key, value, lives_s))

    async def put(self, key: str, value: bytes, lives_s: float) -> None:
        """Put."""
        sql = "INSERT INTO records (key, value, until) VALUES (?1, ?2, ?3) "
        sql += "ON CONFLICT (key) DO UPDATE SET value = ?2, until = ?3"
        await self._run(lambda: self._database.execute(sql, (key, value, self._clock() + lives_s)))

    async def drop(self, key: str) -> None:
        """Forget."""
        await self._run(lambda: self._database.execute("DELETE FROM records WHERE key = ?", (key,)))

    async def close(self) -> None:
        """Close the file."""
        await self._run(self._database.close)
        self._thread.shutdown()

    async def _run(self, work: Callable[[], _Result]) -> _Result:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except sqlite3.Error as error:
            raise KeysUnavailable(str(error)) from error

    def _add(self, key: str, value: bytes, lives_s: float) -> bytes | None:
        now = self._clock()
        self._adds += 1
        if self._adds % _PURGE_EACH == 0:
            self._purge(now)
        self._database.execute("DELETE FROM records WHERE key = ? AND until <= ?", (key, now))
        sql = "INSERT INTO records (key, value, until) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING"
        if self._database.execute(sql, (key, value, now + lives_s)).rowcount:
            return None
        found: tuple[bytes] = self._database.execute("SELECT value FROM records WHERE key = ?", (key,)).fetchone()
        return found[0]

    def _purge(self, now: float) -> None:
        self._database.execute("DELETE FROM records WHERE until <= ?", (now,))
        sql = "DELETE FROM records WHERE number <= (SELECT max(number) FROM records) - ?"
        self._database.execute(sql, (MOST_IN_FILE,))


def _opened(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    path.chmod(0o600)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    database.execute(
        "CREATE TABLE IF NOT EXISTS records (number INTEGER PRIMARY KEY, key TEXT UNIQUE, value BLOB, until REAL)"
    )
    return database
