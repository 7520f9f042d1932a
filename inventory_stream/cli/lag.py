"""
`seatstream lag`: how far each projection is behind the stream.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, NamedTuple

import psycopg
import typer
from psycopg import sql
from rich.console import Console
from rich.table import Table

from inventory_stream.cli.stream import console, stream_log
from inventory_stream.log import Log, Partition
from inventory_stream.settings import StreamSettings

_CONNECT_TIMEOUT_S = 5
_LIVE = "SELECT name, version FROM seatstream.projections WHERE state = 'live' ORDER BY name"
_OFFSETS = "SELECT topic, partition, next_offset, freshness_ms FROM {}.projection_offsets ORDER BY topic, partition"


class Lag(NamedTuple):
    """
    How far one projection is in one partition. `freshness_ms` is None until a tracer was applied.
    """

    projection: str
    version: int
    partition: Partition
    next_offset: int
    end_offset: int
    freshness_ms: int | None

    @property
    def records(self) -> int:
        """
        How many records are not yet applied.
        """
        return max(0, self.end_offset - self.next_offset)


def register(app: typer.Typer) -> None:
    """
    Add this file's commands.
    """
    app.command(name="lag")(lag)


def lag(
    context: typer.Context,
    projection: Annotated[str, typer.Argument(help="Only this projection.")] = "",
    partitions: Annotated[bool, typer.Option("--partitions", help="A row a partition, not a topic.")] = False,
) -> None:
    """
    Show, for each live projection and topic, how many records are not yet applied.

    Examples:
      seatstream lag
      seatstream lag inventory --partitions
    """
    with stream_log(context) as log:
        try:
            lags = [row for row in read_lags(log, StreamSettings().database_url) if projection in ("", row.projection)]
        except psycopg.OperationalError as error:
            Console(stderr=True, soft_wrap=True, highlight=False, markup=False).print(f"database: {error}")
            raise typer.Exit(1) from error
    if not lags:
        console().print(f"No live projection{f' named {projection}' if projection else ''} yet.")
        return
    console().print(_by_partition(lags) if partitions else _by_topic(lags))


def read_lags(log: Log, database_url: str) -> list[Lag]:
    """
    Return where each live projection is in each of its partitions.
    """
    found: list[tuple[Any, ...]] = []
    with psycopg.connect(database_url, connect_timeout=_CONNECT_TIMEOUT_S) as connection:
        (known,) = connection.execute("SELECT to_regclass('seatstream.projections')").fetchone() or (None,)
        for name, version in connection.execute(_LIVE).fetchall() if known else ():
            query = sql.SQL(_OFFSETS).format(sql.Identifier(f"{name}_v{version}"))
            found += [(name, version, *row) for row in connection.execute(query)]
    ends = log.end_positions(sorted({row[2] for row in found}))
    return [
        Lag(name, version, Partition(topic, number), offset, ends.get(Partition(topic, number), offset), freshness)
        for name, version, topic, number, offset, freshness in found
    ]


def _by_partition(lags: Iterable[Lag]) -> Table:
    table = _table("partition")
    for row in lags:
        numbers = row.next_offset, row.end_offset, row.records
        table.add_row(
            f"{row.projection} v{row.version}",
            row.partition.topic,
            str(row.partition.number),
            *(f"{number:,}" for number in numbers),
            _seconds(row.freshness_ms),
        )
    return table


def _by_topic(lags: Iterable[Lag]) -> Table:
    groups: dict[tuple[str, int, str], list[Lag]] = {}
    for row in lags:
        groups.setdefault((row.projection, row.version, row.partition.topic), []).append(row)
    table = _table("partitions")
    for (name, version, topic), rows in groups.items():
        numbers = (
            sum(row.next_offset for row in rows),
            sum(row.end_offset for row in rows),
            sum(row.records for row in rows),
        )
        worst = max((row.freshness_ms for row in rows if row.freshness_ms is not None), default=None)
        table.add_row(
            f"{name} v{version}", topic, str(len(rows)), *(f"{number:,}" for number in numbers), _seconds(worst)
        )
    return table


def _table(third: str) -> Table:
    table = Table("projection", "topic")
    for name in (third, "applied to", "end", "lag", "freshness s"):
        table.add_column(name, justify="right")
    return table


def _seconds(milliseconds: int | None) -> str:
    return "" if milliseconds is None else f"{milliseconds / 1000:.3f}"
