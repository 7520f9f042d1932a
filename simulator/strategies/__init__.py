"""
Those who abuse the system: each strategy a class against the interface in `base`, switched on and off by `conductor`.

`BUILT_IN` maps name → class. `ABUSERS` are the names: the classes of people in the truth that are not ordinary.
"""

from simulator.strategies.account_farms import AccountFarms
from simulator.strategies.account_takeover import AccountTakeover
from simulator.strategies.base import AnyStrategy, Options, Strategy, StrategyPlan
from simulator.strategies.bulk_bots import BulkBots
from simulator.strategies.conductor import Conductor, direct
from simulator.strategies.crew import Crew
from simulator.strategies.hold_and_release import HoldAndRelease
from simulator.strategies.insider_codes import InsiderCodes
from simulator.strategies.loading import StrategyError, load_strategy
from simulator.strategies.low_and_slow import LowAndSlow
from simulator.strategies.mixes import usual_strategies
from simulator.strategies.residential import Residential
from simulator.strategies.stolen_cards import StolenCards

_CLASSES: tuple[type[AnyStrategy], ...] = (
    BulkBots,
    AccountFarms,
    Residential,
    LowAndSlow,
    StolenCards,
    AccountTakeover,
    HoldAndRelease,
    InsiderCodes,
)
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
    "usual_strategies",
]
