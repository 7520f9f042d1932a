"""
`seatstream up`: start everything, watch it, and stop exactly that.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from types import FrameType

from inventory_stream.local import record, services
from inventory_stream.local.child import Child
from inventory_stream.local.credentials import credentials
from inventory_stream.local.errors import ChildCrashed, ChildNotReady, LocalStackError, StartInterrupted
from inventory_stream.local.ports import require_free
from inventory_stream.local.server import Server
from inventory_stream.local.services import GATEWAY, Program
from inventory_stream.local.stack import Stack

READY_TIMEOUT_S = 120.0
NEARLY = 1_000  # records that a live system may have before it: the demo goes on meanwhile
WATCH_S = 0.3
STOP_S, CRASHED_STOP_S = 10.0, 3.0
POLL_S = 0.05

Say = Callable[[str], None]


class Supervisor:
    """
    Owns every process of a running system.

    Args:
        folder: holds data, logs and `up.json`.
        stack: the broker and the database.
        programs: what runs on them.
        prepare: called once the stack answers, before the programs that use the stream start (makes topics).
        say: told about each step.
    """

    def __init__(
        self,
        folder: Path,
        stack: Stack,
        programs: Sequence[Program],
        prepare: Callable[[], object] = lambda: None,
        say: Say = lambda line: None,
    ) -> None:
        self._folder = folder.absolute()
        self._stack = stack
        self._programs = list(programs)
        self._prepare = prepare
        self._say = say
        self._children: list[tuple[Program, Child]] = []
        self._end = threading.Event()
        self._live = False
        self._patience_s = STOP_S

    def run(self, live: Callable[[], None] = lambda: None) -> None:
        """
        Start everything, then watch it until a signal or a crash, then stop everything in reverse order.

        Args:
            live: called once everything answers.

        Raises:
            LocalStackError: a part could not start, ended by itself, or was not given the time to start.
        """
        with record.claim(self._folder):
            previous = {number: signal.signal(number, self._interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
            try:
                self._start()
                self._live = True
                self._write_record()
                live()
                while not self._end.wait(WATCH_S):
                    self._check()
            except ChildCrashed:
                self._patience_s = CRASHED_STOP_S  # without a broker some would try for long to say goodbye
                raise
            except KeyboardInterrupt:
                if not self._live:
                    raise StartInterrupted from None
            finally:
                self._end.set()
                self._stop()
                for number, handler in previous.items():
                    signal.signal(number, handler)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        """
        End soon: break off a start, and let a stop that already goes on finish.
        """
        if not self._end.is_set():
            self._end.set()
            raise KeyboardInterrupt

    def _start(self) -> None:
        """
        Start the stack and the programs, each as soon as what it needs is there.
        """
        for program in self._programs:
            if program.port:
                require_free(program.port, program.name)
        self._stack.launch()
        self._await_server(self._stack.postgres)
        self._launch([program for program in self._programs if not program.once and not program.streams])
        self._await_server(self._stack.kafka)
        self._prepare()
        self._launch([program for program in self._programs if not program.once and program.streams])
        for program, child in self._children:
            self._await(child, partial(_is_ready, program, child))
            self._say(f"{program.name} is ready")
        for program, child in self._children:
            if program.name == GATEWAY:
                self._await(child, partial(is_live, program.url))
        self._launch([program for program in self._programs if program.once])

    def _await_server(self, server: Server | None) -> None:
        """
        Wait for a server, unless it is given.
        """
        if server:
            server.wait_ready()
            self._say(f"{server.name} answers")

    def _launch(self, programs: Iterable[Program]) -> None:
        """
        Start programs.
        """
        made = {"GATEWAY_STATE_FOLDER": str(self._folder / "gateway"), **credentials(self._folder)}
        given = {**made, **os.environ}  # whoever has keys of their own keeps them
        variables = {**given, **self._stack.environment, **services.environment(self._programs)}
        for program in programs:
            command = [sys.executable, "-m", program.module]
            own = {program.variable: str(program.port)} if program.variable else {}
            child = Child(program.name, command, self._folder / "logs" / f"{program.name}.log", {**variables, **own})
            self._children.append((program, child))
            child.start()
        self._write_record()

    def _await(self, child: Child, ready: Callable[[], bool]) -> None:
        """
        Wait for one program, watching all.
        """
        deadline = time.monotonic() + READY_TIMEOUT_S
        while not ready():
            self._check()
            if time.monotonic() > deadline:
                raise ChildNotReady(child.name, READY_TIMEOUT_S, child.log, child.tail())
            self._end.wait(POLL_S)

    def _check(self) -> None:
        """
        Make sure that nothing ended by itself. The demo may: it has an end.
        """
        for server in self._stack.servers:
            if server.child:
                server.child.check()
        for program, child in self._children:
            if not (program.once or program.module == services.DEMO) or child.failed:
                child.check()

    def _stop(self) -> None:
        """
        Stop the programs side by side, then the stack.
        """
        for _, child in self._children:
            child.ask_to_stop()
        for _, child in self._children:
            child.stop(self._patience_s)
        self._stack.stop()

    def _write_record(self) -> None:
        """
        Say what runs where.
        """
        processes = {server.name: {"pid": server.pid, "port": server.port} for server in self._stack.servers}
        processes |= {program.name: {"pid": child.pid, "port": program.port} for program, child in self._children}
        urls = {program.name: program.url for program in self._programs if program.port and not program.variable}
        details = {"live": self._live, "processes": processes, "urls": urls, "environment": self._stack.environment}
        record.write(self._folder, details)


def _is_ready(program: Program, child: Child) -> bool:
    return program.ready() and (not program.says or child.has_said(program.says))


def is_live(gateway_url: str) -> bool:
    """
    Tell whether the gateway says that every service is well, and has taken up nearly all there is.
    """
    status = services.get(f"{gateway_url}/status")
    if not isinstance(status, dict) or status.get("status") != "green":
        return False
    return all((row.get("lag") or 0) < NEARLY for row in status.get("services", ()))


def detach(command: Sequence[str], folder: Path) -> None:
    """
    Run a supervisor in a session of its own, and return when everything is live.

    Raises:
        LocalStackError: it ended before that; the sentence is its own.
    """
    folder.mkdir(parents=True, exist_ok=True)
    complaints = folder / "logs" / "up-errors.log"
    complaints.parent.mkdir(exist_ok=True)
    with (folder / "logs" / "up.log").open("wb") as output, complaints.open("wb") as errors:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, start_new_session=True
        )
    try:
        while not (record.read(folder) or {}).get("live"):
            if process.poll() is not None:
                sentence = complaints.read_text(errors="replace").strip()
                raise LocalStackError(sentence or f"The stack ended with code {process.returncode} before it was live.")
            time.sleep(POLL_S)
    except KeyboardInterrupt:
        process.terminate()  # it has a session of its own, so that the terminal's Ctrl-C does not reach it
        process.wait()
        raise StartInterrupted from None
