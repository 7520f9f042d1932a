"""
A seeded world that writes the stream: venues, demand, fans and abusers. The same seed gives the same bytes.

Read `scenario` and `plans` (what a world is like), `world`, `venues` and `planning` (what is there), `demand` (who comes
when), `actors` (what they do), `strategies` (who abuses it), `problems` (what goes wrong), `box_office` (what is legal),
`clock` (when), `truth` (what really happened), `simulation` (all of it as batches of records), `pacing` and `delivery`
(how they reach a log).

    from simulator import labelled_world, load_scenario, simulate

    simulation = simulate(load_scenario("season"), seed=7, start=datetime(2026, 1, 5, tzinfo=UTC))
    for batch in simulation.encoded():          # ready to append
        ...
    simulation = labelled_world(seed=7)         # small, and its truth is at hand
    for batch in simulation.batches():          # (id, record, time), in the order of time
        ...
    simulation.truth                            # customer_id → "ordinary" or the name of a strategy
"""

from simulator.labelled import labelled_world
from simulator.scenario import load_scenario
from simulator.simulation import Simulation, simulate
from simulator.strategies import ABUSERS

__all__ = ["ABUSERS", "Simulation", "labelled_world", "load_scenario", "simulate"]
