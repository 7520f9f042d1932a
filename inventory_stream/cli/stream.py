"""
`seatstream topics`, and how commands reach the stream.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from inventory_stream.log import Log, LogError
from inventory_stream.log.kafka import KafkaLog
from inventory_stream.log.topics import create_topics
from inventory_stream.records import TOPICS
from inventory_stream.records.topics import DAY_MS
from inventory_stream.settings import StreamSettings

topics = typer.Typer(no_args_is_help=True, help="The topics of the stream.")


def register(app: typer.Typer) -> None:
    """
    Add this file's commands.
    """
    app.add_typer(topics, name="topics")


def console() -> Console:
    """
    Return the console of the present standard output.
    """
    return Console(soft_wrap=True, highlight=False)


@contextmanager
def sentences() -> Iterator[None]:
    """
    Turn a trouble of the log into a sentence and a non-zero exit.
    """
    try:
        yield
    except LogError as error:
        Console(stderr=True, soft_wrap=True, highlight=False, markup=False).print(str(error))
        raise typer.Exit(1) from error


@contextmanager
def stream_log(context: typer.Context) -> Iterator[Log]:
    """
    Give the log of the settings, or the one that the caller of the command line put into its context.
    """
    settings = StreamSettings()
    with sentences():
        if context.obj is not None:
            yield context.obj
            return
        log = KafkaLog(settings.kafka_bootstrap_servers, settings.topic_prefix)
        try:
            yield log
        finally:
            log.close()


@topics.command("list")
def list_topics(context: typer.Context) -> None:
    """
    Show the topics of the contract, and how many records lie in each.

    Examples:
      seatstream topics list
    """
    with stream_log(context) as log:
        table = Table("topic", "key", "partitions", "kept", "records")
        for topic in TOPICS.values():
            start, end = log.start_positions([topic.name]), log.end_positions([topic.name])
            kept = "newest of a key" if topic.compacted else "for ever"
            if topic.retention_ms > 0:
                kept = f"{topic.retention_ms // DAY_MS} days"
            count = sum(end.values()) - sum(start.values())
            table.add_row(topic.name, topic.key, str(log.partitions(topic.name)), kept, f"{count:,}")
        console().print(table)


@topics.command("create")
def create(
    replication_factor: Annotated[int, typer.Option(min=1, help="Copies of each partition.")] = 1,
) -> None:
    """
    Create the topics that are missing. Those that exist are left as they are.

    Examples:
      seatstream topics create
      seatstream topics create --replication-factor 3
    """
    settings = StreamSettings()
    with sentences():
        made = create_topics(settings.kafka_bootstrap_servers, settings.topic_prefix, replication_factor)
    for name in made.created:
        console().print(f"created {name}")
    for name in made.existing:
        console().print(f"exists  {name}")
