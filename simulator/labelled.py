"""
A world whose people are known for what they are, for those who train and judge models.
"""

from datetime import UTC, datetime

from simulator.plans import DemandPlan, FansPlan, Programme, SupplyPlan
from simulator.scenario import Scenario
from simulator.simulation import Simulation, simulate
from simulator.strategies import StrategyPlan, usual_strategies
from simulator.truth import Truth

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
PLACES = 800
"""Places of a theatre or club on average, before they are scaled (count)."""


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
    scenario = small_scenario(events, days, visits, population, usual_strategies(population))
    return simulate(scenario, seed, START, run=f"labelled{seed}", truth=Truth(remember=True))


def small_scenario(
    events: int, days: float, visits: int, population: int, strategies: tuple[StrategyPlan, ...] = ()
) -> Scenario:
    """
    Return a world of theatres and clubs whose shows have about so many visits; every third one has a presale.
    """

    def programme(times: int, presale_days: float) -> Programme:
        """
        Return single nights, so many of them.
        """
        return Programme(
            times=times,
            every_days=0.6 * days / times,
            popularity=(0.25, 2.0),
            notice_days=(0.01 * days, 0.05 * days),
            presale_days=presale_days,
            lead_days=(0.15 * days, 0.9 * days),
            package=True,
        )

    supply = SupplyPlan(
        venues={"theatre": 5, "club": 3},
        scale=visits / PLACES / 1.2,
        programmes=tuple(
            programme(times, presale_days)
            for times, presale_days in ((events - events // 3, 0.0), (events // 3, 0.03 * days))
            if times
        ),
    )
    fans = FansPlan(population=population)
    return Scenario(
        "small", "A small world", days, supply=supply, demand=DemandPlan(), fans=fans, strategies=strategies
    )
