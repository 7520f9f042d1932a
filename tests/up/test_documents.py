"""
Every command that the documents show does what they say, on a running system.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest
from blocks import Shown, commands, fits
from letters import refuse
from running import RunningSystem
from views import until

from inventory_stream.log.dead_letters import read_present
from inventory_stream.log.kafka import KafkaLog

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
DOCUMENTS = (
    "README.md",
    "docs/operations.md",
    "docs/importing.md",
    "docs/activity.md",
    "docs/best-seats.md",
    "docs/gateway.md",
    "docs/inventory-api.md",
    "docs/search.md",
    "CONTRIBUTING.md",
)
FOR_PEOPLE = {
    "make up": "starts the system, as this test's own does",
    "make test": "runs this test",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "starts the system, with traces",
    ".venv/bin/seatstream traces": "goes on until somebody stops it; it has tests of its own",
    "uv pip compile": "asks a registry, and uv is not among what is installed",
}
"""How commands begin that are not run here, and why."""
EVENTS = 5  # of the catalogue's 8,798, at their venues: all would take half a minute
TIMEOUT_S = 60
SHOWN = [shown for document in DOCUMENTS for shown in commands(ROOT, document)]
RUN = [shown for shown in SHOWN if not shown.command.startswith(tuple(FOR_PEOPLE))]


def run(system: RunningSystem, command: str) -> str:
    """
    Run a command as a document shows it, in the system's place and on its ports; return what it printed.
    """
    for address in ("localhost:8080", "127.0.0.1:8080"):
        command = command.replace(address, system.gateway)
    environment = {**os.environ, **system.known["environment"], "COLUMNS": "80"}
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        check=False,
        cwd=system.place,
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}\n{system.logs()}"
    return done.stdout


def traces(system: RunningSystem) -> list[str]:
    """
    The traces of requests that the gateway has logged.
    """
    lines = (system.folder / "logs" / "gateway.log").read_text().splitlines()
    return [row["trace_id"] for row in map(json.loads, lines) if row.get("trace_id")]


def trace_id(system: RunningSystem) -> str:
    """
    The trace of a request that the gateway has logged: asked until one is there, for it logs after it has answered.
    """
    until(lambda: bool(traces(system)), lambda: httpx.get(f"http://{system.gateway}/v1/events", trust_env=False))
    return traces(system)[0]


@pytest.fixture(scope="module")
def refused(system: RunningSystem) -> str:
    """
    The position of a dead letter.
    """
    log = KafkaLog(system.known["environment"]["SEATSTREAM_KAFKA_BOOTSTRAP_SERVERS"])
    try:
        partition = next(place for place, end in log.end_positions(["inventory"]).items() if end)
        record = next(iter(read_present(log, {partition: 0})))
        position = refuse(log, record, "inventory")
        return f"{position.partition}/{position.offset}"
    finally:
        log.close()


@pytest.fixture(scope="module")
def samples(system: RunningSystem) -> None:
    """
    A catalogue and a chart in the system's place, under the names that the documents use.
    """
    if not DATA.is_dir():
        pytest.skip(f"there is no sample data in {DATA}")
    catalogue = system.place / "tickit"
    catalogue.mkdir()
    for file in (DATA / "tickit").glob("*_pipe.txt"):
        shutil.copy(file, catalogue)
    events, venues = catalogue / "allevents_pipe.txt", catalogue / "venue_pipe.txt"
    few = events.read_text(encoding="latin-1").splitlines(keepends=True)[:EVENTS]
    used = {line.split("|")[1] for line in few}
    rows = venues.read_text(encoding="latin-1").splitlines(keepends=True)
    events.write_text("".join(few), encoding="latin-1")
    venues.write_text("".join(row for row in rows if row.split("|")[0] in used), encoding="latin-1")
    shutil.copy(DATA / "seatmaps" / "sampleChartWithZones.json", system.place / "chart.json")


def test_the_documents_show_commands() -> None:
    """
    Blocks are found: a changed notation must not empty this test.
    """
    assert {shown.document for shown in RUN} >= {"README.md", "docs/operations.md", "docs/importing.md"}
    assert sum(bool(shown.output) for shown in RUN) >= 5


@pytest.mark.parametrize("shown", RUN, ids=str)
def test_a_command_does_what_its_document_shows(
    shown: Shown, system: RunningSystem, request: pytest.FixtureRequest
) -> None:
    """
    It ends well, and prints what has the shape of what is shown.
    """
    command = shown.command
    if " import " in command:
        request.getfixturevalue("samples")
    if "0/17" in command:
        command = command.replace("0/17", request.getfixturevalue("refused"))
    if "TRACE_ID" in command:
        command = command.replace("TRACE_ID", trace_id(system))
    printed = run(system, command)

    if shown.output:
        lines = [line for line in printed.splitlines() if line.strip()]
        assert fits(shown.output, lines), "\n".join(["shown:", *shown.output, "printed:", printed])
