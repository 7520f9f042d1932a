"""
How fast batches go to a log: as fast as it takes them, at a rate, or each at its own time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from threading import Event
from time import monotonic

from inventory_stream.log import Log
from inventory_stream.records import Encoded
from simulator.journal import Happening, encoded
from simulator.simulation import Run

TICK_S = 0.02
LATE_S = 60.0

Progress = Callable[[int], None]
"""Told how many records were sent just now."""


def silent(sent: int) -> None:
    """
    Say nothing.
    """


def send_fast(log: Log, batches: Iterable[list[Encoded]], progress: Progress = silent) -> int:
    """
    Send as fast as the log takes it, and return how many records that were once all are safe.
    """
    total = 0
    for batch in batches:
        log.send(batch)
        total += len(batch)
        progress(len(batch))
    log.flush()
    return total


def send_nowhere(batches: Iterable[list[Encoded]], progress: Progress = silent) -> int:
    """
    Take every record and let it go, and return how many there were.
    """
    total = 0
    for batch in batches:
        total += len(batch)
        progress(len(batch))
    return total


def send_at_rate(
    log: Log,
    batches: Iterable[list[Encoded]],
    rate: float,
    stop: Event,
    progress: Progress = silent,
    *,
    elapsed: Callable[[], float] = monotonic,
) -> int:
    """
    Send `rate` records a second until the batches end, and return how many were sent.

    Args:
        stop: once it is set, what is left is sent at once; whoever sets it ends the batches.
        elapsed: a clock in seconds that never goes back.
    """
    began = elapsed()
    total = 0
    for piece in pieces(batches, max(1, int(rate * TICK_S))):
        stop.wait(max(0.0, began + total / rate - elapsed()))
        log.send(piece)
        total += len(piece)
        progress(len(piece))
    log.flush()
    return total


def send_in_real_time(
    log: Log, run: Run, stop: Event, progress: Progress = silent, *, now: Callable[[], datetime] | None = None
) -> None:
    """
    Play a run that starts now, each record when its time comes, until `stop` is set; then end what still runs.

    Returns early when the machine was asleep: what it missed is not caught up with.
    """
    now = now or (lambda: datetime.now(UTC))
    last = now()
    while not stop.wait(TICK_S):
        time = now()
        if (time - last).total_seconds() > LATE_S:
            break
        last = time
        _send(log, run.advance(time), run, progress)
    _send(log, run.close(), run, progress)
    log.flush()


def pieces(batches: Iterable[list[Encoded]], size: int) -> Iterator[list[Encoded]]:
    """
    Yield the same records in the same order, `size` at a time.
    """
    records = (record for batch in batches for record in batch)
    while piece := list(islice(records, size)):
        yield piece


def _send(log: Log, happenings: list[Happening], run: Run, progress: Progress) -> None:
    if happenings:
        log.send(encoded(happenings, run.source))
        progress(len(happenings))
