"""
`seatstream dead-letters`: records that a projector could not apply.
"""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from inventory_stream.cli.stream import console, stream_log
from inventory_stream.log import Log, LogError, Position
from inventory_stream.log.dead_letters import Letter, due, read_letters, retry

dead_letters = typer.Typer(no_args_is_help=True, help="Records that a projector could not apply.")

_Place = Annotated[str, typer.Argument(help="PARTITION/OFFSET of the dead letter, as `list` shows it.")]


def register(app: typer.Typer) -> None:
    """
    Add this file's commands.
    """
    app.add_typer(dead_letters, name="dead-letters")


@dead_letters.command("list")
def list_letters(
    context: typer.Context,
    projection: Annotated[str, typer.Option(help="Only those of this projection.")] = "",
) -> None:
    """
    Show all dead letters, oldest first.

    Examples:
      seatstream dead-letters list
      seatstream dead-letters list --projection fraud
    """
    with stream_log(context) as log:
        letters = [letter for letter in read_letters(log) if projection in ("", letter.record.projection)]
    if not letters:
        console().print("No dead letters.")
        return
    table = Table("position", "time", "projection", "type", "key", "reason")
    for letter in letters:
        record = letter.record
        words = (record.projection, record.original_type, record.original_key, record.reason)
        table.add_row(_place(letter), letter.time[:19], *(escape(word) for word in words))
    console().print(table)


@dead_letters.command("show")
def show(context: typer.Context, position: _Place) -> None:
    """
    Show one dead letter: where its record lies, why it was refused, its headers and its value.

    Examples:
      seatstream dead-letters show 0/17
    """
    with stream_log(context) as log:
        letter = _find(read_letters(log), position)
    record = letter.record
    rows = {
        "projection": f"{record.projection} v{record.version}",
        "refused at": letter.time,
        "reason": record.reason,
        "lies at": f"{record.original_topic}/{record.original_partition}/{record.original_offset}",
        "key": record.original_key,
        **{name: (value or b"").decode(errors="replace") for name, value in record.headers},
        "value": record.value.decode(errors="replace"),
    }
    for name, value in rows.items():
        console().print(f"[bold]{escape(name):<16}[/] {escape(value)}")


@dead_letters.command("retry")
def retry_letters(
    context: typer.Context,
    position: Annotated[str, typer.Argument(help="PARTITION/OFFSET of the dead letter, as `list` shows it.")] = "",
    every: Annotated[bool, typer.Option("--all", help="All that were not retried since they were refused.")] = False,
) -> None:
    """
    Append the original record again, for the projection alone that refused it. A second retry changes nothing.

    Examples:
      seatstream dead-letters retry 0/17
      seatstream dead-letters retry --all
    """
    if bool(position) == every:
        raise typer.BadParameter("give a position, or --all")
    with stream_log(context) as log:
        chosen = _chosen(log, position)
        places = retry(log, chosen)
    for letter, place in zip(chosen, places, strict=True):
        console().print(
            f"{_place(letter)} → {place.topic}/{place.partition}/{place.offset} for {letter.record.projection}"
        )
    console().print(f"{len(places)} retried.")


def _chosen(log: Log, position: str) -> list[Letter]:
    letters = read_letters(log)
    if not position:
        return due(log, letters)
    letter = _find(letters, position)
    relatives = [other for other in letters if other.family == letter.family]
    newest = max(relatives, key=lambda other: other.attempt)
    if newest is not letter:
        raise LogError(f"{position} was retried and refused again: see {_place(newest)}")
    if not due(log, relatives):
        raise LogError(f"{position} was retried already, and was not refused since")
    return [letter]


def _find(letters: list[Letter], position: str) -> Letter:
    found = [letter for letter in letters if _place(letter) == position]
    if not found:
        raise LogError(f"there is no dead letter at {position}: give PARTITION/OFFSET as `list` shows it")
    return found[0]


def _place(letter: Letter) -> str:
    position: Position = letter.position
    return f"{position.partition}/{position.offset}"
