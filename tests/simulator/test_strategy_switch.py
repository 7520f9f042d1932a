"""
The world is neither trivial nor impossible for a model, and a strategy that was switched costs it dearly.
"""

import msgspec
import pytest

from benchmarks.strategy_switch import Experiment
from simulator.scenario import load_scenario

RELEARNED_DAY = 56


@pytest.fixture(scope="module")
def experiment():
    """
    The scenario, cut short, in small houses.
    """
    scenario = load_scenario("strategy-switch")
    supply = msgspec.structs.replace(scenario.supply, scale=0.05)
    return Experiment(msgspec.structs.replace(scenario, days=70.0, supply=supply), 2, RELEARNED_DAY)


def test_known_strategies_are_separated_but_not_trivially(experiment):
    """
    Learned from labels alone, judged by the truth on customers it has not seen.
    """
    assert 0.9 < experiment.judge("before", experiment.known).auc < 0.99


def test_a_switched_strategy_is_found_much_less_often(experiment):
    """
    At the same share of innocent people accused; what did not change is found as before.
    """
    known = experiment.judge("before", experiment.known).recall

    assert experiment.judge("after", experiment.new).recall < known / 2
    assert experiment.judge("after", experiment.unchanged).recall > known / 2


def test_learning_again_finds_more_of_them(experiment):
    """
    Labels come, if late: a model of theirs is better than the old one, and still not perfect.
    """
    old, relearned = (experiment.judge(phase, experiment.new) for phase in ("late", "relearned"))

    assert old.auc < relearned.auc < 0.95
    assert old.recall < relearned.recall
