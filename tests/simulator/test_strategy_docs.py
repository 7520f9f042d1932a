"""
`docs/strategies.md` says what is so: its example plays, its tables name every option with its default.
"""

import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from simulator.labelled import small_scenario
from simulator.labels import LabelPlan
from simulator.simulation import simulate
from simulator.strategies import BUILT_IN, StrategyPlan, load_strategy
from simulator.truth import Truth

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
TEXT = (Path(__file__).parents[2] / "docs/strategies.md").read_text(encoding="utf-8")


def told(struct):
    """
    Return the options of a struct as the tables write them.
    """
    return [f"`{field.name}` {field.default:g}" for field in msgspec.structs.fields(struct)]


@pytest.fixture
def example(tmp_path, monkeypatch):
    """
    The example's module.
    """
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    (tmp_path / "my_abuse.py").write_text(code)
    monkeypatch.syspath_prepend(str(tmp_path))
    return "my_abuse:Sniper"


def test_the_example_plays(example, audit):
    """
    As it stands in the text, legally, under its name in the truth.
    """
    scenario = small_scenario(4, 6.0, 30, 300, (StrategyPlan(example, options={"patience_s": 60.0}),))
    simulation = simulate(scenario, 1, START, truth=Truth(remember=True))

    auditor = audit(simulation.encoded())

    assert auditor.problems == []
    assert list(simulation.truth.values()).count("sniper") == 5
    assert load_strategy(example).name == "sniper"


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_table_names_every_option_with_its_default(name):
    """
    In the first row about the strategy.
    """
    row = re.findall(rf"^\| `{name}` \|.*$", TEXT, re.MULTILINE)[0]

    assert re.findall(r"`\w+` [\d.]+", row) == told(BUILT_IN[name].takes)


def test_the_table_names_every_field_of_labels():
    """
    With its default.
    """
    rows = re.findall(r"^\| (`\w+`) \| ([\d.]+) \|", TEXT, re.MULTILINE)

    assert [" ".join(row) for row in rows] == told(LabelPlan)
