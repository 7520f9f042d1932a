"""
A problem changes the stream from its start to its end, for those whom it hits, and for nobody else.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from statistics import mean

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory_stream.records import Record
from inventory_stream.records.activity import (
    ActivityRecord,
    CheckoutStarted,
    EventViewed,
    PaymentDeclined,
    QueueLeft,
    SeatsViewed,
)
from inventory_stream.records.catalogue import PricesSet, SeatsRepriced
from inventory_stream.records.inventory import OrderPlaced
from simulator.labelled import START, small_scenario
from simulator.plans import DemandPlan, FansPlan, Programme, SupplyPlan
from simulator.problems import ChartFailure, MispricedSection, PaymentFailure, ProblemPlan, QueueStall
from simulator.scenario import Scenario
from simulator.simulation import simulate
from simulator.truth import Truth
from tests.support.kept import Kept

DAYS = 1.5
FIRST_HOURS = {"after_on_sale_h": 0.1, "hours": 5.0}
LIKE_BEFORE = 0.12
"""How far a share may be from what it is without the problem, where nothing is wrong: chance, of some hundred visits."""


class Played:
    """
    A tour with a date in each of two theatres that many want to get into, and some problems.
    """

    def __init__(self, *problems: ProblemPlan) -> None:
        tour = Programme(dates=(2, 2), popularity=(1.5, 1.5), notice_days=(0.1, 0.1), lead_days=(9.0, 9.0))
        supply = SupplyPlan(venues={"theatre": 2}, scale=2.5, cancelled=0, moved=0, programmes=(tour,))
        fans = FansPlan(population=20_000)
        scenario = Scenario("t", "", DAYS, supply=supply, demand=DemandPlan(), fans=fans, problems=problems)
        self.kept = Kept()
        truth = Truth(self.kept)
        simulation = simulate(scenario, 5, START, run="t", truth=truth)
        self.happened = [h for batch in simulation.batches(until=START + timedelta(days=DAYS)) for h in batch]
        self.happened += simulation.close()
        truth.end(simulation.count)

    @property
    def rows(self) -> list[dict]:
        """
        What the truth says about problems.
        """
        return self.kept.rows["problems"]

    def during(self, problem: dict, kind: type[Record] = Record) -> list[Record]:
        """
        Return what happened while a problem went on, at any event.
        """
        return [
            h.record
            for h in self.happened
            if problem["start"] <= h.time < problem["end"] and isinstance(h.record, kind)
        ]

    def converted(self, problem: dict, step: type[ActivityRecord], into: type[Record], concerned: Callable) -> float:
        """
        Return which share of the sessions that took a step while a problem went on took another in the end.
        """
        began = {record.session_id for record in self.during(problem, step) if concerned(record)}
        went_on = {h.record.session_id for h in self.happened if isinstance(h.record, into)}
        assert len(began) > 80
        return len(began & went_on) / len(began)


@cache
def played(*problems: ProblemPlan) -> Played:
    """
    Return a world with these problems, made once.
    """
    return Played(*problems)


PEOPLE = [
    pytest.param({"device_kind": "ios"}, lambda record: record.device_kind == "ios", id="ios"),
    pytest.param({"region": "Texas"}, lambda record: record.region == "Texas", id="Texas"),
]


@pytest.mark.parametrize(
    "plan",
    [
        PaymentFailure(**FIRST_HOURS, device_kind="ios"),
        ChartFailure(**FIRST_HOURS, device_kind="ios"),
        QueueStall(**FIRST_HOURS),
        MispricedSection(**FIRST_HOURS),
        MispricedSection(from_day=0.5, hours=9, events=(0,)),
    ],
    ids=lambda plan: plan.kind,
)
def test_nothing_changes_before_a_problem_begins(plan):
    """
    Until then the run is that without the problem, record by record.
    """
    troubled = played(plan)
    begins = min(row["start"] for row in troubled.rows)

    assert [h for h in troubled.happened if h.time < begins] == [h for h in played().happened if h.time < begins]
    assert troubled.happened != played().happened


@pytest.mark.parametrize(("people", "concerned"), PEOPLE)
def test_a_payment_failure_loses_orders_of_those_concerned(people, concerned):
    """
    Their checkouts hardly end in an order; those of all others do as before.
    """
    troubled = played(PaymentFailure(**FIRST_HOURS, **people, share=0.95))
    row = troubled.rows[0]

    def share(of: Played, who: Callable) -> float:
        return of.converted(row, CheckoutStarted, OrderPlaced, who)

    assert share(troubled, concerned) < 0.5 * share(played(), concerned)
    assert share(troubled, lambda r: not concerned(r)) == pytest.approx(
        share(played(), lambda r: not concerned(r)), abs=LIKE_BEFORE
    )


def test_a_payment_failure_is_declined_for_its_reason():
    """
    Each hit is one record, of those concerned, while it lasts.
    """
    troubled = played(PaymentFailure(**FIRST_HOURS, device_kind="ios", reason="gateway_timeout"))
    declined = [h.record for h in troubled.happened if isinstance(h.record, PaymentDeclined)]
    hit = [record for record in declined if record.reason == "gateway_timeout"]

    assert len(hit) == sum(row["hits"] for row in troubled.rows) > 50
    assert {record.device_kind for record in hit} == {"ios"}


@pytest.mark.parametrize(("people", "concerned"), PEOPLE)
def test_a_chart_failure_shows_those_concerned_no_seats(people, concerned):
    """
    They look at the event and hardly at its seats; all others do as before.
    """
    troubled = played(ChartFailure(**FIRST_HOURS, **people, share=1.0))
    row = troubled.rows[0]

    def share(of: Played, who: Callable) -> float:
        return of.converted(row, EventViewed, SeatsViewed, who)

    assert share(troubled, concerned) < 0.5 * share(played(), concerned)
    assert share(troubled, lambda r: not concerned(r)) == pytest.approx(
        share(played(), lambda r: not concerned(r)), abs=LIKE_BEFORE
    )


def test_a_queue_stall_makes_people_wait_and_leave():
    """
    The line takes longer by what the plan says, and fewer are let in.
    """
    troubled = played(QueueStall(after_on_sale_h=0.0, hours=1.0, extra_s=700))
    stalled = [h.record for h in troubled.happened if isinstance(h.record, QueueLeft)]
    before = [h.record for h in played().happened if isinstance(h.record, QueueLeft)]

    assert mean(record.waited_s for record in stalled) > mean(record.waited_s for record in before) + 400
    assert mean(record.admitted for record in stalled) < mean(record.admitted for record in before) - 0.05


@pytest.mark.parametrize(("factor", "least", "most"), [(5.0, 0.0, 0.25), (0.25, 1.5, 100.0)])
def test_a_wrong_price_moves_buyers(factor, least, most):
    """
    Hardly anybody buys a section that is too dear, though people look and hold there as before; a cheap one is snapped up.
    """
    troubled = played(MispricedSection(after_on_sale_h=0.1, hours=20.0, events=(0,), factor=factor))
    (row,) = troubled.rows

    def bought(of: Played) -> int:
        # Groups that book over the counter hold nothing beforehand, and do not look at sections.
        records = [record for record in of.during(row, OrderPlaced) if record.hold_id]
        return sum(r.size() for r in records if (r.event_id, r.section) == (row["event_id"], row["section"]))

    assert bought(played()) > 20
    assert least <= bought(troubled) / bought(played()) < most


def test_a_wrong_price_is_told_and_set_right():
    """
    The section moves to a level of the wrong price when it begins, and back to its own when it ends.
    """
    troubled = played(MispricedSection(**FIRST_HOURS, events=(1,), factor=0.25))
    (row,) = troubled.rows
    moved = [(h.time, h.record) for h in troubled.happened if isinstance(h.record, SeatsRepriced)]
    prices = [
        (h.time, h.record.event_id, price)
        for h in troubled.happened
        if isinstance(h.record, PricesSet)
        for price in h.record.prices
    ]
    (first, wrong), (last, right) = [(time, record.price_level) for time, record in moved]
    cents = {price.price_level: price.face_cents for _, event_id, price in prices if event_id == row["event_id"]}

    assert (first, last) == (row["start"], row["end"])
    assert cents[wrong] == cents[right] // 4
    assert {record.section for _, record in moved} == {row["section"]}


def test_the_truth_says_when_whom_and_how_badly():
    """
    A plan for all events is a row for each of them when it waits for their sale, and one row when it has a day.
    """
    waits, has_day = (
        played(QueueStall(**FIRST_HOURS, extra_s=300)),
        played(PaymentFailure(from_day=0.5, hours=6, region="Texas")),
    )
    (row,) = has_day.rows

    assert [(r["event_id"], r["amount"]) for r in waits.rows] == [("t-e0", 300), ("t-e1", 300)]
    assert (row["kind"], row["event_id"], row["region"], row["amount"]) == ("payment_failure", "", "Texas", 0.9)
    assert (row["start"], row["end"]) == (START + timedelta(hours=12), START + timedelta(hours=18))


def test_a_problem_that_the_run_does_not_see_out_ends_with_it():
    """
    Its row says so.
    """
    (row,) = played(PaymentFailure(from_day=1.0, hours=500)).rows

    assert row["end"] <= START + timedelta(days=DAYS)


PLANS = st.one_of(
    *(
        st.builds(
            plan,
            hours=st.floats(0.1, 60),
            from_day=st.floats(0, 4),
            after_on_sale_h=st.none(),
            events=st.sampled_from([(), (0,), (1, 7)]),
        )
        for plan in (PaymentFailure, ChartFailure, QueueStall, MispricedSection)
    )
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plans=st.lists(PLANS, max_size=5), seed=st.integers(0, 2**31))
def test_whatever_goes_wrong_the_run_is_legal(audit, plans, seed):
    """
    Problems that overlap in any way break no rule, and every hold ends.
    """
    scenario = msgspec.structs.replace(small_scenario(3, 5.0, 80, 300), problems=tuple(plans))
    auditor = audit(simulate(scenario, seed, START).encoded_to_end(START + timedelta(days=5)))

    assert (auditor.problems, auditor.holds) == ([], {})


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"kind": "payment_failure", "hours": 1}, "from_day, after_on_sale_h: give one"),
        ({"kind": "payment_failure", "hours": 1, "from_day": 1, "after_on_sale_h": 1}, "give one"),
        ({"kind": "payment_failure", "hours": 0, "from_day": 1}, "hours"),
        ({"kind": "queue_stall", "hours": 1, "from_day": 1, "device": "ios"}, "device"),
        ({"kind": "earthquake", "hours": 1, "from_day": 1}, "earthquake"),
        ({"kind": "chart_failure", "hours": 1, "from_day": 1, "share": 2}, "share"),
    ],
)
def test_a_wrong_plan_is_named(wrong, said):
    """
    What is wrong with a problem of a scenario is said with its field.
    """
    with pytest.raises(msgspec.ValidationError, match=said):
        msgspec.convert(wrong, ProblemPlan)
