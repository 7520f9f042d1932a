"""
Ordinary people share what people share, so that a shared hash proves nothing; ids do not tell who is what.
"""

from collections import Counter, defaultdict
from random import Random

import pytest

from simulator.customers import Population
from simulator.plans import FansPlan

MANY = 4_000


def people(**fans):
    """
    Return everybody of a population.
    """
    population = Population("w", 3, FansPlan(population=MANY, **fans))
    return [population.ordinary(number) for number in range(MANY)]


def shared(customers, what):
    """
    Return how many of them have a hash that others have as well.
    """
    counts = Counter(getattr(customer, what) for customer in customers)
    return sum(count for count in counts.values() if count > 1)


def test_households_share_network_computer_and_card():
    """
    A fifth and more of the people share a card, with people they live with.
    """
    customers = people()
    homes = defaultdict(set)
    for customer in customers:
        homes[customer.payment_hash].add(customer.household)

    assert shared(customers, "payment_hash") > 0.1 * MANY
    assert shared(customers, "network_hash") > 0.2 * MANY
    assert shared(customers, "device_hash") > 0.05 * MANY
    assert all(len(households) == 1 for households in homes.values())


@pytest.mark.parametrize("what", ["payment_hash", "device_hash"])
def test_without_households_nobody_shares(what):
    """
    It is the households that make it so.
    """
    assert shared(people(families=0, couples=0), what) == 0


def test_those_who_live_together_live_in_one_region():
    """
    A household is of one place.
    """
    regions = defaultdict(set)
    for customer in people():
        regions[customer.household].add(customer.region)

    assert all(len(found) == 1 for found in regions.values())


def test_offices_dormitories_and_carriers_put_many_behind_one_network():
    """
    Over their visits, the busiest networks are those of dozens of people.
    """
    population, random = Population("w", 3, FansPlan(population=MANY)), Random(1)
    behind = defaultdict(set)
    for _ in range(20_000):
        customer = population.pick(random)
        behind[customer.network_hash].add(customer.id)

    assert sorted(map(len, behind.values()))[-20] > 20


def test_people_come_from_several_devices_and_networks():
    """
    One and the same customer, as sessions show them.
    """
    population, random = Population("w", 3, FansPlan(population=MANY)), Random(1)
    devices = defaultdict(set)
    for _ in range(20_000):
        customer = population.pick(random)
        devices[customer.id].add((customer.device_hash, customer.network_hash))

    assert max(map(len, devices.values())) > 3
    assert sum(len(found) > 1 for found in devices.values()) > 0.2 * len(devices)


def test_somebody_from_a_region_is_from_there():
    """
    Fans are picked by region.
    """
    population, random = Population("w", 3, FansPlan(population=MANY)), Random(1)

    assert {population.pick(random, "Ontario").region for _ in range(200)} == {"Ontario"}


def test_budgets_spread_as_told():
    """
    Half of the people value a show at more than its usual price; without a spread, all value it alike.
    """
    budgets = sorted(customer.budget for customer in people(budget_spread=0.5))

    assert budgets[MANY // 2] == pytest.approx(1, abs=0.05)
    assert budgets[MANY * 84 // 100] == pytest.approx(1.65, abs=0.12)
    assert {customer.budget for customer in people(budget_spread=0)} == {1.0}


def test_a_friend_is_from_the_same_region_where_there_is_one():
    """
    Who is alone there has only themselves, and nobody is looked for for ever.
    """
    few, many = (Population("w", 3, FansPlan(population=size)) for size in (1, MANY))
    random, alone, fan = Random(1), few.ordinary(0), many.ordinary(9)
    friends = [many.friend(fan, random) for _ in range(100)]

    assert few.friend(alone, random) == alone
    assert {friend.region for friend in friends} == {fan.region}
    assert sum(friend.id == fan.id for friend in friends) < 3
