"""
`seatstream up` with tiny services: live, refusals, crashes, and no process left over.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from inventory_stream.local import LocalStackError, record
from inventory_stream.local.child import Child
from inventory_stream.local.errors import AlreadyRunning, ChildCrashed, ChildNotReady, PortOccupied, RegistryUnreachable
from inventory_stream.local.jars import kafka_class_path
from inventory_stream.local.ports import free_port
from inventory_stream.local.services import Program
from inventory_stream.local.stack import Stack
from inventory_stream.local.supervisor import Supervisor
from inventory_stream.settings import StreamSettings

GIVEN = StreamSettings(kafka_bootstrap_servers="127.0.0.1:1", database_url="postgresql://127.0.0.1:1/none")
WEB = """
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"status": "green", "services": [{"lag": LAG}, {"lag": null}]}'
        self.send_response(200); self.send_header("Content-Length", str(len(body))); self.end_headers()
        self.wfile.write(body)
http.server.HTTPServer(("127.0.0.1", int(os.environ["GATEWAY_PORT"])), Handler).serve_forever()
"""


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """
    A folder of modules that children can run.
    """
    (tmp_path / "fake_web.py").write_text(WEB.replace("LAG", "999"))
    (tmp_path / "fake_late.py").write_text(WEB.replace("LAG", "1000"))
    (tmp_path / "fake_world.py").write_text("import time; print('loaded', flush=True); time.sleep(60)")
    (tmp_path / "fake_crash.py").write_text("raise SystemExit('the reason why')")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{Path.cwd()}")
    return tmp_path


def supervisor(folder: Path, *programs: Program) -> Supervisor:
    """
    A supervisor of programs alone.
    """
    return Supervisor(folder, Stack(folder, GIVEN), programs)


def test_runs_until_a_signal_and_leaves_nothing(modules: Path) -> None:
    """
    SIGTERM ends it in order, and with it everything that it started.
    """
    seen: list[int] = []

    def live() -> None:
        seen.append(record.read(modules)["processes"]["gateway"]["pid"])
        signal.raise_signal(signal.SIGTERM)

    supervisor(modules, Program("gateway", "fake_web", free_port())).run(live)

    assert not psutil.pid_exists(seen[0])
    assert record.read(modules) is None


@pytest.mark.parametrize(("web", "says", "late"), [("fake_late", "loaded", "gateway"), ("fake_web", "all", "world")])
def test_a_system_is_not_live_before_its_world_is_there(
    modules: Path, monkeypatch: pytest.MonkeyPatch, web: str, says: str, late: str
) -> None:
    """
    Whoever looks once it is live finds what was written for them: neither the world nor its effect is still to come.
    """
    monkeypatch.setattr("inventory_stream.local.supervisor.READY_TIMEOUT_S", 1.0)
    programs = Program("world", "fake_world", says=says), Program("gateway", web, free_port())

    with pytest.raises(ChildNotReady, match=f"{late} was not ready"):
        supervisor(modules, *programs).run()


def test_what_a_program_says_is_heard(modules: Path) -> None:
    """
    A program without a port is ready when it says so; what it said the last time is no word of this one.
    """
    world = Program("world", "fake_world", says="loaded")
    seen: list[bytes] = []

    def live() -> None:
        seen.append((modules / "logs" / "world.log").read_bytes())
        signal.raise_signal(signal.SIGTERM)

    supervisor(modules, world, Program("gateway", "fake_web", free_port())).run(live)
    silent = Child("world", ["/bin/sleep", "60"], modules / "logs" / "world.log")
    silent.start()
    try:
        assert (seen, silent.has_said("loaded")) == ([b"loaded\n"], False)
    finally:
        silent.kill()


def test_crash_names_the_child_and_shows_its_log(modules: Path) -> None:
    """
    A child that ends by itself stops the whole, with its name and its last words.
    """
    with pytest.raises(ChildCrashed, match=r"crash ended with code 1(.|\n)*the reason why"):
        supervisor(modules, Program("crash", "fake_crash")).run()


def test_occupied_port_is_named_before_anything_starts(modules: Path) -> None:
    """
    The sentence names the port and the service that wants it.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(PortOccupied, match=f"Port {port} .* gateway wants it"):
            supervisor(modules, Program("gateway", "fake_web", port)).run()


def test_second_up_is_refused(tmp_path: Path) -> None:
    """
    A folder has one supervisor, and the sentence names its pid.
    """
    with record.claim(tmp_path), pytest.raises(AlreadyRunning, match=f"pid {os.getpid()}"):
        supervisor(tmp_path).run()


def test_missing_registry_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Without jars and without a Maven repository, it says so.
    """
    (tmp_path / "jgo.conf").write_text("[repositories]\ncentral = http://127.0.0.1:1/maven\n")
    monkeypatch.setenv("JGO_CONFIG_FILE", str(tmp_path / "jgo.conf"))
    monkeypatch.setenv("M2_REPO", str(tmp_path / "m2"))
    monkeypatch.setenv("JGO_CACHE_DIR", str(tmp_path / "jgo"))
    with pytest.raises(RegistryUnreachable, match="Maven repository is unreachable"):
        kafka_class_path(tmp_path)


def test_stale_record_is_not_believed(tmp_path: Path) -> None:
    """
    A record whose process is gone, or is another with its number, counts as none.
    """
    (tmp_path / record.NAME).write_text(json.dumps({"pid": os.getpid(), "created": 0}))

    assert record.read(tmp_path) is None
    assert not record.stop(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="the death signal is Linux's")
def test_children_die_with_a_killed_supervisor(tmp_path: Path) -> None:
    """
    SIGKILL of the parent leaves no orphan.
    """
    code = (
        "import sys; from pathlib import Path; from inventory_stream.local.child import Child\n"
        f"child = Child('nap', ['/bin/sleep', '60'], Path({str(tmp_path)!r}) / 'nap.log')\n"
        "child.start(); print(child.pid, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={"PYTHONPATH": str(Path.cwd())}
    ) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()

    _, alive = psutil.wait_procs([child], timeout=10)
    assert not alive


def test_failing_command_is_a_local_stack_error(tmp_path: Path) -> None:
    """
    One exception class covers all that the command line must say in a sentence.
    """
    with pytest.raises(LocalStackError):
        Child("false", ["/bin/false"], tmp_path / "false.log").run()
