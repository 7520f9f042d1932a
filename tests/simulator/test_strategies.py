"""
Strategies are legal whatever they are told, begin and stop on their days, and may come from elsewhere.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from textwrap import dedent

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory_stream.records.activity import CustomerSignedIn
from inventory_stream.records.inventory import SeatsHeld
from simulator import ABUSERS
from simulator.labelled import small_scenario
from simulator.scenario import Scenario, ScenarioError, load_scenario
from simulator.simulation import Simulation
from simulator.strategies import BUILT_IN, Crew, StrategyError, StrategyPlan, load_strategy
from simulator.truth import Truth
from simulator.world import make_world

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
SEEDS = st.integers(min_value=0, max_value=2**31)
FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
VALUES = {float: st.floats(min_value=0.2, max_value=1), int: st.integers(min_value=1, max_value=8)}


@st.composite
def plans(draw):
    """
    Any built-in strategy with any options, on any days; two in three belong to one crew.
    """
    name = draw(st.sampled_from(sorted(BUILT_IN)))
    fields = msgspec.structs.fields(BUILT_IN[name].takes)
    chosen = draw(st.sets(st.sampled_from([field.name for field in fields])))
    from_day = draw(st.sampled_from([0.0, 0.3, 1.0, 2.5]))
    return StrategyPlan(
        name,
        from_day,
        draw(st.sampled_from([None, from_day + 0.4, from_day + 2])),
        draw(st.sampled_from(["", "one", "one"])),
        {field.name: draw(VALUES[type(field.default)]) for field in fields if field.name in chosen},
    )


def world_of(*chosen, seed=1, days=6.0, truth=None, **sizes):
    """
    Return the run of a small world with these strategies.
    """
    scenario = small_scenario(
        **{"events": 4, "days": days, "visits": 30, "population": 300, **sizes}, strategies=chosen
    )
    return Simulation(make_world("w", scenario, seed, START), "t", days, truth)


@FEW
@given(seed=SEEDS, chosen=st.lists(plans(), min_size=1, max_size=4))
def test_strategies_are_legal_whatever_they_are_told(audit, seed, chosen):
    """
    The auditor of the contract finds nothing, and no hold outlives the run.
    """
    auditor = audit(world_of(*chosen, seed=seed).encoded())

    assert (auditor.problems, auditor.holds) == ([], {})


@FEW
@given(seed=SEEDS, chosen=st.lists(plans(), min_size=1, max_size=3))
def test_the_same_plans_give_the_same_bytes(seed, chosen):
    """
    Strategies draw from the run's dice and from nowhere else.
    """
    one, other = ([r for batch in world_of(*chosen, seed=seed).encoded() for r in batch] for _ in range(2))

    assert one == other


@FEW
@given(seed=SEEDS, name=st.sampled_from(sorted(BUILT_IN.keys() - {"account_takeover"})))
def test_a_stopped_strategy_begins_nothing(seed, name):
    """
    An hour after its end (what was begun is wound down) nobody of the crew signs in or holds anything.
    """
    plan = StrategyPlan(name, 0.0, 2.0)
    simulation = world_of(plan, seed=seed)
    crew = {account.id for account in Crew(simulation.stage.population, name).accounts(5_000, name)}
    end = START + timedelta(days=2, hours=1)

    acts = [
        h
        for batch in simulation.batches()
        for h in batch
        if h.time > end and isinstance(h.record, CustomerSignedIn | SeatsHeld) and h.record.customer_id in crew
    ]

    assert acts == []


@pytest.mark.parametrize("seed", range(3))
def test_stopped_thieves_sign_in_nowhere(seed):
    """
    Fans whose accounts were taken over come back; the devices of the thieves do not.
    """
    plan = StrategyPlan("account_takeover", 0.0, 2.0, options={"victims_per_day": 20.0})
    simulation = world_of(plan, seed=seed)
    crew = Crew(simulation.stage.population, "account_takeover")
    devices = {crew.hash("device", slot) for slot in range(load_strategy("account_takeover").takes().devices)}

    seen = [h.time for batch in simulation.batches() for h in batch if getattr(h.record, "device_hash", "") in devices]

    assert START < max(seen) < START + timedelta(days=2, hours=1)


def test_all_strategies_are_played_at_once():
    """
    Each class of people is in the truth of a world that plays all of them.
    """
    chosen = [StrategyPlan(name) for name in sorted(BUILT_IN)]
    simulation = world_of(*chosen, truth=Truth(remember=True), events=10, days=20.0, visits=100)
    for _ in simulation.batches():
        pass

    assert set(simulation.truth.values()) == {"ordinary", *ABUSERS}


def test_a_crew_that_changes_its_ways_keeps_its_accounts():
    """
    The same people, from another day on, under another class.
    """
    rows = []

    class Days:
        def write(self, table, new):
            rows.extend(new if table == "customers_by_day" else ())

        def close(self):
            pass

    bots = StrategyPlan("bulk_bots", 0.0, 3.0, "north", {"least_pull": 0.0})
    quiet = StrategyPlan("residential", 3.0, None, "north", {"least_pull": 0.0, "share": 0.8})
    simulation = world_of(bots, quiet, truth=Truth(Days()), events=20)
    for _ in simulation.batches():
        pass
    simulation.close()

    before, after = ({id for _, id, kind in rows if kind == name} for name in ("bulk_bots", "residential"))
    assert before & after
    assert max(day for day, _, kind in rows if kind == "bulk_bots") <= (START + timedelta(days=3)).date()


OUTSIDE = """
from simulator.strategies import Options, Strategy

class SniperOptions(Options, frozen=True, forbid_unknown_fields=True, kw_only=True):
    accounts: int = 3

class Sniper(Strategy[SniperOptions]):
    name = "sniper"
    takes = SniperOptions

    def opened(self, show, presale):
        for account in self.crew.accounts(self.options.accounts, self.name):
            self.stage.start(self.snipe(show, account), after_s=2.0)

    def snipe(self, show, account):
        visit = self.stage.visit(account, "web")
        visit.sign_in()
        yield 0.5
        hold = self.stage.office.hold(show, show.pick_section(0, 2), 2, account, visit.session_id, "web")
        if hold is not None:
            yield 1.0
            self.stage.office.order(hold)

class Nameless(Strategy):
    pass

class Odd(Strategy):
    name = "odd"
    takes = int

number = 7
"""


@pytest.fixture
def outside(tmp_path, monkeypatch):
    """
    The name of a module that is no part of this repository.
    """
    (tmp_path / "outside_abuse.py").write_text(dedent(OUTSIDE))
    (tmp_path / "broken_abuse.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "outside_abuse"
    sys.modules.pop("outside_abuse", None)


def test_a_strategy_from_elsewhere_plays(outside, audit):
    """
    It buys, legally, under its own name in the truth.
    """
    simulation = world_of(StrategyPlan(f"{outside}:Sniper"), truth=Truth(remember=True))

    auditor = audit(simulation.encoded())

    assert auditor.problems == []
    assert list(simulation.truth.values()).count("sniper") == 3


def test_a_scenario_file_names_a_strategy_from_elsewhere(outside, tmp_path):
    """
    With its days, its crew and its options.
    """
    path = tmp_path / "own.toml"
    path.write_text(
        f'name = "own"\nsummary = "mine"\n[[strategies]]\nstrategy = "{outside}:Sniper"\nfrom_day = 2\n'
        'crew = "north"\noptions = {accounts = 5}\n'
    )

    (plan,) = load_scenario(str(path)).strategies

    assert plan == StrategyPlan(f"{outside}:Sniper", 2.0, None, "north", {"accounts": 5})


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("bulk_bot", "no strategy is called 'bulk_bot'; there are account_farms, "),
        ("no_such_module:Sniper", "there is no module no_such_module"),
        ("outside_abuse:Snipe", "module 'outside_abuse' has no 'Snipe'"),
        ("outside_abuse:", "module 'outside_abuse' has no ''"),
        (":Sniper", "module '' has no 'Sniper'"),
        ("outside_abuse:number", "number is no subclass of simulator.strategies.Strategy"),
        ("outside_abuse:Nameless", "the class has no `name`"),
        ("outside_abuse:Odd", "`takes` is no subclass of simulator.strategies.Options"),
        ("broken_abuse:Sniper", "importing broken_abuse failed: division by zero"),
    ],
)
def test_what_cannot_be_loaded_is_named(outside, name, sentence):
    """
    In one sentence that says what to mend.
    """
    with pytest.raises(StrategyError) as caught:
        load_strategy(name)

    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ('strategy = "bulk_bot"', "no strategy is called 'bulk_bot'"),
        ('strategy = "bulk_bots"\noptions = {acounts = 3}', "unknown field `acounts`"),
        ('strategy = "bulk_bots"\noptions = {accounts = 0}', "`$.accounts`; its options are"),
        ('strategy = "bulk_bots"\nfrom_day = 3\nto_day = 2', "to_day 2 is not after from_day 3"),
        ('strategy = "bulk_bots"\nfrom_day = -1', "from_day -1 is before the start"),
        ('strategy = "bulk_bots"\nform_day = 1', "unknown field `form_day`"),
    ],
)
def test_a_scenario_with_a_wrong_strategy_is_refused(tmp_path, lines, sentence):
    """
    Before anything is played, with the field's name.
    """
    path = tmp_path / "wrong.toml"
    path.write_text(f'name = "wrong"\nsummary = "it is"\n[[strategies]]\n{lines}\n')

    with pytest.raises(ScenarioError) as caught:
        load_scenario(str(path))

    assert sentence in str(caught.value)


def test_built_in_names_are_the_names_of_their_classes():
    """
    And a plan without options is a plan.
    """
    assert {name: strategy.name for name, strategy in BUILT_IN.items()} == {name: name for name in ABUSERS}
    assert Scenario("s", "s", strategies=tuple(StrategyPlan(name) for name in BUILT_IN))
