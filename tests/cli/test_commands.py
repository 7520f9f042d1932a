"""
The command line as a whole: only what is asked for is imported, and nothing is forgotten.
"""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest
import typer
from typer.main import get_group

from inventory_stream.cli import COMMAND_MODULES, add_commands


def names(app: typer.Typer) -> set[str]:
    """
    The names of an app's commands.
    """
    app.callback()(lambda: None)  # with one command alone there would be no names
    return set(get_group(app).commands)


@pytest.mark.parametrize("module", COMMAND_MODULES)
def test_a_file_adds_the_commands_that_the_table_says(module: str) -> None:
    """
    A command that the table does not name could not be called.
    """
    app = typer.Typer()
    import_module(f"inventory_stream.cli.{module}").register(app)

    assert names(app) == set(COMMAND_MODULES[module])


@pytest.mark.parametrize("arguments", [[], ["--help"], ["nonsense"]])
def test_help_knows_all_commands(arguments: list[str]) -> None:
    """
    Without the name of a command all are added, also those of other packages.
    """
    app = typer.Typer()
    add_commands(app, arguments)

    assert names(app) >= {name for file in COMMAND_MODULES.values() for name in file} | {"simulate", "train"}


def test_a_command_of_another_package_is_added_alone() -> None:
    """
    `seatstream train` adds `train`.
    """
    app = typer.Typer()
    add_commands(app, ["train"])

    assert names(app) == {"train"}


@pytest.mark.parametrize(("module", "heavy"), [("gateway.app", "fastapi"), ("inventory_stream.tracer", "sqlalchemy")])
def test_small_processes_import_no_heavy_library(module: str, heavy: str) -> None:
    """
    What a start waits for stays small.
    """
    code = f"import sys, {module}; sys.exit({heavy!r} in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
