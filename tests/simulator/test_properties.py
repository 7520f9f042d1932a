"""
Whatever a scenario says, its world is legal: no seat is sold twice, every hold ends, money adds up, all records decode.
"""

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.plans import DemandPlan, FansPlan, Programme, SupplyPlan
from simulator.scenario import Scenario
from simulator.simulation import simulate
from simulator.strategies import StrategyPlan

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
DAYS = 5.0
SOME = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
KINDS = ("arena", "stadium", "theatre", "club", "festival", "amphitheatre", "studio")
ABUSE = (
    StrategyPlan("bulk_bots", options={"accounts": 6, "least_pull": 0.0}),
    StrategyPlan("hold_and_release", options={"accounts": 3, "least_pull": 0.0}),
    StrategyPlan("insider_codes", options={"accounts": 3}),
)


def between(least, most):
    """
    Any range within bounds.
    """
    return st.tuples(st.floats(least, most), st.floats(least, most)).map(sorted).map(tuple)


SHARES = st.sampled_from([0.0, 0.1, 0.5, 1.0])
PROGRAMMES = st.builds(
    Programme,
    kinds=st.lists(st.sampled_from(KINDS), max_size=2, unique=True).map(tuple),
    first_day=st.floats(0, 2),
    every_days=st.sampled_from([0.0, 1.0, 2.5]),
    times=st.integers(0, 2),
    dates=st.sampled_from([(1, 1), (1, 3), (2, 4)]),
    residency=st.booleans(),
    popularity=between(0.05, 3.0),
    notice_days=between(0.0, 1.5),
    presale_days=st.sampled_from([0.0, 0.2, 1.0]),
    stagger_hours=st.sampled_from([0.0, 1.0, 20.0]),
    lead_days=between(0.3, 4.0),
    late=st.sampled_from([0.0, 1.0, 3.0]),
    price_cents=st.sampled_from([0, 150, 9_000]),
    markup=between(0.3, 3.0),
    package=st.booleans(),
    fate=st.sampled_from(["", "", "cancelled", "moved"]),
)
SUPPLIES = st.builds(
    SupplyPlan,
    venues=st.dictionaries(st.sampled_from(KINDS), st.integers(1, 2), min_size=1, max_size=3),
    scale=st.sampled_from([0.01, 0.05]),
    held_back=st.sampled_from([0.0, 0.05, 0.4, 1.0]),
    cancelled=SHARES,
    moved=SHARES,
    programmes=st.lists(PROGRAMMES, min_size=1, max_size=2).map(tuple),
)
DEMANDS = st.builds(
    DemandPlan,
    volume=st.sampled_from([0.3, 1.5]),
    lookers=st.sampled_from([0.0, 2.0]),
    first_day=SHARES,
    last_week=SHARES,
    local=SHARES,
    substitution=SHARES,
    comes_back=SHARES,
    groups=SHARES,
)
FANS = st.builds(
    FansPlan,
    population=st.integers(1, 400),
    families=SHARES,
    couples=SHARES,
    family_cards=SHARES,
    offices=SHARES,
    collectors=SHARES,
    budget_spread=st.sampled_from([0.0, 0.5, 2.0]),
)
SCENARIOS = st.builds(
    Scenario,
    name=st.just("any"),
    summary=st.just("Anything"),
    days=st.just(DAYS),
    supply=SUPPLIES,
    demand=DEMANDS,
    fans=FANS,
    strategies=st.sampled_from([(), ABUSE]),
)


@SOME
@given(scenario=SCENARIOS, seed=st.integers(0, 2**31))
def test_any_world_is_legal_to_its_end(audit, scenario, seed):
    """
    Nobody breaks a rule, no hold is left, every place that was announced is in some state, and money adds up.
    """
    auditor = audit(simulate(scenario, seed, START).encoded())

    assert (auditor.problems, auditor.holds) == ([], {})
    assert sum(auditor.states().values()) == auditor.places
    assert auditor.paid - auditor.refunded == sum(amount for _, _, amount in auditor.orders.values())


@SOME
@given(scenario=SCENARIOS, seed=st.integers(0, 2**31), hours=st.floats(0.1, 24 * DAYS))
def test_any_world_may_end_at_any_time(audit, scenario, seed, hours):
    """
    Cut short, it lets go of what is held, legally.
    """
    auditor = audit(simulate(scenario, seed, START).encoded_to_end(START + timedelta(hours=hours)))

    assert (auditor.problems, auditor.holds) == ([], {})
