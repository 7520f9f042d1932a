"""
`seatstream`: one command for everything. Each file here adds commands of one kind to `app`.

Other packages add theirs by an entry point of the group `seatstream.commands`: the command's name, and its function.
"""

from importlib import import_module
from importlib.metadata import entry_points

import typer

app = typer.Typer(
    name="seatstream",
    help="One Kafka inventory stream for ticketing, and the services that answer from it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)

COMMAND_MODULES = ["stream", "tail", "lag", "dead_letters", "local", "projections", "imports", "schema"]
"""Files of this folder that add commands; each has a function `register(app)`."""


def main() -> None:
    """
    Run the command line.
    """
    for module in COMMAND_MODULES:
        import_module(f"inventory_stream.cli.{module}").register(app)
    for point in entry_points(group="seatstream.commands"):
        app.command(point.name)(point.load())
    app()
