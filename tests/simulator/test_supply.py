"""
What is on: venues with real and generated charts, tours, presales, packages, releases, mishaps.
"""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from inventory_stream.importers.seatsio import seatsio_documents
from inventory_stream.records import catalogue as c
from inventory_stream.records import inventory as i
from simulator.plans import DemandPlan, Programme, SupplyPlan
from simulator.scenario import Scenario
from simulator.simulation import simulate
from simulator.venues import make_venues, real_chart

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
CHARTS = Path(__file__).parents[3] / "shared/data/seatmaps"
SAMPLES = {"race_track": "sampleChartWithZones.json", "studio": "sampleChartWithSections.json"}


def scenario(*programmes, days=8.0, demand=None, **supply):
    """
    Return a small world in which these play.
    """
    plan = {"venues": {"theatre": 4, "club": 2}, "scale": 0.1, "cancelled": 0.0, "moved": 0.0, **supply}
    return Scenario("s", "s", days, supply=SupplyPlan(**plan, programmes=programmes), demand=demand or DemandPlan())


def played(world, seed=1, kind=None):
    """
    Return what happens in it, all or of one record type.
    """
    happenings = [h for batch in simulate(world, seed, START).batches() for h in batch]
    return happenings if kind is None else [h for h in happenings if isinstance(h.record, kind)]


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_real_chart_has_every_seat_of_the_sample(kind):
    """
    Reduced in size, not in seats: the importer finds the same labels and price levels in both.
    """
    path = CHARTS / SAMPLES[kind]
    if not path.exists():
        pytest.skip("the sample charts are not at hand")
    records = [document.build() for document in seatsio_documents(path, "v", "V").documents]
    sample = {r.section: r for r in records if isinstance(r, c.ChartSectionMapped)}
    sections = [section.mapped("v", "chart", 1) for section in real_chart(kind)[0]]

    def seats(section):
        return (section.price_level, section.zone, [seat.label for row in section.rows for seat in row.seats])

    assert {s.section: seats(s) for s in sections} == {name: seats(section) for name, section in sample.items()}


def test_a_section_of_a_real_chart_is_sold_as_it_is_drawn():
    """
    What is released names exactly the seats of the chart.
    """
    for section in real_chart("race_track")[0]:
        drawn = {seat.label for row in section.mapped("v", "chart", 1).rows for seat in row.seats}

        assert sorted(section.released("e").labels()) == sorted(drawn)
        assert len(drawn) == section.size


def test_venues_of_a_kind_stand_in_different_towns():
    """
    So that a tour has somewhere to go.
    """
    venues = make_venues("w", {"arena": 6, "studio": 1}, 0.1, Random(1))

    assert len({venue.defined.city for venue in venues if venue.kind == "arena"}) == 6
    assert len({venue.defined.venue_id for venue in venues}) == 7


def test_a_tour_visits_different_houses_and_opens_one_sale_after_the_other():
    """
    Four dates, four towns, an hour between the sales.
    """
    tour = Programme(category="music", dates=(4, 4), stagger_hours=1, gap_days=1, lead_days=(3, 3), kinds=("theatre",))
    shows = [h.record for h in played(scenario(tour), kind=c.EventScheduled)]

    assert len({show.venue_id for show in shows}) == len({show.starts_at for show in shows}) == 4
    assert len({show.tour for show in shows}) == len({show.attraction for show in shows}) == 1
    gaps = {later.on_sale_at - sooner.on_sale_at for sooner, later in pairwise(shows)}
    assert gaps == {timedelta(hours=1)}


def test_no_house_plays_twice_a_night():
    """
    However much is planned.
    """
    busy = Programme(every_days=0.2, lead_days=(3, 6), notice_days=(0.1, 0.2), popularity=(0.05, 0.1))
    shows = [h.record for h in played(scenario(busy), kind=c.EventScheduled)]
    nights = Counter((show.venue_id, show.starts_at.date()) for show in shows)

    assert len(shows) > 30
    assert set(nights.values()) == {1}


def test_programmes_end_when_they_are_told():
    """
    `times` counts tours; without it they go on as long as the world.
    """
    thrice = Programme(every_days=1, times=3, lead_days=(2, 2), popularity=(0.1, 0.1))
    endless = Programme(every_days=1, lead_days=(2, 2), popularity=(0.1, 0.1))

    assert len(played(scenario(thrice), kind=c.EventScheduled)) == 3
    assert len(played(scenario(endless), kind=c.EventScheduled)) > 5


def test_a_presale_sells_to_members_before_all():
    """
    Orders of the presale name its offer, and come before the general sale.
    """
    happenings = played(scenario(Programme(presale_days=1, lead_days=(3, 3), popularity=(1, 1))))
    orders = [h for h in happenings if isinstance(h.record, i.OrderPlaced)]
    (general,) = [
        h.time
        for h in happenings
        if isinstance(h.record, c.EventOnSaleChanged) and h.record.on_sale_at and not h.record.presale
    ]
    members = [h.time for h in orders if h.record.offer_id.endswith("-members")]

    assert members
    assert max(members) < general
    assert all(h.time >= general for h in orders if not h.record.offer_id.endswith("-members"))


def test_a_package_costs_more_and_says_which():
    """
    Some take the lounge: their orders name the offer and cost what it says.
    """
    happenings = played(scenario(Programme(package=True, every_days=1, lead_days=(3, 3), popularity=(0.7, 0.7))))
    offers = {h.record.offer_id: h.record for h in happenings if isinstance(h.record, c.OfferPublished)}
    taken = [h.record for h in happenings if isinstance(h.record, i.OrderPlaced) and h.record.offer_id in offers]

    assert taken
    assert all(order.face_cents == offers[order.offer_id].face_cents * order.size() for order in taken)


def test_places_are_kept_back_and_released_later():
    """
    What is blocked comes free again before the show.
    """
    happenings = played(scenario(Programme(lead_days=(4, 4)), held_back=0.1))
    blocked = sum(h.record.size() for h in happenings if isinstance(h.record, c.SeatsBlocked))
    again = sum(len(h.record.seats) for h in happenings if isinstance(h.record, c.SeatsReleased) and h.record.seats)

    assert blocked == again > 0


@pytest.mark.parametrize("seed", range(3))
def test_a_cancelled_show_gives_all_money_back(audit, seed):
    """
    Nobody who paid is left without, nothing is sold afterwards, and nobody comes.
    """
    world = scenario(Programme(fate="cancelled", lead_days=(4, 4), popularity=(0.8, 0.8)))
    happenings = played(world, seed)
    (at,) = [h.time for h in happenings if isinstance(h.record, c.EventCancelled)]
    resold = {h.record.order_id for h in happenings if isinstance(h.record, i.ListingSold)}
    auditor = audit(simulate(world, seed, START).encoded())

    assert auditor.problems == []
    assert not any(isinstance(h.record, i.SeatsHeld | i.TicketScanned) and h.time > at for h in happenings)
    assert len(auditor.orders) == len(resold)


def test_a_moved_show_plays_later_and_some_give_back():
    """
    The doors open at the new time.
    """
    happenings = played(scenario(Programme(fate="moved", lead_days=(4, 4), popularity=(0.8, 0.8))))
    (moved,) = [h.record for h in happenings if isinstance(h.record, c.EventRescheduled)]
    scans = [h.time for h in happenings if isinstance(h.record, i.TicketScanned)]
    reasons = Counter(h.record.reason for h in happenings if isinstance(h.record, i.OrderRefunded))

    assert min(scans) >= moved.starts_at
    assert reasons["event_moved"] > 0


def test_prices_have_fees_and_fall_from_level_to_level():
    """
    Each level of a chart has its price, the dearest first.
    """
    by_show = defaultdict(list)
    for happening in played(scenario(Programme(lead_days=(3, 3))), kind=c.PricesSet):
        by_show[happening.record.event_id] += happening.record.prices

    for prices in by_show.values():
        assert [p.face_cents for p in prices] == sorted((p.face_cents for p in prices), reverse=True)
        assert all(0.15 < p.fees_cents / p.face_cents < 0.4 for p in prices)
