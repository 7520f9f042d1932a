"""
`seatstream rebuild`.
"""

from __future__ import annotations

import sys
from typing import Annotated

import psycopg
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from inventory_stream.log import LogError
from inventory_stream.log.kafka import KafkaLog
from inventory_stream.projection.errors import ProjectionError
from inventory_stream.projection.rebuild import RebuildOptions, Rebuilt, rebuild
from inventory_stream.projection.registry import projection
from inventory_stream.settings import StreamSettings

console = Console()
complaints = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)


def register(app: typer.Typer) -> None:
    """
    Add this file's commands.
    """
    app.command(name="rebuild")(rebuild_projection)


def rebuild_projection(
    name: Annotated[str, typer.Argument(help="The projection, such as inventory.")],
    accept_difference: Annotated[
        bool, typer.Option("--accept-difference", help="Switch also when the live version holds something else.")
    ] = False,
) -> None:
    """
    Build a projection anew from the first record, beside the live version, then switch to it. Readers see no gap.

    With an unchanged definition the two are compared at the same position first; if they differ, nothing is
    switched. Ctrl-C leaves the live version as it is.

    Examples:
      seatstream rebuild inventory
      seatstream rebuild venue --accept-difference
    """
    settings = StreamSettings()
    log = KafkaLog(settings.kafka_bootstrap_servers, settings.topic_prefix)
    try:
        with _progress() as progress:
            task = progress.add_task(name, total=None)
            rebuilt = rebuild(
                projection(name),
                log,
                settings.database_url,
                options=RebuildOptions(accept_difference=accept_difference),
                report=lambda step, done, total: progress.update(
                    task, description=f"{name}: {step}", completed=done, total=total
                ),
            )
    except (ProjectionError, LogError, psycopg.Error) as error:
        complaints.print(str(error).strip())
        sys.exit(1)
    finally:
        log.close()
    _say(rebuilt)


def _progress() -> Progress:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    return Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=console)


def _say(rebuilt: Rebuilt) -> None:
    console.print(
        f"{rebuilt.projection}: version {rebuilt.version} is live after {rebuilt.records:,} records "
        f"(version {rebuilt.previous} dropped; {rebuilt.compared})"
    )
    table = Table("table", "rows", f"rows in version {rebuilt.previous}")
    for name in sorted(rebuilt.rows.keys() | rebuilt.previous_rows.keys()):
        table.add_row(
            name, *(f"{rows[name]:,}" if name in rows else "" for rows in (rebuilt.rows, rebuilt.previous_rows))
        )
    console.print(table)
