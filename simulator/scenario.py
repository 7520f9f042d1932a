"""
Scenarios: readable files that say what a world is like. A scenario, a seed and a start make a run.

`scenarios/NAME.toml` lies beside this file; a path to a file of one's own works as well.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import msgspec

from simulator.delivery import DeliveryPlan
from simulator.labels import LabelPlan
from simulator.plans import DemandPlan, FansPlan, Positive, SupplyPlan
from simulator.problems.plans import ProblemPlan
from simulator.strategies.base import StrategyPlan
from simulator.strategies.loading import StrategyError, check_plan


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    A world to be. `days` is how long it lasts, `rate` how many records a second are written unless told otherwise.
    """

    name: str
    summary: str
    days: Positive = 30.0
    rate: Positive = 1_000.0
    supply: SupplyPlan = SupplyPlan()
    demand: DemandPlan = DemandPlan()
    fans: FansPlan = FansPlan()
    strategies: tuple[StrategyPlan, ...] = ()
    labels: LabelPlan = LabelPlan()
    problems: tuple[ProblemPlan, ...] = ()
    delivery: DeliveryPlan = DeliveryPlan()


class ScenarioError(Exception):
    """
    A scenario is not there, or something in it is wrong: the message names the field.
    """


def scenario_names() -> list[str]:
    """
    Return the names of the scenarios that come with the simulator.
    """
    return sorted(
        entry.name.removesuffix(".toml")
        for entry in files("simulator").joinpath("scenarios").iterdir()
        if entry.name.endswith(".toml")
    )


def load_scenario(name_or_path: str) -> Scenario:
    """
    Return the scenario of this name, or of a file whose path ends in `.toml`.

    Raises:
        ScenarioError: there is none, or a field is wrong.
    """
    try:
        scenario = msgspec.toml.decode(_text(name_or_path), type=Scenario)
        for plan in scenario.strategies:
            check_plan(plan)
    except (msgspec.DecodeError, StrategyError) as error:
        raise ScenarioError(f"scenario {name_or_path}: {error}") from error
    return scenario


def _text(name_or_path: str) -> str:
    if name_or_path in scenario_names():
        return files("simulator").joinpath("scenarios", f"{name_or_path}.toml").read_text(encoding="utf-8")
    if not name_or_path.endswith(".toml"):
        raise ScenarioError(
            f"scenario {name_or_path} is neither a path that ends in .toml nor one of {', '.join(scenario_names())}"
        )
    try:
        return Path(name_or_path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"scenario {name_or_path} cannot be read: {error}") from error
