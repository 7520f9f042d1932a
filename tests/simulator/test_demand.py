"""
Who comes when, what they can afford, and what they do when they cannot have what they wanted.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from statistics import mean

import pytest

from inventory_stream.records import activity as a
from inventory_stream.records import catalogue as c
from inventory_stream.records import inventory as i
from simulator.plans import DemandPlan, FansPlan, Programme, SupplyPlan
from simulator.scenario import Scenario
from simulator.simulation import simulate
from simulator.truth import Truth

START = datetime(2026, 3, 2, 8, tzinfo=UTC)


class Wanted:
    """
    A sink of the truth that keeps who went without.
    """

    def __init__(self):
        self.reasons = Counter()

    def write(self, table, rows):
        """
        Count reasons.
        """
        if table == "turned_away":
            self.reasons.update(
                reason for row in rows for reason in row if isinstance(reason, str) and reason in REASONS
            )

    def close(self):
        """
        Nothing to do.
        """


REASONS = {"sold_out", "too_dear", "held_by_others", "queue", "failed_payment", "gave_up"}


def play(*programmes, days=10.0, seed=1, fans=None, venues=None, **demand):
    """
    Return what happens where these play, and who went without.
    """
    supply = SupplyPlan(venues or {"theatre": 3}, 0.4, 0.0, 0.0, 0.0, programmes)
    world = Scenario("d", "d", days, supply=supply, demand=DemandPlan(**demand), fans=fans or FansPlan())
    wanted = Wanted()
    truth = Truth(wanted)
    simulation = simulate(world, seed, START, truth=truth)
    happenings = [h for batch in simulation.batches() for h in batch]
    truth.end(len(happenings))
    return happenings, wanted.reasons


def tickets(happenings):
    """
    Return how many tickets were sold online.
    """
    return sum(h.record.size() for h in happenings if isinstance(h.record, i.OrderPlaced) and h.record.hold_id)


HIT = Programme(dates=(2, 2), popularity=(3, 3), lead_days=(6, 6), markup=(1, 1))


def test_who_finds_nothing_looks_at_another_date():
    """
    A date sold out sends people to the page of the next; without substitution, hardly anybody sees two.
    """

    def pages(substitution):
        seen = {}
        for h in play(HIT, substitution=substitution)[0]:
            if isinstance(h.record, a.EventViewed):
                seen.setdefault((h.record.device_hash, h.record.network_hash), set()).add(h.record.event_id)
        return mean(len(shows) > 1 for shows in seen.values())

    assert pages(1.0) > 2 * pages(0.0)


def test_another_date_takes_in_those_whom_the_first_turned_away():
    """
    Of three dates at different prices some are sold out or too dear: fewer go without when they may take another.
    """
    tour = Programme(dates=(3, 3), popularity=(1.2, 1.2), lead_days=(6, 6), markup=(0.7, 1.6))

    def turned_away(substitution):
        runs = (play(tour, venues={"club": 3}, seed=seed, substitution=substitution, lookers=0) for seed in range(3))
        return sum(reasons[reason] for _, reasons in runs for reason in ("sold_out", "too_dear", "held_by_others"))

    assert turned_away(1.0) < 0.85 * turned_away(0.0)


@pytest.mark.parametrize("seed", range(2))
def test_dearer_sells_less(seed):
    """
    A third more for the same shows, and people stay away; in a world that all value alike, nobody is told apart.
    """
    one, other = (
        play(Programme(every_days=1, popularity=(0.4, 0.4), lead_days=(4, 5), markup=(m, m)), seed=seed, groups=0)
        for m in (0.9, 1.2)
    )

    assert tickets(other[0]) < 0.92 * tickets(one[0])
    assert other[1]["too_dear"] > 1.3 * one[1]["too_dear"] > 0


def test_where_all_value_alike_a_fair_price_drives_nobody_away():
    """
    It is the spread of budgets that makes people sensitive.
    """
    fair = Programme(every_days=1, popularity=(0.4, 0.4), lead_days=(4, 5), markup=(1, 1))

    assert play(fair, fans=FansPlan(budget_spread=0))[1]["too_dear"] == 0
    assert play(fair, fans=FansPlan(budget_spread=0.6))[1]["too_dear"] > 0


def test_who_cares_for_seats_pays_for_them():
    """
    The dearest level goes to people with a larger budget than the cheapest.
    """
    happenings, _ = play(Programme(every_days=1, popularity=(0.4, 0.4), lead_days=(4, 5), markup=(1, 1)), groups=0)
    paid = {}
    for h in happenings:
        if isinstance(h.record, i.OrderPlaced) and not h.record.offer_id:
            paid.setdefault(h.record.price_level, []).append(h.record.face_cents / h.record.size())

    assert len(paid) == 4
    assert min(map(len, paid.values())) > 20
    assert mean(paid["P1"]) > mean(paid["P4"])


def test_the_sale_begins_with_a_rush_and_ends_with_one():
    """
    More a day on the first and in the last days than in between.
    """
    long = Programme(popularity=(0.5, 0.5), lead_days=(20, 20), notice_days=(0, 0))
    happenings, _ = play(long, venues={"arena": 1}, groups=0)
    opened = min(h.time for h in happenings if isinstance(h.record, c.EventOnSaleChanged))
    days = Counter((h.time - opened) // timedelta(days=1) for h in happenings if isinstance(h.record, a.EventViewed))
    middle = mean(days[day] for day in range(2, 12))

    assert days[0] > 2.5 * middle
    assert (days[18] + days[19]) / 2 > 1.3 * middle


def test_people_sleep():
    """
    In the long middle of a sale few come between one and five in the morning, where they live.
    """
    happenings, _ = play(Programme(popularity=(0.6, 0.6), lead_days=(20, 20)), groups=0, local=1.0)
    hours = Counter((h.time.hour - 6) % 24 for h in happenings if isinstance(h.record, a.EventViewed))

    assert sum(hours[hour] for hour in range(1, 5)) < 0.25 * sum(hours[hour] for hour in range(9, 13))


def test_most_come_from_near():
    """
    The share that is told lives in the region of the venue.
    """
    happenings, _ = play(Programme(popularity=(0.5, 0.5), lead_days=(5, 5)), local=0.8)
    regions = {h.record.venue_id: h.record.region for h in happenings if isinstance(h.record, c.VenueDefined)}
    (show,) = [h.record for h in happenings if isinstance(h.record, c.EventScheduled)]
    near = [h.record.region == regions[show.venue_id] for h in happenings if isinstance(h.record, a.EventViewed)]

    assert mean(near) == pytest.approx(0.8 + 0.2 / 8, abs=0.08)


def test_those_who_failed_come_back():
    """
    More sessions of one customer at one show when people try again.
    """

    def again(comes_back):
        visits = Counter()
        for h in play(Programme(popularity=(0.5, 0.5), lead_days=(5, 5)), comes_back=comes_back, lookers=0)[0]:
            if isinstance(h.record, a.CheckoutStarted):
                visits[h.record.customer_id, h.record.session_id[:2]] += 1
        return mean(count > 1 for count in visits.values())

    assert again(1.0) > 1.3 * again(0.0)


def test_who_wants_more_than_there_is_goes_without_and_the_truth_knows():
    """
    Three times as many as there are places: many reasons, told for each.
    """
    _, reasons = play(HIT, lookers=0.5)

    assert reasons["sold_out"] + reasons["held_by_others"] > reasons["failed_payment"] > 0
    assert reasons["queue"] > 0


def test_collectors_are_fast_and_come_often():
    """
    Ordinary people whom simple rules take for bots: a checkout within seconds, shows upon shows.
    """
    fans = FansPlan(population=2_000, collectors=0.02)
    happenings, _ = play(Programme(every_days=0.5, popularity=(0.5, 0.5), lead_days=(3, 4)), fans=fans, lookers=1.0)
    orders = Counter(
        h.record.customer_id for h in happenings if isinstance(h.record, i.OrderPlaced) and h.record.hold_id
    )
    held = {h.record.hold_id: h.time for h in happenings if isinstance(h.record, i.SeatsHeld)}
    fast = [
        h
        for h in happenings
        if isinstance(h.record, i.OrderPlaced)
        and h.record.hold_id
        and h.time - held[h.record.hold_id] < timedelta(seconds=15)
    ]

    assert orders.most_common(10)[-1][1] >= 4
    assert fast
