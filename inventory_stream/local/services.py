"""
The processes that `seatstream up` runs beside Kafka and PostgreSQL.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import Any

from pydantic_settings import BaseSettings, SettingsConfigDict

from inventory_stream.local.ports import LOOPBACK, free_port

GATEWAY = "gateway"
DEFAULT_PORTS = {GATEWAY: 8080, "inventory_api": 8081, "venue_api": 8082, "fraud_api": 8083}
TRACER = "inventory_stream.tracer"
DEMO, DEMO_SAYS = "simulator.demo", "demo world loaded"
HTTP_TIMEOUT_S = 2


class PortSetting(BaseSettings):
    """
    The port of one service, read with that service's own prefix (`INVENTORY_API_PORT`).
    """

    model_config = SettingsConfigDict(frozen=True)

    port: int = 0


@dataclass(frozen=True)
class Program:
    """
    A Python module to run as a process.

    Args:
        name: what people call it; its log is `NAME.log`.
        module: the module, run by `python -m`.
        port: the loopback port where it answers `/readyz`; 0 for none.
        once: it may end by itself; what has an end of its own starts when all others answer.
        variable: the environment variable that tells its port to it alone; when empty, all are told `NAME_PORT`.
        says: what it prints once it is ready, for a program without a port.
        streams: it reads or writes the stream, so it starts once the broker answers; others start while it boots.
    """

    name: str
    module: str
    port: int = 0
    variable: str = ""
    once: bool = False
    says: str = ""
    streams: bool = True

    @property
    def url(self) -> str:
        """
        Where it answers.
        """
        return f"http://{LOOPBACK}:{self.port}"

    def ready(self) -> bool:
        """
        Tell whether it says that it is ready; a program without a port is.
        """
        return not self.port or get(f"{self.url}/readyz") is not None


def discover() -> list[Program]:
    """
    List all programs: what is registered as a service and there, projectors and APIs, then the gateway last.
    """
    found = {point.name: point.value for point in entry_points(group="seatstream.services")}
    programs = [Program("demo", DEMO, says=DEMO_SAYS)] if _exists(DEMO) else []
    for name, module in found.items():
        if _exists(f"{module}.projector"):
            programs.append(Program(f"{name}.projector", f"{module}.projector", free_port(), "PROJECTOR_PORT"))
    for name, module in sorted(found.items(), key=lambda item: item[0] == GATEWAY):
        if _exists(f"{module}.__main__"):
            programs.append(Program(name, module, port_of(name), streams=False))
    tasks = [Program(point.name, point.value, once=True) for point in entry_points(group="seatstream.tasks")]
    return programs + ([Program("tracer", TRACER)] if _exists(TRACER) else []) + tasks


def port_of(name: str) -> int:
    """
    Return a service's port: what its environment says, else its usual one, else a free one.
    """
    chosen = PortSetting(_env_prefix=f"{name.upper()}_").port  # type: ignore[call-arg]
    return chosen or DEFAULT_PORTS.get(name) or free_port()


def environment(programs: list[Program]) -> dict[str, str]:
    """
    Return the environment variables that tell every program its own port, and the gateway all of them.
    """
    public = [program for program in programs if program.port and not program.variable]
    variables = {f"{program.name.upper()}_PORT": str(program.port) for program in public}
    urls = {f"GATEWAY_{program.name.upper()}_URL": program.url for program in public if program.name != GATEWAY}
    return variables | urls


def get(url: str, *, failures: bool = False) -> Any | None:
    """
    Return the JSON that a URL answers; True for another body, None for no answer or, unless wanted, a failure's.
    """
    try:
        with urllib.request.urlopen(url, timeout=HTTP_TIMEOUT_S) as answer:  # noqa: S310 - our own loopback URLs
            body = answer.read()
    except urllib.error.HTTPError as failure:
        body = failure.read() if failures else b""
        if not body:
            return None
    except (OSError, urllib.error.URLError):
        return None
    try:
        return json.loads(body)
    except ValueError:
        return True


def _exists(module: str) -> bool:
    """
    Tell whether a module can be run.
    """
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
