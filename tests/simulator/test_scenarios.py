"""
Scenarios are readable files: each that is shipped plays legally and repeatably, and wrong input is named.
"""

from datetime import UTC, datetime, timedelta
from itertools import chain, islice

import pytest

from simulator.scenario import ScenarioError, load_scenario, scenario_names
from simulator.simulation import run_name, simulate

START = datetime(2026, 3, 2, 8, tzinfo=UTC)


def first(scenario, days, seed=1):
    """
    Return the first days of a scenario as bytes.
    """
    simulation = simulate(scenario, seed, START, days=days)
    return [record for batch in simulation.encoded_to_end(START + timedelta(days=days)) for record in batch]


def test_all_scenarios_are_there():
    """
    Those that the documents name.
    """
    expected = {"onsale", "season", "strategy-switch", "payment-outage", "stadium-tour", "quiet-week", "demo", "live"}
    expected |= {"legacy-adapters"}

    assert set(scenario_names()) == expected


@pytest.mark.parametrize("name", scenario_names())
def test_a_scenario_is_called_as_its_file(name):
    """
    And says in a line what happens in it.
    """
    scenario = load_scenario(name)

    assert scenario.name == name
    assert len(scenario.summary) > 20


@pytest.mark.parametrize("name", scenario_names())
def test_a_scenario_is_legal(audit, name):
    """
    Its first days, ended early.
    """
    days = {"stadium-tour": 5.1, "onsale": 2.7}.get(name, 4.0)
    auditor = audit([first(load_scenario(name), days)])

    assert (auditor.problems, auditor.holds) == ([], {})


@pytest.mark.parametrize("name", scenario_names())
def test_a_scenario_repeats_to_the_byte(name):
    """
    The same scenario, seed, start and days; whoever takes the records, and in batches of whatever size.
    """
    runs = [simulate(load_scenario(name), 5, START, days=3.0).encoded(size) for size in (1_000, 77)]
    once, again = (list(islice(chain.from_iterable(run), 6_000)) for run in runs)

    assert once == again


def test_a_wrong_field_is_named(tmp_path):
    """
    With its place in the file.
    """
    path = tmp_path / "mine.toml"
    path.write_text('name = "mine"\nsummary = "s"\n[[supply.programmes]]\npopularity = [0.5, "much"]\n')

    with pytest.raises(ScenarioError, match=r"supply\.programmes\[0\]\.popularity\[1\]"):
        load_scenario(str(path))


@pytest.mark.parametrize("text", ['summary = "no name"', "name = ", 'name = "n"\nsummary = "s"\nhumour = 3'])
def test_a_broken_file_is_refused(tmp_path, text):
    """
    Fields that are missing, unknown, or no TOML at all.
    """
    path = tmp_path / "mine.toml"
    path.write_text(text)

    with pytest.raises(ScenarioError, match=r"mine\.toml"):
        load_scenario(str(path))


@pytest.mark.parametrize("name", ["seasons", "no-such-file.toml"])
def test_a_scenario_that_is_not_there_is_named(name):
    """
    Neither a name nor a file.
    """
    with pytest.raises(ScenarioError, match=name):
        load_scenario(name)


def test_a_run_is_named_by_its_arguments():
    """
    Any other scenario, seed, start or length is another run; the same are the same run.
    """
    season, onsale = load_scenario("season"), load_scenario("onsale")
    later = START + timedelta(microseconds=1)
    runs = [(season, 1, START, 9.0), (onsale, 1, START, 9.0), (season, 2, START, 9.0), (season, 1, later, 9.0)]
    names = [run_name(*run) for run in [*runs, (season, 1, START, 9.5), (season, 1, START, 9.0)]]

    assert (len(set(names)), names[0]) == (5, names[-1])
