"""
Labels come late, not always, and not always rightly, as the plan says.
"""

from datetime import UTC, datetime, timedelta
from statistics import median

import msgspec
import pytest

from inventory_stream.records.feedback import AbuseCleared, AbuseConfirmed, PaymentChargedBack
from simulator.customers import Population
from simulator.labels import LabelPlan, Labels
from simulator.plans import FansPlan
from simulator.simulation import Run
from simulator.strategies import Crew

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
MANY = 4_000
SURE = LabelPlan(noticed_share=1.0, never_labelled_share=0.0, missed_share=0.0, blamed_share=0.0)


class Desk:
    """
    A stage with labels of a plan, and nothing else on it.
    """

    def __init__(self, plan, seed=1):
        self.population = Population("desk", seed, FansPlan(population=MANY))
        self.run = Run("desk", seed, START, self.population)
        self.labels = self.run.stage.labels = Labels(self.run.stage, plan)
        self.abusers = list(Crew(self.population, "crew").accounts(MANY, "bulk_bots"))

    def told(self):
        """
        Return everything that is found out in the end.
        """
        return [h for batch in self.run.batches() for h in batch]


def kinds(happenings):
    """
    Return the classes of the records.
    """
    return [type(h.record) for h in happenings]


def days(happenings):
    """
    Return how many days after the deeds each was told.
    """
    return [(h.time - START) / timedelta(days=1) for h in happenings]


@pytest.fixture(scope="module")
def order(simulate):
    """
    An order of somebody ordinary.
    """
    simulation, heard = simulate(1), []

    class Heard(Labels):
        def bought(self, order):
            heard.append(order)

    simulation.stage.labels = Heard(simulation.stage, LabelPlan())
    for _ in simulation.batches():
        pass
    return heard[0]


def test_reviews_take_days_about_their_median():
    """
    Half of them by the median, none after the longest, and none before the deed.
    """
    desk = Desk(msgspec.structs.replace(SURE, review_median_days=5.0, review_longest_days=20.0))
    for abuser in desk.abusers:
        desk.labels.suspected(abuser, "reselling")

    late = days(desk.told())

    assert median(late) == pytest.approx(5.0, rel=0.1)
    assert (min(late) > 0, max(late)) == (True, 20.0)


def test_a_share_is_never_labelled():
    """
    Whatever they do and however often: it is decided by who they are.
    """
    desk = Desk(msgspec.structs.replace(SURE, never_labelled_share=0.3))
    for abuser in desk.abusers * 3:
        desk.labels.suspected(abuser, "reselling")
        desk.labels.resold(abuser, 8, 3.0)

    assert len(desk.told()) / MANY == pytest.approx(0.7, abs=0.03)


def test_an_abuser_is_reviewed_once():
    """
    However many deeds are noticed.
    """
    desk = Desk(SURE)
    for _ in range(9):
        desk.labels.suspected(desk.abusers[0], "blocking")

    (found,) = desk.told()

    assert (found.record.customer_id, found.record.kind) == (desk.abusers[0].id, "blocking")


def test_some_abusers_are_taken_for_ordinary():
    """
    In the planned share.
    """
    desk = Desk(msgspec.structs.replace(SURE, missed_share=0.2))
    for abuser in desk.abusers:
        desk.labels.suspected(abuser, "reselling")

    told = kinds(desk.told())

    assert told.count(AbuseCleared) / len(told) == pytest.approx(0.2, abs=0.03)
    assert set(told) == {AbuseCleared, AbuseConfirmed}


def test_some_fans_are_taken_for_abusers(order):
    """
    In the planned share of those who are looked into.
    """
    desk = Desk(LabelPlan(fan_review_share=0.5, blamed_share=0.1, fan_dispute_share=0.0))
    for _ in range(MANY):
        desk.labels.bought(order)

    told = kinds(desk.told())

    assert len(told) / MANY == pytest.approx(0.5, abs=0.03)
    assert told.count(AbuseConfirmed) / len(told) == pytest.approx(0.1, abs=0.03)


def test_chargebacks_take_days_to_weeks(order):
    """
    As long as an owner needs to read a statement; some never notice.
    """
    desk = Desk(LabelPlan(disputed_share=0.8, chargeback_median_days=15.0, chargeback_longest_days=60.0))
    for _ in range(MANY):
        desk.labels.stole(order)

    told = desk.told()

    assert set(kinds(told)) == {PaymentChargedBack}
    assert len(told) / MANY == pytest.approx(0.8, abs=0.03)
    assert median(days(told)) == pytest.approx(15.0, rel=0.1)
    assert max(days(told)) == 60.0


def test_a_few_fans_dispute_what_was_theirs(order):
    """
    And nothing in the record tells it from theft.
    """
    desk = Desk(LabelPlan(fan_review_share=0.0, fan_dispute_share=0.05))
    for _ in range(MANY):
        desk.labels.bought(order)

    told = kinds(desk.told())

    assert set(told) == {PaymentChargedBack}
    assert len(told) / MANY == pytest.approx(0.05, abs=0.02)


@pytest.mark.parametrize(("tickets", "markup", "share"), [(8, 1.5, 1.0), (2, 1.5, 0.25), (8, 1.1, 0.0)])
def test_resale_is_evidence_by_its_size_and_price(tickets, markup, share):
    """
    Many tickets at twice the price surely, a pair seldom, any number at about its price never.
    """
    desk = Desk(msgspec.structs.replace(SURE, evidence_tickets=8, evidence_markup=1.25))
    for abuser in desk.abusers:
        desk.labels.resold(abuser, tickets, markup)

    assert len(desk.told()) / MANY == pytest.approx(share, abs=0.03)


def test_the_same_dice_find_out_the_same():
    """
    Labels are part of what a seed decides.
    """
    one, other = Desk(LabelPlan(), 3), Desk(LabelPlan(), 3)
    for desk in (one, other):
        for abuser in desk.abusers:
            desk.labels.suspected(abuser, "reselling")

    assert one.told() == other.told()
