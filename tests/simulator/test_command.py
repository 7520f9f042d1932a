"""
`seatstream simulate`: what it writes, what it says, and what it refuses.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner

from inventory_stream.testing import MemoryLog
from simulator.command import app
from simulator.scenario import scenario_names
from simulator.truth.reading import read_truth, rows

TOPICS = ["inventory", "activity", "feedback"]
SMALL = ("--scenario", "quiet-week", "--days", "3", "--start", "2026-03-02T08:00:00Z")


def run(*arguments: str, log: MemoryLog | None = None):
    """
    Return what the command did; without a log of the test's own, nothing may ask for one.
    """
    cli = Typer()
    cli.command()(app)
    return CliRunner().invoke(cli, list(arguments), obj=log)


def held(log: MemoryLog) -> int:
    """
    Return how many records a log holds.
    """
    return sum(log.end_positions(TOPICS).values())


def contents(log: MemoryLog) -> list[tuple[str, int, bytes]]:
    """
    Return where each record lies and its bytes.
    """
    found = log.read(log.start_positions(TOPICS)).poll(1_000_000, 0)
    return sorted((d.topic, d.partition, d.offset, d.id, d.value) for d in found)


def test_every_scenario_is_listed():
    """
    Each comes with what happens in it.
    """
    output = run("--list").output

    assert [name for name in scenario_names() if name not in output] == []


def test_the_log_holds_what_is_said():
    """
    The last line counts the records, and the log holds as many.
    """
    log = MemoryLog()
    result = run(*SMALL, "--fast", log=log)

    assert (result.exit_code, f"{held(log):,} records of /simulator/quiet-week-" in result.output) == (0, True)


def test_the_same_options_write_the_same_bytes(tmp_path):
    """
    Also when one of them writes the truth and a page as well.
    """
    one, other = MemoryLog(), MemoryLog()
    run(*SMALL, "--fast", log=one)
    run(*SMALL, "--fast", "--truth", str(tmp_path / "truth"), "--report", str(tmp_path / "page.svg"), log=other)

    assert contents(one) == contents(other) != []


def test_a_rate_writes_the_same_bytes():
    """
    How fast records go changes none of them.
    """
    one, other = MemoryLog(), MemoryLog()
    run(*SMALL, "--fast", log=one)
    run(*SMALL, "--rate", "1000000", log=other)

    assert contents(one) == contents(other)


def test_a_dry_run_needs_no_log(tmp_path):
    """
    It writes the truth and the page, and says so.
    """
    truth, page = tmp_path / "truth", tmp_path / "page.png"
    result = run(*SMALL, "--dry-run", "--truth", str(truth), "--report", str(page))

    assert (result.exit_code, page.read_bytes()[1:4]) == (0, b"PNG")
    assert f"{rows(read_truth(truth), 'run')[0]['records']:,} records" in result.output


def test_faults_of_delivery_reach_the_log(tmp_path):
    """
    A scenario with bad adapters writes records twice and broken, and the truth counts each.
    """
    log = MemoryLog()
    run("--scenario", "legacy-adapters", "--days", "4", "--fast", "--truth", str(tmp_path), log=log)
    truth = read_truth(tmp_path)
    faults = Counter(row["fault"].partition(".")[0] for row in rows(truth, "delivery_faults"))
    read = log.read(log.start_positions(TOPICS)).poll(1_000_000, 0)

    assert set(faults) == {"duplicate", "late", "swapped", "malformed"}
    assert len(read) == rows(truth, "run")[0]["records"] + faults["duplicate"] + faults["malformed"]
    assert sum(bool(delivered.failure) for delivered in read) == faults["malformed"]


def test_strategies_are_added_from_here_and_elsewhere(tmp_path, monkeypatch):
    """
    What `--strategy` adds is in the truth: a built-in one, and one that lies where the command is given.
    """
    text = (Path(__file__).parents[2] / "docs/strategies.md").read_text(encoding="utf-8")
    (tmp_path / "my_abuse.py").write_text(re.findall(r"```python\n(.*?)```", text, re.DOTALL)[0])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    added = ("--strategy", "bulk_bots", "--strategy", "my_abuse:Sniper")

    run("--scenario", "onsale", "--days", "4", "--dry-run", *added, "--truth", "truth")

    assert {"bulk_bots", "sniper"} <= {row["class"] for row in rows(read_truth(Path("truth")), "customers_by_day")}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--scenario", "nowhere"), "--scenario"),
        (("--strategy", "nobody"), "--strategy"),
        (("--start", "yesterday"), "--start"),
        (("--start", "2026-03-02T08:00:00"), "offset"),
        (("--report", "page.txt"), "--report"),
        (("--report", "/no/such/folder/page.png"), "--report"),
        (("--truth", "/dev/null/truth"), "--truth"),
        (("--days", "0"), "--days"),
    ],
)
def test_a_wrong_option_is_named(arguments, said):
    """
    Nothing is simulated; the message names the option.
    """
    result = run("--dry-run", *arguments)

    assert (result.exit_code, said in result.output) == (2, True)


def test_the_truth_of_another_run_is_not_overwritten(tmp_path):
    """
    A folder that holds a truth is refused.
    """
    run(*SMALL, "--dry-run", "--truth", str(tmp_path))
    result = run(*SMALL, "--dry-run", "--truth", str(tmp_path))

    assert (result.exit_code, "of another run" in result.output) == (2, True)


@pytest.mark.parametrize(("module", "option"), [("pyarrow", "--truth"), ("matplotlib", "--report")])
def test_a_missing_library_is_named(monkeypatch, tmp_path, module, option):
    """
    Without the extra `simulate`, the message says how to install it.
    """
    for name in [name for name in sys.modules if name.partition(".")[0] == module]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, module, None)
    result = run(*SMALL, "--dry-run", option, str(tmp_path / "page.png"))

    assert (result.exit_code, "seatstream[simulate]" in result.output) == (2, True)
