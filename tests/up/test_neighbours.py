"""
What a running system means for another one on the same machine.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import httpx
import psutil
import pytest
from running import RunningSystem

TIMEOUT_S = 30


def refusal(system: RunningSystem) -> str:
    """
    Start a system that must not start; return what it says.
    """
    done = subprocess.run(
        system.command, check=False, env=system.environment, capture_output=True, text=True, timeout=TIMEOUT_S
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stderr


def test_a_second_up_on_the_folder_is_refused(system: RunningSystem) -> None:
    """
    It names who runs already, and leaves that one alone.
    """
    before = system.known

    assert f"already runs on {system.folder} (pid {before['pid']})" in refusal(RunningSystem(system.place))
    assert system.known == before


@pytest.mark.parametrize("service", ["gateway", "venue_api"])
def test_an_occupied_port_of_a_service_is_named(system: RunningSystem, tmp_path: Path, service: str) -> None:
    """
    The sentence says which port, who has it and who wants it.
    """
    port = system.ports[service]
    said = refusal(RunningSystem(tmp_path, **{f"{service.upper()}_PORT": str(port)}))

    assert f"Port {port} is taken by" in said
    assert f"(pid {system.process(service)}), and {service} wants it" in said


@pytest.mark.parametrize(("server", "option"), [("Kafka", "kafka"), ("PostgreSQL", "postgres")])
def test_an_occupied_port_of_a_server_is_named(system: RunningSystem, tmp_path: Path, server: str, option: str) -> None:
    """
    So are those of Kafka and PostgreSQL.
    """
    port = system.known["processes"][server]["port"]
    ports = {"kafka": 0, "postgres": 0, option: port}
    options = [word for name, number in ports.items() for word in (f"--{name}-port", str(number))]

    assert f"Port {port} is taken by" in refusal(RunningSystem(tmp_path, *options))


def test_a_given_database_that_does_not_answer_is_named(system: RunningSystem, tmp_path: Path) -> None:
    """
    The sentence names the variable, and is there at once.
    """
    given = {**system.known["environment"], "SEATSTREAM_DATABASE_URL": "postgresql://127.0.0.1:1/nowhere"}

    assert "SEATSTREAM_DATABASE_URL names cannot be used" in refusal(RunningSystem(tmp_path, **given))


def test_given_servers_are_used_and_left_running(system: RunningSystem, tmp_path: Path) -> None:
    """
    A system on the servers of another one starts none of its own, answers, and stops none of theirs.
    """
    servers = {name: system.process(name) for name in ("Kafka", "PostgreSQL")}
    other = RunningSystem(tmp_path, **system.known["environment"])
    try:
        other.start()
        started = set(other.known["processes"])
        answer = httpx.get(f"http://{other.gateway}/v1/events", params={"limit": 1}, timeout=TIMEOUT_S)
    finally:
        other.stop()

    assert started.isdisjoint(servers)
    assert answer.json()["events"]
    assert all(psutil.pid_exists(pid) for pid in servers.values())
