"""
`seatstream`: one command for everything. Each file here adds commands of one kind to `app`.

Other packages add theirs by an entry point of the group `seatstream.commands`: the command's name, and its function,
or a Typer application of commands below it.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

import typer

app = typer.Typer(
    name="seatstream",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)

COMMAND_MODULES = {
    "stream": ("topics",),
    "tail": ("tail",),
    "traces": ("traces",),
    "lag": ("lag",),
    "dead_letters": ("dead-letters",),
    "local": ("up", "down", "status"),
    "projections": ("rebuild",),
    "imports": ("import",),
    "schema": ("schema",),
}
"""File of this folder → the commands that its function `register(app)` adds."""


@app.callback()
def seatstream() -> None:
    """
    One Kafka inventory stream for ticketing, and the services that answer from it.
    """


def main() -> None:
    """
    Run the command line.
    """
    try:
        add_commands(app, sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)  # as the commands themselves do: no trace of where they were
    app()


def add_commands(app: typer.Typer, arguments: Sequence[str]) -> None:
    """
    Add the command that the arguments name; all of them when they name none, for the help.

    Importing all commands takes half a second, and `make up` would wait for that twice.
    """
    wanted = arguments[0] if arguments else ""
    points = list(entry_points(group="seatstream.commands"))
    known = [name for names in COMMAND_MODULES.values() for name in names] + [point.name for point in points]
    for module, names in COMMAND_MODULES.items():
        if wanted in names or wanted not in known:
            import_module(f"inventory_stream.cli.{module}").register(app)
    for point in points:
        if wanted == point.name or wanted not in known:
            _add(app, point.name, point.load())


def _add(app: typer.Typer, name: str, found: Any) -> None:
    if isinstance(found, typer.Typer):
        app.add_typer(found, name=name)
    else:
        app.command(name)(found)
