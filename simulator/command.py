"""
`seatstream simulate`.
"""

from __future__ import annotations

import signal
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from time import perf_counter
from typing import Annotated

import msgspec
import typer

from inventory_stream.log import Log, LogError
from inventory_stream.log.kafka import KafkaLog
from inventory_stream.records import Encoded
from inventory_stream.settings import StreamSettings
from simulator.pacing import limited, send_at_rate, send_fast
from simulator.simulation import Simulation
from simulator.strategies import direct, usual_strategies
from simulator.truth import Truth
from simulator.world import make_world

DEFAULT_RATE = 1_000.0


def app(
    seed: Annotated[int, typer.Option(help="The same seed, run and start write the same bytes.")] = 1,
    events: Annotated[int, typer.Option(min=1, help="Shows.")] = 30,
    days: Annotated[float, typer.Option(min=0.1, help="How long the world lasts.")] = 30.0,
    visits: Annotated[int, typer.Option(min=1, help="Visits of an ordinary show.")] = 300,
    rate: Annotated[float, typer.Option(min=0.1, help="Records a second.")] = DEFAULT_RATE,
    fast: Annotated[bool, typer.Option("--fast", help="As fast as the log takes them, whatever the rate.")] = False,
    limit: Annotated[int, typer.Option(min=0, help="Stop after so many records; 0: when the world ends.")] = 0,
    run: Annotated[str, typer.Option(help="Starts every id. Made from seed and time when empty.")] = "",
    start: Annotated[str, typer.Option(help="When the world begins, RFC 3339. `days` ago when empty.")] = "",
    truth: Annotated[Path | None, typer.Option(help="Write who was what, as JSON lines.")] = None,
) -> None:
    """
    Write a simulated world to the stream: venues, shows, fans and abusers.

    Examples:
      seatstream simulate --seed 7 --events 10 --days 14 --rate 500
      seatstream simulate --fast --limit 100000
      seatstream simulate --fast --truth truth.jsonl
    """
    now = datetime.now(UTC)
    begin = _time(start) if start else now - timedelta(days=days)
    run = run or f"s{seed}-{now:%Y%m%d%H%M%S}"
    world = make_world(run, seed, begin, events=events, days=days, visits=visits)
    simulation = Simulation(world, seed, run, Truth(remember=True))
    direct(simulation.stage, usual_strategies(world.population.size), days)
    settings = StreamSettings()
    log = KafkaLog(settings.kafka_bootstrap_servers, settings.topic_prefix)
    began = perf_counter()
    try:
        batches = simulation.encoded_to_end(begin + timedelta(days=days))
        sent = _send(log, limited(batches, limit) if limit else batches, 0.0 if fast else rate)
        log.close()
    except LogError as error:
        typer.echo(f"The stream at {settings.kafka_bootstrap_servers} took no records: {error}", err=True)
        raise typer.Exit(1) from error
    seconds = perf_counter() - began
    if truth is not None:
        write_truth(simulation, truth)
    typer.echo(f"{sent:,} records from {simulation.source} in {seconds:.1f} s ({sent / seconds:,.0f} records/s)")


def write_truth(simulation: Simulation, path: Path) -> None:
    """
    Write one JSON line for each customer who did something: `{"customer_id": …, "kind": …}`.
    """
    rows = ({"customer_id": customer_id, "kind": kind} for customer_id, kind in simulation.truth.items())
    path.write_bytes(msgspec.json.Encoder().encode_lines(list(rows)))


def _send(log: Log, batches: Iterable[list[Encoded]], rate: float) -> int:
    if not rate:
        return send_fast(log, batches)
    stop = Event()
    before = signal.signal(signal.SIGINT, lambda *_: stop.set())
    try:
        return send_at_rate(log, batches, rate, stop)
    finally:
        signal.signal(signal.SIGINT, before)


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text} is no RFC 3339 time", param_hint="--start") from error
    if time.tzinfo is None:
        raise typer.BadParameter(f"{text} has no offset: end it with Z", param_hint="--start")
    return time
