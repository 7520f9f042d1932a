"""
A seeded world that writes the stream: venues, demand, fans and abusers. The same seed gives the same bytes.

Read `world` (what is there), `demand` (who comes when), `actors` (what they do), `box_office` (what is legal),
`clock` (when), `simulation` (all of it as batches of records), `pacing` (how fast they go to a log).

    from simulator import labelled_world

    simulation = labelled_world(seed=7)
    for batch in simulation.batches():          # (id, record, time), in the order of time
        ...
    simulation.truth                            # customer_id → "ordinary" or the name of a strategy
"""

from simulator.labelled import labelled_world
from simulator.simulation import Simulation
from simulator.strategies import ABUSERS
from simulator.world import World, make_world

__all__ = ["ABUSERS", "Simulation", "World", "labelled_world", "make_world"]
