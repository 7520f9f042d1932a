"""
Two runs of a billion records do not collide in ids: shown by arithmetic and by the shape of the ids.
"""

from datetime import UTC, datetime
from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.customers import HASH_BYTES, Population
from simulator.journal import Journal
from simulator.plans import FansPlan
from simulator.scenario import load_scenario
from simulator.simulation import Run, run_name, simulate

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
RECORDS = 2 * 10**9
HASHES_OF_A_PERSON = 12
"""No person has more: an id, three devices, three networks, two cards; what all share is counted for each."""

NEGLIGIBLE = 2.0**-30
RUNS = st.from_regex(r"[a-z0-9-]{1,30}", fullmatch=True)
NUMBERS = st.integers(min_value=1, max_value=10**12)


def collision(values, bits):
    """
    Return the most that the chance of any two equal values among so many is (the birthday bound).
    """
    return values * (values - 1) / 2 / 2.0**bits


def test_hashes_of_people_are_wide_enough():
    """
    Were every record that of a new person with all their hashes, a collision would still be next to impossible.
    """
    assert collision(RECORDS * HASHES_OF_A_PERSON, 8 * HASH_BYTES) < 2.0**-25
    assert collision(RECORDS, 8 * HASH_BYTES) < NEGLIGIBLE


def test_twelve_digits_would_collide():
    """
    The arithmetic is no formality: with 48 bits, ten million people make a collision likely.
    """
    assert collision(5 * 10**7, 48) > 0.5


def test_ids_are_as_wide_as_the_arithmetic_says():
    """
    What goes into records has that many bits, nothing is cut off.
    """
    customer = Population("w", 1, FansPlan()).ordinary(7)
    hashes = [customer.id.rpartition("-c")[2], customer.device_hash, customer.network_hash, customer.payment_hash]

    assert {len(bytes.fromhex(each)) for each in hashes} == {HASH_BYTES}
    assert log2(16**24) == 8 * HASH_BYTES


def test_names_of_runs_are_wide_enough():
    """
    A million runs of different arguments have different names, but for a chance of one in a million.
    """
    digest = run_name(load_scenario("season"), 1, START, 30.0).rpartition("-")[2]

    assert collision(10**6, 4 * len(digest)) < 1e-6


@given(one=RUNS, other=RUNS, first=NUMBERS, second=NUMBERS, kind=st.sampled_from("hol"))
def test_a_number_belongs_to_one_run(one, other, first, second, kind):
    """
    The last dash parts the run from the number, whatever the run is called: equal ids are of one run and one number.
    """
    ids = f"{one}-{kind}{first}", f"{other}-{kind}{second}"

    assert (ids[0] == ids[1]) == ((one, first) == (other, second))


@pytest.mark.parametrize("count", [1, 10**9, 10**12])
def test_numbers_go_on_beyond_a_billion(count):
    """
    Ids are counted without a limit, and fit the contract.
    """
    run = Run("season-0123456789abcdef", 1, START, Population("w", 1, FansPlan()))
    journal = Journal("season-0123456789abcdef", run.stage.clock)
    journal.count = count
    journal.tell(next(iter(simulate(load_scenario("quiet-week"), 1, START).batches()))[0].record)

    assert journal.take()[0].id == f"season-0123456789abcdef-{count + 1}"
    assert len(f"season-0123456789abcdef-o{count}") < 120


def test_two_runs_share_no_id_of_any_kind():
    """
    Two seeds of one scenario: no record, event, order, hold, session or customer is the same.
    """
    seen = []
    for seed in (1, 2):
        ids = set()
        for batch in simulate(load_scenario("quiet-week"), seed, START, days=2.0).batches():
            for happening in batch:
                names = ("event_id", "order_id", "hold_id", "session_id", "customer_id", "device_hash", "network_hash")
                ids |= {happening.id, *(getattr(happening.record, name, "") for name in names)} - {""}
        seen.append(ids)

    assert len(seen[0]) > 1_000
    assert not seen[0] & seen[1]
