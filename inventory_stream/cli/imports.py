"""
`seatstream import`: catalogues and charts of other systems into the stream.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from inventory_stream.importers import (
    Counts,
    Document,
    EventWanted,
    ImportRefused,
    Problem,
    append_documents,
    seatsio_documents,
    tickit_documents,
)
from inventory_stream.importers.documents import read_held
from inventory_stream.importers.seatsio import SOURCE as SEATSIO
from inventory_stream.importers.tickit import SOURCE as TICKIT
from inventory_stream.log import Log, LogError
from inventory_stream.log.kafka import KafkaLog
from inventory_stream.settings import StreamSettings

console = Console(soft_wrap=True, highlight=False)
complaints = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
_SHOWN = 20
_MAX_CENTS = 10**12  # the contract's limit of an amount

SkipInvalid = Annotated[bool, typer.Option("--skip-invalid", help="Leave out what is wrong, and list it.")]


def register(app: typer.Typer) -> None:
    """
    Add this file's commands.
    """
    group = typer.Typer(help="Bring catalogues and charts of other systems into the stream.", no_args_is_help=True)
    group.command("tickit")(import_tickit)
    group.command("seatsio")(import_seatsio)
    app.add_typer(group, name="import")


def import_tickit(
    folder: Annotated[Path, typer.Argument(help="Holds allevents_pipe.txt, venue_pipe.txt and the other two files.")],
    skip_invalid: SkipInvalid = False,
    shift_days: Annotated[int, typer.Option(help="Move all events by so many days; 364 keeps weekdays.")] = 0,
) -> None:
    """
    Import a TICKIT catalogue: venues with charts generated to their size, events, prices and seats on sale.

    Everything is checked first; nothing is appended while a line is wrong. A second import changes nothing.

    Examples:
      seatstream import tickit ./tickit
      seatstream import tickit ./tickit --skip-invalid
      seatstream import tickit ./tickit --shift-days 2548
    """
    with _sentences():
        documents, skipped = tickit_documents(folder, skip_invalid=skip_invalid, shift_days=shift_days)
        _say_skipped(skipped)
        _say_counts(_append(TICKIT, documents))


def import_seatsio(
    file: Annotated[Path, typer.Argument(help="A chart in the seats.io drawing format.")],
    venue_id: Annotated[str, typer.Option(help="The venue's id in the stream.")],
    venue_name: Annotated[str, typer.Option(help="The venue's name.")],
    event: Annotated[str, typer.Option(help="Also schedule an event of this name on the chart.")] = "",
    starts_at: Annotated[str, typer.Option(help="When the event starts, with zone: 2027-05-01T20:00:00+02:00.")] = "",
    price: Annotated[
        list[str] | None, typer.Option(help="Face value of a category, as in CATEGORY=45.00; or 45.00 for all others.")
    ] = None,
    currency: Annotated[str, typer.Option(help="ISO 4217 code of the prices.")] = "USD",
    skip_invalid: SkipInvalid = False,
) -> None:
    r"""
    Import a seats.io chart for a venue, and on request an event with all its seats on sale.

    Examples:
      seatstream import seatsio chart.json --venue-id race-track --venue-name "Race Track"
      seatstream import seatsio chart.json --venue-id race-track --venue-name "Race Track" \
        --event "Grand Prix" --starts-at 2027-05-01T14:00:00Z --price 45 --price "Goal Stands=95.50"
    """
    with _sentences():
        wanted = _event(event, starts_at, price or [], currency)
        chart = seatsio_documents(file, venue_id, venue_name, event=wanted, skip_invalid=skip_invalid)
        _say_skipped(chart.skipped)
        counts = _append(SEATSIO, chart.documents)
        console.print(f"venue [b]{chart.venue_id}[/b], chart [b]{chart.chart_id}[/b], {chart.places:,} places")
        if chart.event_id:
            console.print(f"event [b]{chart.event_id}[/b]")
        _say_counts(counts)


def _append(source: str, documents: Sequence[Document]) -> Counts:
    settings = StreamSettings()
    with closing(KafkaLog(settings.kafka_bootstrap_servers, settings.topic_prefix)) as log:
        return append_with_progress(log, source, documents)


def append_with_progress(log: Log, source: str, documents: Sequence[Document]) -> Counts:
    """
    Compare the documents with the stream and append what is new, showing how far that is.
    """
    ends, starts = log.end_positions(["inventory"]), log.start_positions(["inventory"])
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console) as progress:
        reading = progress.add_task("reading the stream", total=sum(ends.values()) - sum(starts.values()))
        held = read_held(log, source, report=lambda count: progress.advance(reading, count))
        appending = progress.add_task("appending", total=len(documents))
        return append_documents(
            log,
            source,
            documents,
            now=datetime.now(UTC),
            held=held,
            report=lambda count: progress.advance(appending, count),
        )


@contextmanager
def _sentences() -> Iterator[None]:
    """
    Turn what may go wrong into sentences and a non-zero exit.
    """
    try:
        yield
    except ImportRefused as error:
        _say_problems(error.problems)
        complaints.print(f"Nothing was imported: {len(error.problems):,} problems.")
        raise typer.Exit(1) from error
    except LogError as error:
        complaints.print(f"The stream cannot be used: {error}")
        raise typer.Exit(1) from error


def _say_problems(problems: Sequence[Problem]) -> None:
    for problem in problems[:_SHOWN]:
        complaints.print(str(problem))
    if len(problems) > _SHOWN:
        complaints.print(f"... and {len(problems) - _SHOWN:,} more.")


def _say_skipped(skipped: Sequence[Problem]) -> None:
    for problem in skipped:
        complaints.print(f"skipped {problem}")
    if skipped:
        complaints.print(f"Skipped {len(skipped):,}.")


def _say_counts(counts: Counts) -> None:
    console.print(f"{counts.added:,} records added, {counts.changed:,} changed, {counts.unchanged:,} unchanged.")


def _event(name: str, starts_at: str, prices: Sequence[str], currency: str) -> EventWanted | None:
    if not name:
        if starts_at or prices:
            raise typer.BadParameter("--starts-at and --price describe an event: name it with --event")
        return None
    try:
        start = datetime.fromisoformat(starts_at)
    except ValueError:
        raise typer.BadParameter(f"--starts-at: '{starts_at}' is not a time like 2027-05-01T20:00:00Z") from None
    if start.tzinfo is None:
        raise typer.BadParameter(f"--starts-at: '{starts_at}' has no zone; end it with Z or +02:00")
    pairs = [price.rpartition("=") for price in prices]
    by_category = {category: _cents(amount) for category, equals, amount in pairs if equals}
    others = [_cents(amount) for _, equals, amount in pairs if not equals]
    return EventWanted(name, start, others[-1] if others else 5_000, by_category, currency)


def _cents(amount: str) -> int:
    try:
        cents = Decimal(amount) * 100
    except InvalidOperation:
        cents = Decimal("NaN")
    # NaN is outside of any limits, too.
    if not (cents.is_finite() and 0 <= cents <= _MAX_CENTS and cents == int(cents)):
        raise typer.BadParameter(f"--price: '{amount}' is not an amount like 45.00")
    return int(cents)
