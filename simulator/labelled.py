"""
A world whose people are known for what they are, for those who train and judge models.
"""

from datetime import UTC, datetime

from simulator.simulation import Simulation
from simulator.strategies import direct, usual_strategies
from simulator.truth import Truth
from simulator.world import make_world

START = datetime(2026, 1, 5, 9, tzinfo=UTC)


def labelled_world(
    seed: int, *, events: int = 24, days: float = 45.0, visits: int = 400, population: int = 6_000
) -> Simulation:
    """
    Return a run whose records come from `batches()` or `encoded()`, and whose `truth` tells who was what.

    `truth` (customer_id → `ordinary` or the name of a strategy; the latter are `ABUSERS`) is complete once all batches
    were taken. It is no part of any record. Runs of different seeds share no customer.

    Args:
        events: shows (count).
        days: the span in which they go on sale.
        visits: visits of an ordinary show (count); records are about 10 times that, times `events`.
        population: ordinary customers (count).
    """
    name = f"labelled{seed}"
    world = make_world(name, seed, START, events=events, days=days, visits=visits, population=population)
    simulation = Simulation(world, seed, name, Truth(remember=True))
    direct(simulation.stage, usual_strategies(population), days)
    return simulation
