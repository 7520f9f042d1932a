"""
The world before anything happens: the scenario, the venues with their charts, the people.
"""

from __future__ import annotations

from datetime import datetime
from random import Random

import msgspec

from simulator.customers import Population
from simulator.scenario import Scenario
from simulator.venues import Venue, make_venues


class World(msgspec.Struct, frozen=True):
    """
    Everything that is known beforehand. `name` goes into the ids of venues and customers.
    """

    name: str
    seed: int
    start: datetime
    scenario: Scenario
    venues: tuple[Venue, ...]
    population: Population


def make_world(name: str, scenario: Scenario, seed: int, start: datetime) -> World:
    """
    Return the world of this scenario and seed; the same arguments give the same world. Only shows depend on `start`.
    """
    supply, fans = scenario.supply, scenario.fans
    venues = make_venues(name, supply.venues, supply.scale, Random(f"{seed}/venues"))
    return World(name, seed, start, scenario, venues, Population(name, seed, fans))
