"""
How fast the simulator makes a season, and whether its memory grows with the records.

It runs on one core and waits for nothing, so its speed is that of the processor time it takes: other work on the machine
does not blur it.
"""

from __future__ import annotations

import resource
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from time import process_time

from benchmarks.result import report
from simulator.journal import encoded
from simulator.pacing import send_nowhere
from simulator.performance import Performance, Wishes
from simulator.scenario import load_scenario
from simulator.simulation import simulate

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
SCENARIO = "season"
RECORDS_S = 50_000
SHORT_DAYS, LONG_DAYS = 90.0, 270.0
GROWTH = 1.2
"""The long run has three times the records; its memory may be this much more. Shows go on for up to two months after
they are announced, so a run that is much shorter than the short one is still filling up."""


def main() -> None:
    """
    Make a season into a log that only counts, against encoding its records alone; then compare peaks of memory.
    """
    made = rate()
    alone = encoding_rate()
    report(
        "simulate",
        made,
        "records/s",
        versus=f"encoding the same records alone: {alone:,.0f} records/s",
        ratio=made / alone,
        bar=f"at least {RECORDS_S:,} records/s on one core",
        ok=made >= RECORDS_S,
    )
    with tempfile.TemporaryDirectory() as folder:
        told = rate(Path(folder) / "truth")
    report(
        "simulate_truth",
        told,
        "records/s with the truth written",
        versus="without it",
        ratio=told / made,
    )
    (few, least), (many, most) = (peak_in_a_child(days) for days in (SHORT_DAYS, LONG_DAYS))
    report(
        "simulate_memory",
        most / 2**20,
        "MiB at most, with the truth written",
        versus=f"{least / 2**20:,.0f} MiB for {few:,} records, this for {many:,}",
        ratio=most / least,
        bar=f"at most {GROWTH} times, for {LONG_DAYS / SHORT_DAYS:g} times as long",
        ok=most <= GROWTH * least,
    )


def rate(truth: Path | None = None) -> float:
    """
    Return how many records a second a season makes, encoded, and with its truth when a folder is given.
    """
    performance = Performance(Wishes(load_scenario(SCENARIO), 1, START, SHORT_DAYS, truth=truth))
    began = process_time()
    records = send_nowhere(performance.batches())
    performance.finish()
    return records / (process_time() - began)


def encoding_rate() -> float:
    """
    Return how many of the same records a second are encoded, once they have happened.
    """
    simulation = simulate(load_scenario(SCENARIO), 1, START, days=SHORT_DAYS)
    records, seconds = 0, 0.0
    for happenings in simulation.batches(until=START + timedelta(days=SHORT_DAYS)):
        began = process_time()
        records += len(encoded(happenings, simulation.source))
        seconds += process_time() - began
    return records / seconds


def peak_in_a_child(days: float) -> tuple[int, int]:
    """
    Return records and peak memory (bytes) of a run in a process of its own.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as child:
        return child.submit(peak, days).result()


def peak(days: float) -> tuple[int, int]:
    """
    Return records and peak memory (bytes) of this process after a run with its truth.
    """
    with tempfile.TemporaryDirectory() as folder:
        performance = Performance(Wishes(load_scenario(SCENARIO), 1, START, days, truth=Path(folder) / "truth"))
        records = send_nowhere(performance.batches())
        performance.finish()
    unit = 1 if sys.platform == "darwin" else 1024
    return records, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


if __name__ == "__main__":
    main()
