"""
`seatstream simulate`.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from time import perf_counter
from typing import Annotated

import msgspec
import typer
from rich import box
from rich import progress as rich_progress
from rich.console import Console
from rich.table import Table

from inventory_stream.cli.stream import stream_log
from simulator.pacing import Progress, send_at_rate, send_fast, send_nowhere
from simulator.performance import Performance, Wishes
from simulator.report import ReportError
from simulator.scenario import Scenario, ScenarioError, load_scenario, scenario_names
from simulator.strategies import StrategyError, StrategyPlan, load_strategy
from simulator.truth.parquet import TruthError


def app(
    context: typer.Context,
    scenario: Annotated[str, typer.Option(help="A name of --list, or a path to a file of your own.")] = "onsale",
    seed: Annotated[int, typer.Option(help="The same seed, scenario, days and start write the same bytes.")] = 1,
    days: Annotated[
        float | None, typer.Option(min=0.01, help="How long the world lasts; else the scenario says.")
    ] = None,
    rate: Annotated[float | None, typer.Option(min=0.1, help="Records a second; else the scenario says.")] = None,
    fast: Annotated[bool, typer.Option("--fast", help="As fast as the log takes them, whatever the rate.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing to the stream; needs no log.")] = False,
    start: Annotated[str, typer.Option(help="When the world begins, RFC 3339; else so that it ends now.")] = "",
    run: Annotated[str, typer.Option(help="Starts every id; else made of all that decides about the run.")] = "",
    strategy: Annotated[
        list[str] | None,
        typer.Option(help="Add abusers: a built-in strategy, or package.module:Class. May be given again."),
    ] = None,
    truth: Annotated[Path | None, typer.Option(help="Write what is true as Parquet into this folder.")] = None,
    report: Annotated[Path | None, typer.Option(help="Draw the run on one page: a .png, .svg or .pdf.")] = None,
    list_scenarios: Annotated[bool, typer.Option("--list", help="Show the scenarios and do nothing.")] = False,
) -> None:
    """
    Write a simulated world to the stream: venues, shows, fans, abusers, problems.

    Examples:
      seatstream simulate --list
      seatstream simulate --scenario season --fast --truth truth
      seatstream simulate --scenario payment-outage --dry-run --report page.png
      seatstream simulate --scenario onsale --rate 500 --strategy my_package.bots:Sniper
    """
    if list_scenarios:
        Console(soft_wrap=True).print(_scenarios())
        return
    chosen = _scenario(scenario, strategy or [])
    lasts = days or chosen.days
    begin = _time(start) if start else datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(days=lasts)
    wishes = Wishes(chosen, seed, begin, lasts, run, truth, report)
    _perform(context, wishes, 0.0 if fast else rate or chosen.rate, dry_run=dry_run)


def _perform(context: typer.Context, wishes: Wishes, rate: float, *, dry_run: bool) -> None:
    try:
        performance = Performance(wishes)
    except TruthError as error:
        raise typer.BadParameter(str(error), param_hint="--truth") from error
    except ReportError as error:
        raise typer.BadParameter(str(error), param_hint="--report") from error
    began = perf_counter()
    with _stopped_by_interrupt(performance.stop), _bar(performance, wishes.days) as progress:
        sent = _send(context, performance, rate, progress, dry_run=dry_run)
    seconds = perf_counter() - began
    performance.finish()
    where = "nowhere (dry run)" if dry_run else "to the stream"
    speed = f"{seconds:.1f} s, {sent / seconds:,.0f} a second"
    typer.echo(f"{sent:,} records of {performance.simulation.source} {where} in {speed}")
    for path in filter(None, (wishes.truth, wishes.report)):
        typer.echo(f"wrote {path}")


def _send(context: typer.Context, performance: Performance, rate: float, progress: Progress, *, dry_run: bool) -> int:
    if dry_run:
        return send_nowhere(performance.batches(), progress)
    with stream_log(context) as log:
        if not rate:
            return send_fast(log, performance.batches(), progress)
        return send_at_rate(log, performance.batches(), rate, performance.stop, progress)


def _scenario(name: str, strategies: list[str]) -> Scenario:
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.append(here)  # a strategy may lie where the command is given; last, so that it hides nothing
    try:
        scenario = load_scenario(name)
    except ScenarioError as error:
        raise typer.BadParameter(str(error), param_hint="--scenario") from error
    try:
        for each in strategies:
            load_strategy(each)
    except StrategyError as error:
        raise typer.BadParameter(str(error), param_hint="--strategy") from error
    added = tuple(StrategyPlan(strategy=each) for each in strategies)
    return msgspec.structs.replace(scenario, strategies=scenario.strategies + added)


def _scenarios() -> Table:
    table = Table("scenario", "days", "records/s", "abuse", "problems", "what happens", box=box.SIMPLE)
    for scenario in map(load_scenario, scenario_names()):
        counts = (len(scenario.strategies), len(scenario.problems))
        table.add_row(scenario.name, f"{scenario.days:g}", f"{scenario.rate:g}", *map(str, counts), scenario.summary)
    return table


@contextmanager
def _stopped_by_interrupt(stop: Event) -> Iterator[None]:
    before = signal.signal(signal.SIGINT, lambda *_: stop.set())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _bar(performance: Performance, days: float) -> Iterator[Progress]:
    """
    Show how far the world is. Where nobody watches, nothing is shown.
    """
    columns = (
        rich_progress.BarColumn(),
        rich_progress.TextColumn("day {task.completed:.1f} of {task.total:g}, {task.fields[sent]:,} records"),
    )
    console = Console(stderr=True)
    with rich_progress.Progress(
        *columns, rich_progress.TimeElapsedColumn(), console=console, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("", total=days, sent=0)

        def progress(sent: int) -> None:
            """
            Move the bar to where the world is.
            """
            bar.update(task, completed=performance.done, sent=bar.tasks[task].fields["sent"] + sent)

        yield progress


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text} is no RFC 3339 time", param_hint="--start") from error
    if time.tzinfo is None:
        raise typer.BadParameter(f"{text} has no offset: end it with Z", param_hint="--start")
    return time
