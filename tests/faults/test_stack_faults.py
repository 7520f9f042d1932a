"""
What goes wrong with a stack of real processes: one sentence, an exit code that is not zero, and no process left over.

Each test starts what the one before has left on the folder, so that every fault is also survived.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic

import psutil
import pytest
from small_system import PROJECTOR

from inventory_stream.local import record
from inventory_stream.local.child import Child
from inventory_stream.local.ports import free_port

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "tests" / "support" / "small_system.py"
NOWHERE = "http://127.0.0.1:1"
TIMEOUT_S = 180.0
POLL_S = 0.05


class SmallSystem:
    """
    A supervised Kafka, PostgreSQL and projector, started again and again on one folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said = folder / "said.log"
        unset = ("SEATSTREAM_KAFKA_BOOTSTRAP_SERVERS", "SEATSTREAM_DATABASE_URL")
        self._environment = {name: value for name, value in os.environ.items() if name not in unset}
        self._process: subprocess.Popen[bytes] | None = None

    def launch(self) -> psutil.Process:
        """
        Start it, and return before it is live.
        """
        self.said.unlink(missing_ok=True)
        command = [sys.executable, str(PROGRAM), str(self.folder)]
        child = Child("system", command, self.said, self._environment, death_signal=signal.SIGTERM)
        self._process = child.start()
        return psutil.Process(self._process.pid)

    def start(self) -> psutil.Process:
        """
        Start it, and return once it is live.
        """
        supervisor = self.launch()
        self.await_part("live")
        return supervisor

    def await_part(self, part: str) -> int:
        """
        Return once it runs a part, or is live; the part's process id.
        """
        assert self._process is not None
        deadline = monotonic() + TIMEOUT_S
        while True:
            known = record.read(self.folder) or {}
            found = {**known.get("processes", {}), "live": known.get("live")}.get(part)
            if found and known["pid"] == self._process.pid:
                return int(found["pid"]) if isinstance(found, dict) else 0
            assert monotonic() < deadline, f"no {part}: {known}"
            with suppress(subprocess.TimeoutExpired):
                pytest.fail(f"ended with code {self._process.wait(POLL_S)}: {self.said.read_text()}")

    def end(self) -> tuple[int, str]:
        """
        Wait for its end; return its exit code and what it said.
        """
        assert self._process is not None
        code, self._process = self._process.wait(TIMEOUT_S), None
        return code, self.said.read_text()

    def close(self) -> None:
        """
        End it if it still runs.
        """
        if self._process is not None:
            self._process.terminate()
            self.end()


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """
    A folder that the database's user can reach.
    """
    folder = Path(tempfile.mkdtemp(prefix="seatstream-faults-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def system(folder: Path) -> Iterator[SmallSystem]:
    """
    A system on that folder.
    """
    system = SmallSystem(folder)
    yield system
    system.close()


def all_gone(processes: list[psutil.Process]) -> bool:
    """
    Whether all of these processes end soon, if they have not. A zombie is gone: only its parent has not looked yet.
    """
    _, left = psutil.wait_procs(processes, timeout=10)
    return all(process.status() == psutil.STATUS_ZOMBIE for process in left)


def run(command: list[str], environment: dict[str, str], place: Path) -> subprocess.CompletedProcess[str]:
    """
    Run a command to its end, whatever that is.
    """
    return subprocess.run(
        command, check=False, cwd=place, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S
    )


@pytest.mark.parametrize("part", [PROJECTOR, "Kafka", "PostgreSQL"])
def test_a_killed_part_ends_all_with_its_name(system: SmallSystem, part: str) -> None:
    """
    The sentence says which part was killed, the exit code is 1, and nothing runs on.
    """
    processes = system.start().children(recursive=True)
    os.kill(system.await_part(part), signal.SIGKILL)

    code, said = system.end()
    assert (code, said.partition(";")[0].partition(" and ")[0].strip()) == (1, f"{part} was killed by SIGKILL")
    assert all_gone(processes)


@pytest.mark.skipif(sys.platform != "linux", reason="the death signal is Linux's")
def test_a_killed_supervisor_takes_all_along_and_the_next_start_works(system: SmallSystem) -> None:
    """
    SIGKILL of the supervisor leaves no process, and a start right after it finds nothing in its way.
    """
    supervisor = system.start()
    processes = supervisor.children(recursive=True)
    supervisor.kill()
    system.end()
    system.launch()

    system.await_part(PROJECTOR)  # it starts once Kafka and PostgreSQL answer
    assert all_gone(processes)


@pytest.mark.parametrize("part", ["Kafka", PROJECTOR])
def test_ctrl_c_while_it_starts_leaves_nothing(system: SmallSystem, part: str) -> None:
    """
    An interrupted start says so, fails, and ends what it had begun.
    """
    supervisor = system.launch()
    system.await_part(part)
    processes = supervisor.children(recursive=True)
    supervisor.send_signal(signal.SIGINT)

    assert system.end() == (1, "Stopped before everything was live.\n")
    assert all_gone(processes)
    assert record.read(system.folder) is None


def test_data_that_a_server_cannot_read_is_said_with_what_to_do(system: SmallSystem) -> None:
    """
    A damaged data folder ends the start with the server's own words and the way out.
    """
    control = system.folder / "postgres" / "data" / "global" / "pg_control"
    control.rename(control.with_name("lost"))
    system.launch()
    code, said = system.end()
    control.with_name("lost").rename(control)

    assert code == 1
    assert said.startswith("PostgreSQL ended with code")
    assert said.endswith("If its data are damaged, start afresh with `make clean`.\n")


def test_tables_of_a_stream_that_is_gone_are_made_anew(system: SmallSystem) -> None:
    """
    Kafka's format was interrupted: what the database derived from another stream goes too, and all is live again.
    """
    version = system.folder / "postgres" / "data" / "PG_VERSION"
    before = version.stat().st_mtime_ns if version.exists() else 0
    (system.folder / "kafka" / "initialised").unlink(missing_ok=True)
    system.start()

    assert version.stat().st_mtime_ns > before


def test_missing_maven_repository_is_one_sentence() -> None:
    """
    `seatstream up` without jars and without a repository says so, fails, and leaves no database behind.
    """
    place = Path(tempfile.mkdtemp(prefix="seatstream-nowhere-"))
    (place / "jgo.conf").write_text(f"[repositories]\ncentral = {NOWHERE}/maven\n")
    caches = {"M2_REPO": str(place / "m2"), "JGO_CACHE_DIR": str(place / "jgo")}
    ports = {f"{name}_PORT": str(free_port()) for name in ("GATEWAY", "INVENTORY_API", "VENUE_API", "FRAUD_API")}
    environment = {**os.environ, "JGO_CONFIG_FILE": str(place / "jgo.conf"), **caches, **ports}
    command = [sys.executable, "-m", "inventory_stream", "up", "--folder", str(place / "data")]
    command += ["--kafka-port", "0", "--postgres-port", "0"]
    try:
        done = run(command, environment, place)
    finally:
        shutil.rmtree(place, ignore_errors=True)

    assert done.returncode == 1
    assert "Maven repository is unreachable" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_missing_package_registry_is_one_sentence(tmp_path: Path) -> None:
    """
    `make up` that cannot install says why and fails.
    """
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    settings = {"PIP_INDEX_URL": f"{NOWHERE}/simple", "PIP_RETRIES": "0", "PIP_CONFIG_FILE": os.devnull}
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "PIP_NO_CACHE_DIR": "1", **settings}
    command = ["make", "up", f"PYTHON={sys.executable}"]
    done = run(command, environment, tmp_path)

    assert done.returncode == 2
    assert "Cannot install the packages of requirements.lock" in done.stderr
    assert not (tmp_path / ".venv" / ".installed").exists()
