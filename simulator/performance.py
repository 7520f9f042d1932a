"""
A scenario performed: its records on their way to a log, with its truth and its page on the side.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

import msgspec

from inventory_stream.records import Encoded
from simulator.delivery import Delivery
from simulator.journal import Happening, encoded
from simulator.report import Tally, check_report, write_report
from simulator.scenario import Scenario
from simulator.simulation import simulate
from simulator.truth import Sink, Truth
from simulator.truth.parquet import ParquetFiles


class Wishes(msgspec.Struct, frozen=True):
    """
    What is wanted of a performance.

    Args:
        days: how long the world lasts.
        run: starts every id; made of all other wishes when empty.
        truth: folder for the truth; none is written when it is None.
        report: file for the page; none is drawn when it is None.
    """

    scenario: Scenario
    seed: int
    start: datetime
    days: float
    run: str = ""
    truth: Path | None = None
    report: Path | None = None


class Performance:
    """
    One run of a scenario. Take its batches, then `finish`.

    Setting `stop` ends the world at the time it has reached: holds are let go, and the truth is that of the shorter run.

    Raises:
        ReportError, TruthError: the page or the truth could not be written; known before anything happens.
    """

    def __init__(self, wishes: Wishes) -> None:
        self.stop = Event()
        self._wishes = wishes
        self._tally: Tally | None = None
        sinks: list[Sink] = []
        if wishes.report is not None:
            check_report(wishes.report)
            self._tally = Tally(wishes.start, wishes.days)
            sinks.append(self._tally)
        if wishes.truth is not None:
            sinks.append(ParquetFiles(wishes.truth))
        self._truth = Truth(*sinks)
        self.simulation = simulate(
            wishes.scenario, wishes.seed, wishes.start, run=wishes.run, days=wishes.days, truth=self._truth
        )

    @property
    def done(self) -> float:
        """
        How many days of the world are over.
        """
        now = self.simulation.stage.clock.now
        return min((now - self._wishes.start) / timedelta(days=1), self._wishes.days)

    def batches(self) -> Iterator[list[Encoded]]:
        """
        Yield what is to be appended to the log, in order.
        """
        delivery = Delivery(self._wishes.scenario.delivery, self._wishes.seed, self._truth)
        source = self.simulation.source
        yield from delivery.deliver(encoded(happenings, source) for happenings in self._happenings())

    def finish(self) -> None:
        """
        Complete the truth and draw the page.
        """
        self._truth.end(self.simulation.count)
        if self._tally is not None and self._wishes.report is not None:
            wishes, scenario = self._wishes, self._wishes.scenario
            title = f"{scenario.name} (seed {wishes.seed}, {wishes.days:g} days): {scenario.summary}"
            write_report(self._tally, title, self._wishes.report)

    def _happenings(self) -> Iterator[list[Happening]]:
        until = self._wishes.start + timedelta(days=self._wishes.days)
        for happenings in self.simulation.batches(until=until):
            yield self._seen(happenings)
            if self.stop.is_set():
                break
        if happenings := self.simulation.close():
            yield self._seen(happenings)

    def _seen(self, happenings: list[Happening]) -> list[Happening]:
        if self._tally is not None:
            self._tally.see(happenings)
        return happenings
