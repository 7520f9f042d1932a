"""
`seatstream up`, `down` and `status`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn
from rich.table import Table

from inventory_stream.local import record, services
from inventory_stream.local.errors import GivenUnusable, LocalStackError
from inventory_stream.local.services import GATEWAY
from inventory_stream.local.stack import Stack
from inventory_stream.local.supervisor import Supervisor, detach
from inventory_stream.log import LogError
from inventory_stream.log.topics import create_topics
from inventory_stream.settings import StreamSettings

console = Console()
complaints = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
COLUMNS = ("service", "health", "version", "lag", "freshness_s", "position")

Folder = Annotated[Path, typer.Option(help="Holds data and logs.")]
GIVEN_TIMEOUT_S = 10
DEFAULT_FOLDER = Path(".seatstream")


def register(app: typer.Typer) -> None:
    """
    Add this file's commands.
    """
    app.command()(up)
    app.command()(down)
    app.command()(status)


def up(
    folder: Folder = DEFAULT_FOLDER,
    kafka_port: Annotated[int, typer.Option(help="Local Kafka's port; its controller takes the next.")] = 9092,
    postgres_port: Annotated[int, typer.Option(help="Local PostgreSQL's port.")] = 5432,
    detached: Annotated[bool, typer.Option("--detach", help="Return when everything is live.")] = False,
) -> None:
    """
    Start everything: Kafka, PostgreSQL, the demo world and every service. Ctrl-C stops it; the data stays.

    A broker or database named by SEATSTREAM_KAFKA_BOOTSTRAP_SERVERS or SEATSTREAM_DATABASE_URL is used as it is.
    A service's port is set by its own variable, as in INVENTORY_API_PORT=9081.

    Examples:
      seatstream up
      seatstream up --detach
      GATEWAY_PORT=9080 seatstream up --postgres-port 5433
    """
    with _sentences():
        if detached:
            with record.claim(folder):  # say now what would otherwise stand in a log
                pass
            ports = ["--kafka-port", str(kafka_port), "--postgres-port", str(postgres_port)]
            detach([sys.executable, "-m", "inventory_stream", "up", "--folder", str(folder), *ports], folder)
            _say_live(record.read(folder) or {})
            return
        _run(folder, kafka_port, postgres_port)


def down(folder: Folder = DEFAULT_FOLDER, quiet: Annotated[bool, typer.Option(help="Say nothing.")] = False) -> None:
    """
    Stop what `seatstream up` started. The data stays.

    Examples:
      seatstream down
    """
    stopped = record.stop(folder)
    if not quiet:
        console.print("Stopped." if stopped else "Nothing runs.")


def status(folder: Folder = DEFAULT_FOLDER) -> None:
    """
    Show how far every part is.

    Examples:
      seatstream status
    """
    known = record.read(folder) or {}
    url = known.get("urls", {}).get(GATEWAY) or f"http://127.0.0.1:{services.port_of(GATEWAY)}"
    answer = services.get(f"{url}/status", failures=True)  # 503 when red
    if not isinstance(answer, dict):
        complaints.print(f"No gateway answers at {url}: start one with `seatstream up`.")
        raise typer.Exit(1)
    console.print(status_table(answer))


def status_table(answer: dict[str, Any]) -> Table:
    """
    Lay out the gateway's status; columns that no service fills are left out.
    """
    rows = [row for row in answer.get("services", []) if isinstance(row, dict)]
    columns = [column for column in COLUMNS if any(row.get(column) is not None for row in rows)]
    table = Table(*columns, title=f"status: {answer.get('status', 'unknown')}")
    for row in rows:
        table.add_row(*(_shown(row.get(column)) for column in columns))
    return table


def _shown(value: Any) -> str:
    """
    Write a value for a person.
    """
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, dict):  # a position by partition: its sum says how far it is
        return f"{sum(value.values()):,}"
    return "" if value is None else str(value)


def _run(folder: Path, kafka_port: int, postgres_port: int) -> None:
    """
    Supervise in this process until told to end.
    """
    settings = StreamSettings()
    with _downloads() as progress:
        stack = Stack(folder, settings, kafka_port, postgres_port, progress)
        supervisor = Supervisor(
            folder,
            stack,
            services.discover(),
            lambda: _prepare(stack, settings.topic_prefix),
            lambda line: console.print(f"[green]✓[/] {line}"),
        )
        supervisor.run(lambda: _say_live(record.read(folder) or {}))


def _prepare(stack: Stack, topic_prefix: str) -> None:
    """
    Make the topics that are missing. What runs here answers by now, so only what is given can fail.
    """
    try:
        psycopg.connect(stack.url, connect_timeout=GIVEN_TIMEOUT_S).close()
    except psycopg.Error as error:
        reason = str(error).strip().partition("\n")[0]
        raise GivenUnusable("The database", "SEATSTREAM_DATABASE_URL", reason) from error
    try:
        create_topics(stack.bootstrap_servers, topic_prefix)
    except LogError as error:
        raise GivenUnusable("The broker", "SEATSTREAM_KAFKA_BOOTSTRAP_SERVERS", str(error)) from error


def _say_live(known: dict[str, Any]) -> None:
    """
    Print the addresses to try.
    """
    console.print("[bold]Live.[/] Ctrl-C or `seatstream down` stops it. Try:")
    for name, url in known.get("urls", {}).items():
        console.print(f"  {name:<14} {url}" + ("/v1/events  /status  /openapi.json" if name == GATEWAY else ""))


@contextmanager
def _downloads() -> Iterator[Any]:
    """
    Give a reporter of downloads that draws a bar for each.
    """
    with Progress(TextColumn("{task.description}"), BarColumn(), DownloadColumn(), console=console) as bars:

        @contextmanager
        def download(name: str, size: int) -> Iterator[Any]:
            """Draw a bar for one file (size in bytes) while it comes."""
            task = bars.add_task(name, total=size)
            yield lambda received: bars.advance(task, received)
            bars.remove_task(task)

        yield download


@contextmanager
def _sentences() -> Iterator[None]:
    """
    Turn what can go wrong into a sentence and a non-zero exit.
    """
    try:
        yield
    except (LocalStackError, OSError) as error:  # as when the folder is another user's, or the disk is full
        complaints.print(str(error))
        raise typer.Exit(1) from error
