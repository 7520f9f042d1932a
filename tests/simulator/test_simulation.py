"""
Whatever the seed, a run is legal, repeatable, and bounded in memory.
"""

import gc
import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory_stream.records import TYPES
from simulator import ABUSERS, labelled_world
from simulator import simulate as simulate_scenario
from simulator.live import LiveSale
from simulator.plans import FansPlan, Programme, SupplyPlan
from simulator.scenario import Scenario, load_scenario
from simulator.world import make_world

SEEDS = st.integers(min_value=0, max_value=2**31)
FEW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
START = datetime(2026, 3, 2, 8, tzinfo=UTC)


@FEW
@given(seed=SEEDS)
def test_every_run_is_legal(simulate, audit, seed):
    """
    No seat is sold twice, amounts are the prices, and every record decodes, in the order of time.
    """
    auditor = audit(simulate(seed, visits=250).encoded())

    assert auditor.problems == []


@FEW
@given(seed=SEEDS)
def test_every_hold_ends(simulate, audit, seed):
    """
    When the world has ended, no hold runs and no place is held.
    """
    auditor = audit(simulate(seed).encoded())

    assert not auditor.holds
    assert not auditor.states()["held"]


@FEW
@given(seed=SEEDS, hours=st.integers(min_value=1, max_value=150))
def test_a_run_cut_short_ends_its_holds(simulate, audit, seed, hours):
    """
    A run that is ended early releases what it holds, legally.
    """
    auditor = audit(simulate(seed).encoded_to_end(START + timedelta(hours=hours)))

    assert (auditor.problems, auditor.holds) == ([], {})


@FEW
@given(seed=SEEDS)
def test_money_adds_up(simulate, audit, seed):
    """
    What was paid less what was given back is what standing orders cost.
    """
    auditor = audit(simulate(seed).encoded())

    assert auditor.paid - auditor.refunded == sum(amount for _, _, amount in auditor.orders.values())


@FEW
@given(seed=SEEDS)
def test_places_are_neither_lost_nor_made(simulate, audit, seed):
    """
    At the end every place that went on sale is in some state.
    """
    auditor = audit(simulate(seed).encoded())

    assert sum(auditor.states().values()) == auditor.places


@FEW
@given(seed=SEEDS)
def test_same_seed_same_bytes(simulate, seed):
    """
    A run is a function of its arguments, to the byte.
    """
    once = [record for batch in simulate(seed).encoded() for record in batch]
    again = [record for batch in simulate(seed).encoded(size=37) for record in batch]

    assert once == again


def test_another_seed_is_another_world(simulate):
    """
    The seed decides.
    """
    assert [h.record for h in next(simulate(1).batches())] != [h.record for h in next(simulate(2).batches())]


def test_two_runs_share_no_id(simulate):
    """
    Records of two runs have different ids and sources, even of one seed.
    """
    one, other = simulate(1, "one"), simulate(1, "other")

    ids = {h.id for batch in one.batches() for h in batch} & {h.id for batch in other.batches() for h in batch}

    assert (ids, one.source, other.source) == (set(), "/simulator/one", "/simulator/other")


def test_every_customer_record_type_is_played(simulate, audit):
    """
    A world of some size shows every record type of activity and inventory.
    """
    kinds = audit(simulate(5, events=8, visits=1_000).encoded()).kinds

    assert {row.name for row in TYPES.values() if row.family in {"activity", "inventory"}} <= set(kinds)


def test_advancing_in_steps_is_the_same_run(simulate):
    """
    Who takes the records, and how often, changes nothing.
    """
    whole = [h for batch in simulate(3).batches(until=START + timedelta(hours=60)) for h in batch]
    run = simulate(3)
    steps = [h for hour in range(1, 61) for h in run.advance(START + timedelta(hours=hour))]

    assert steps == whole


def test_truth_is_known_and_never_told(simulate):
    """
    Every customer of the stream has a true kind, and no record says it.
    """
    simulation = labelled_world(3, events=8, visits=60)
    happenings = [h for batch in simulation.batches() for h in batch]
    customers = {getattr(h.record, "customer_id", "") for h in happenings} - {""}
    told = {type(h.record).__name__ for h in happenings if any(kind in repr(h.record) for kind in ABUSERS)}

    assert customers <= set(simulation.truth)
    assert set(simulation.truth.values()) & ABUSERS
    assert told == set()


@pytest.mark.parametrize("kind", ["abuse.confirmed.v1", "abuse.cleared.v1", "payment.charged_back.v1"])
def test_labels_come_on_feedback(audit, kind):
    """
    Reviews and chargebacks are told, some days after the deed.
    """
    assert audit(labelled_world(3, events=12).encoded()).kinds[kind]


def test_memory_does_not_grow_with_records(simulate):
    """
    Ten times the visits of the same shows leave hardly more behind when they are over.
    """
    few, many = (_left_behind(simulate(1, visits=visits)) for visits in (40, 400))

    assert many < few + 300_000


def test_memory_does_not_grow_with_days():
    """
    Four times the days, shows and records need no more at once: whatever is over is forgotten.
    """
    weeks, months = (_most_at_once(_shows_every_day(days)) for days in (15.0, 60.0))

    assert months[0] > 3 * weeks[0]
    assert months[1] < 1.15 * weeks[1]


def test_live_memory_does_not_grow_with_hours():
    """
    A live sale that has run for three days holds no more than one that has run for one.
    """
    world = make_world("w", load_scenario("demo"), 1, START)
    live = LiveSale(world, load_scenario("live"), "live", START, 0.6)
    live.advance(START + timedelta(hours=26))
    one = _objects(live)
    live.advance(START + timedelta(hours=74))

    assert _objects(live) < 1.3 * one + 500


def _objects(live):
    """
    Return how many orders, holds and shows are remembered.
    """
    shows = live.stage.shows.values()
    return len(shows) + len(live.stage.office.holds) + sum(len(show.orders) for show in shows)


def _shows_every_day(days):
    programme = Programme(every_days=0.5, lead_days=(2, 3), notice_days=(0.2, 0.4), popularity=(0.5, 0.5))
    supply = SupplyPlan({"club": 4}, 0.3, programmes=(programme,))
    scenario = Scenario("steady", "Two shows a day", days, supply=supply, fans=FansPlan(population=300))
    return simulate_scenario(scenario, 1, START)


def _left_behind(simulation):
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in simulation.batches():
        pass
    gc.collect()
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return after - before


def _most_at_once(simulation):
    """
    Return the number of records, and the most bytes that were in use.
    """
    gc.collect()
    tracemalloc.start()
    records = sum(map(len, simulation.batches()))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return records, most
