"""
A child process of the stack: its log, its death with ours, its orderly end.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from inventory_stream.local.errors import ChildCrashed, ChildNotReady

LAUNCHER = Path(__file__).with_name("launcher.py")
POLL_S = 0.02
TAIL_LINES = 12


@dataclass(frozen=True)
class User:
    """
    The system user that a child runs as; -1 means the current one.
    """

    uid: int = -1
    gid: int = -1


@dataclass
class Child:
    """
    One process that this process started and alone may stop.

    Start it from a thread that outlives it: Linux sends the death signal when the starting *thread* ends.

    Args:
        name: what people call it, in messages and as the log's name.
        command: the program, by absolute path, and its arguments.
        log: the file that gets its output, appended to.
        env: its environment; ours when None.
        user: who it runs as.
        stop_signal: asks for an orderly end.
        death_signal: what the kernel sends when this process dies without stopping it.
    """

    name: str
    command: Sequence[str]
    log: Path
    env: Mapping[str, str] | None = None
    user: User = field(default_factory=User)
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    _process: subprocess.Popen[bytes] | None = None
    _asked: bool = False
    _log_size: int = 0

    @property
    def pid(self) -> int:
        """
        Its process id while started, else 0.
        """
        return self._process.pid if self._process else 0

    @property
    def running(self) -> bool:
        """
        Whether it was started and has not ended.
        """
        return self._process is not None and self._process.poll() is None

    @property
    def failed(self) -> bool:
        """
        Whether it ended with another code than 0.
        """
        return self._process is not None and self._process.poll() not in (None, 0)

    def start(self) -> subprocess.Popen[bytes]:
        """
        Start it in a session of its own, so that the terminal's Ctrl-C reaches only us.
        """
        self.log.parent.mkdir(parents=True, exist_ok=True)
        launch = [sys.executable, "-ISE", str(LAUNCHER), str(os.getpid()), str(int(self.death_signal))]
        launch += [str(self.user.uid), str(self.user.gid), *self.command]
        with self.log.open("ab") as output:
            self._log_size = output.tell()
            self._process = subprocess.Popen(
                launch,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self.env,
                start_new_session=True,
            )
        return self._process

    def run(self, timeout_s: float = 120) -> None:
        """
        Start it and wait for its success.

        Raises:
            ChildCrashed: it ended with another code than 0.
        """
        process = self.start()
        try:
            return_code = process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.kill()
            raise ChildNotReady(self.name, timeout_s, self.log, self.tail()) from None
        if return_code:
            raise ChildCrashed(self.name, return_code, self.log, self.tail())

    def check(self) -> None:
        """
        Make sure that it still runs.

        Raises:
            ChildCrashed: it ended, with the last lines of its log.
        """
        if self._process is not None and self._process.poll() is not None:
            raise ChildCrashed(self.name, self._process.returncode, self.log, self.tail())

    def has_said(self, text: str) -> bool:
        """
        Tell whether its output has a text since it was started.
        """
        with self.log.open("rb") as output:
            output.seek(self._log_size)
            return text.encode() in output.read()

    def wait_until(self, ready: Callable[[], bool], timeout_s: float = 60) -> None:
        """
        Wait until it is ready.

        Raises:
            ChildCrashed: it ended meanwhile.
            ChildNotReady: the time is over.
        """
        deadline = time.monotonic() + timeout_s
        while not ready():
            self.check()
            if time.monotonic() > deadline:
                raise ChildNotReady(self.name, timeout_s, self.log, self.tail())
            time.sleep(POLL_S)

    def ask_to_stop(self) -> None:
        """
        Ask for an orderly end, and do not wait for it: several children end side by side.
        """
        if self._process is not None and self.running and not self._asked:
            self._asked = True
            self._process.send_signal(self.stop_signal)

    def stop(self, timeout_s: float = 20) -> None:
        """
        Ask for an orderly end unless that was done, and insist after a while.
        """
        self.ask_to_stop()
        if self._process is not None:
            try:
                self._process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                pass
        self.kill()

    def kill(self) -> None:
        """
        End it at once (SIGKILL), with whatever it started itself.
        """
        if self._process is None:
            return
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait()
        self._process = None
        self._asked = False

    def tail(self) -> str:
        """
        Return the last lines that it wrote to its log since this start.
        """
        if not self.log.exists():
            return ""
        written = self.log.read_bytes()[self._log_size :].decode(errors="replace")
        return "\n".join(written.splitlines()[-TAIL_LINES:])
