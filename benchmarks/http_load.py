"""
HTTP load from wrk, a program of its own: what is measured is the server, not who asks it.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median

import msgspec

CONNECTIONS = 64
_SCRIPT = Path(__file__).with_name("wrk.lua")


class Pressed(msgspec.Struct, frozen=True):
    """
    What one run of wrk saw. refused: answers of 400 and above; broken: connections that failed, and timeouts.
    """

    requests: int
    seconds: float
    bytes: int
    refused: int
    broken: int
    p50_ms: float
    p90_ms: float
    p99_ms: float
    max_ms: float

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return self.requests / self.seconds


def press(
    port: int,
    paths: Sequence[str],
    *,
    seconds: int = 3,
    connections: int = CONNECTIONS,
    threads: int = 1,
    headers: Mapping[str, str] | None = None,
    think_ms: int = 0,
) -> Pressed:
    """
    Ask a server of this machine for paths in turn; each connection asks again as soon as it has its answer.

    Args:
        think_ms: mean rest of each connection after an answer, which bounds the rate below what the server could do.

    Raises:
        RuntimeError: an answer was an error.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("".join(f"{path}\n" for path in paths))
        file.flush()
        command = [_program(), f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "-s", str(_SCRIPT)]
        for name, value in (headers or {}).items():
            command += ["-H", f"{name}: {value}"]
        command += [f"http://127.0.0.1:{port}", "--", file.name, str(think_ms)]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = msgspec.json.decode(printed.rpartition("json: ")[2], type=Pressed)
    if found.refused or found.broken or not found.requests:
        raise RuntimeError(f"{found.refused} errors and {found.broken} broken connections in {found.requests} answers")
    return found


def in_turn(rounds: int, *runs: Callable[[], Pressed]) -> list[list[Pressed]]:
    """
    Return what each run saw in each round. They take turns, so that whatever else the machine does befalls all alike.
    """
    found = [[run() for run in runs] for _ in range(rounds)]
    return [list(column) for column in zip(*found, strict=True)]


def rate(seen: Sequence[Pressed]) -> float:
    """
    Return the median of answers a second.
    """
    return median(one.per_second for one in seen)


def _program() -> str:
    found = shutil.which("wrk")
    if found is None:
        raise RuntimeError("there is no wrk: `make bench` gets it")
    return found
