"""
Those who abuse the system: each strategy a class against the interface in `base`, switched on and off by `conductor`.

`BUILT_IN` maps name → class. `ABUSERS` are the names: the classes of people in the truth that are not ordinary.
"""

from simulator.strategies.base import AnyStrategy, Options, Strategy, StrategyPlan
from simulator.strategies.conductor import Conductor, direct
from simulator.strategies.crew import Crew
from simulator.strategies.loading import StrategyError, load_strategy

_CLASSES: tuple[type[AnyStrategy], ...] = ()
BUILT_IN = {strategy.name: strategy for strategy in _CLASSES}
ABUSERS = frozenset(BUILT_IN)

__all__ = [
    "ABUSERS",
    "BUILT_IN",
    "Conductor",
    "Crew",
    "Options",
    "Strategy",
    "StrategyError",
    "StrategyPlan",
    "direct",
    "load_strategy",
]
