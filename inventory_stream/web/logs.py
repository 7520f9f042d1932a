"""
Structured logs: one JSON object a line, with the trace id of the request it belongs to.
"""

import logging
import sys
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import msgspec

MOST_LINES = 256  # written at once: more would hold up requests meanwhile
trace_id: ContextVar[str] = ContextVar("trace_id", default="")
_encoder = msgspec.json.Encoder()
_encode = _encoder.encode


class JsonFormatter(logging.Formatter):
    """
    Formats a log record as one line of JSON.
    """

    def format(self, record: logging.LogRecord) -> str:
        """
        Return the line.
        """
        row: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "text": record.getMessage(),
        }
        if found := trace_id.get():
            row["trace_id"] = found
        if record.exc_info:
            row["exception"] = self.formatException(record.exc_info)
        return _encode(row).decode()


def configure_logs(level: str) -> None:
    """
    Send all logs of this process to its standard output as JSON. Called by processes, never by a library.
    """
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True


class AccessLine(msgspec.Struct, gc=False):
    """
    One answered request.
    """

    time: float
    service: str
    method: str
    path: str
    status: int
    ms: float
    trace_id: str
    level: str = "INFO"
    logger: str = "access"


class AccessLog:
    """
    Collects lines and writes them together: a write a request would cost more than many answers.
    """

    def __init__(self, write: Callable[[str], object]) -> None:
        """
        Args:
            write: takes text of whole lines.
        """
        self._write = write
        self._lines: list[AccessLine] = []
        self._awaited = False

    def add(self, line: AccessLine) -> bool:
        """
        Keep a line; return whether somebody has to call `flush` in a while: nobody was told so since the last time.
        """
        self._lines.append(line)
        if len(self._lines) >= MOST_LINES:
            self._write_lines()
        awaited, self._awaited = self._awaited, True
        return not awaited

    def flush(self) -> None:
        """
        Write what was collected.
        """
        self._awaited = False
        self._write_lines()

    def _write_lines(self) -> None:
        lines, self._lines = self._lines, []
        if lines:
            self._write(_encoder.encode_lines(lines).decode())
