"""
The demo's past: a world that has been selling for weeks, written once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import takewhile
from threading import Event
from typing import NamedTuple

from inventory_stream.log import Log
from inventory_stream.log.ranges import read_range
from inventory_stream.records import Delivered, encode
from simulator.journal import encoded
from simulator.pacing import Progress, send_fast, silent
from simulator.scenario import load_scenario
from simulator.settings import SimulatorSettings
from simulator.simulation import Simulation
from simulator.world import World, make_world

RUN = "demo"
LOADED_ID = f"{RUN}-loaded"
READ_TIMEOUT_S = 1.0


class Found(NamedTuple):
    """
    What the stream holds of the demo's past: when it begins (None: nothing is there), and whether all of it is there.
    """

    start: datetime | None
    loaded: bool


def find_history(log: Log, source: str = f"/simulator/{RUN}") -> Found:
    """
    Look for the demo's past in the inventory topic. Ends at the record that was written last.
    """
    start: datetime | None = None
    for record in _inventory(log):
        if record.source == source:
            if record.id == LOADED_ID:
                return Found(start, loaded=True)
            start = record.at if start is None else min(start, record.at)
    return Found(start, loaded=False)


def demo_world(settings: SimulatorSettings, start: datetime) -> World:
    """
    Return the demo's world, whose past begins at `start`. Its venues and people do not depend on `start`.
    """
    return make_world(RUN, load_scenario(settings.scenario), settings.seed, start)


def load_history(
    log: Log, settings: SimulatorSettings, now: datetime, stop: Event, progress: Progress = silent
) -> bool:
    """
    Write the demo's past unless the stream holds it, and return whether all of it is there now.

    A load that was cut off is written again, with the same ids, times and bytes: readers drop what they have had.
    """
    found = find_history(log)
    if found.loaded:
        return True
    days = load_scenario(settings.scenario).days
    start = found.start or now.replace(second=0, microsecond=0) - timedelta(days=days)
    until = start + timedelta(days=days)
    world = demo_world(settings, start)
    simulation = Simulation(world, RUN, days)
    # The venues carry the start of the past: they must be safe before anything else, so that a second try finds it.
    log.append(encoded(simulation.advance(start + timedelta(microseconds=1)), simulation.source))
    send_fast(log, takewhile(lambda _: not stop.is_set(), simulation.encoded_to_end(until)), progress)
    if stop.is_set():
        return False
    log.append([encode(world.venues[0].defined, id=LOADED_ID, source=simulation.source, time=until)])
    return True


def _inventory(log: Log) -> Iterator[Delivered]:
    """
    Yield every record that is in the inventory topic by now, values left undecoded.
    """
    starts, ends = log.start_positions(["inventory"]), log.end_positions(["inventory"])
    for records in read_range(log, starts, ends, frozenset(), timeout_s=READ_TIMEOUT_S):
        yield from records
