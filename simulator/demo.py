"""
`python -m simulator.demo`: a world to look at. The first start writes its past; then on-sales run for ever.

Stops on SIGTERM or Ctrl-C: what is held is let go, what is on sale is closed. The next start announces new shows, so it
is legal whatever happened to this one; holds of a process that was killed stay in the stream until somebody ends them.
"""

from __future__ import annotations

import signal
import sys
from datetime import UTC, datetime
from threading import Event

import typer

from inventory_stream.log import Log, LogError
from inventory_stream.log.kafka import KafkaLog
from inventory_stream.settings import StreamSettings, read_settings
from simulator.history import demo_world, load_history
from simulator.live import LiveSale
from simulator.pacing import send_in_real_time
from simulator.scenario import load_scenario
from simulator.settings import SimulatorSettings

LOADED = "demo world loaded"
SAY_EVERY = 10_000


class Reporter:
    """
    Says how many records were written, every few thousand.
    """

    def __init__(self) -> None:
        self._sent = 0

    def __call__(self, sent: int) -> None:
        """
        Count what was sent just now.
        """
        before, self._sent = self._sent, self._sent + sent
        if before // SAY_EVERY != self._sent // SAY_EVERY:
            typer.echo(f"demo world: {self._sent // SAY_EVERY * SAY_EVERY:,} records")


def play(log: Log, settings: SimulatorSettings, stop: Event) -> None:
    """
    Load the past unless it is there, then sell live until `stop` is set.
    """
    if not load_history(log, settings, datetime.now(UTC), stop, Reporter()):
        return
    typer.echo(LOADED)
    while not stop.is_set():
        start = datetime.now(UTC)
        number = int(start.timestamp() * 1000)
        scenario = load_scenario(settings.live_scenario)
        live = LiveSale(demo_world(settings, start), scenario, f"live{number}", start, settings.rate)
        typer.echo(f"live on-sale {live.source}: about {settings.rate:g} records/s")
        send_in_real_time(log, live, stop)


def main() -> int:
    """
    Play until told to end; returns the exit code.
    """
    settings, stream = read_settings(SimulatorSettings), read_settings(StreamSettings)
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    log = KafkaLog(stream.kafka_bootstrap_servers, stream.topic_prefix)
    try:
        play(log, settings, stop)
        log.close()
    except LogError as error:
        typer.echo(f"The demo cannot write to the stream at {stream.kafka_bootstrap_servers}: {error}", err=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
