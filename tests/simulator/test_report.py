"""
The page of a run shows what its records and its truth say.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import msgspec
import pytest

from inventory_stream.records import TYPES
from inventory_stream.records.activity import EventViewed
from inventory_stream.records.inventory import OrderPlaced, OrderRefunded
from simulator.labelled import START, small_scenario
from simulator.problems import PaymentFailure
from simulator.report import ReportError, Tally, check_report, write_report
from simulator.report.panels import GROUPS
from simulator.simulation import simulate
from simulator.strategies import ABUSERS, usual_strategies
from simulator.truth import Truth
from tests.support.kept import Kept

DAYS = 8.0
SMALL_BYTES = 150_000


class Told:
    """
    A run with a problem: what happened, the truth, and the tally of both.
    """

    def __init__(self, strategies=()) -> None:
        self.kept, self.tally = Kept(), Tally(START, DAYS)
        truth = Truth(self.kept, self.tally)
        problems = (PaymentFailure(from_day=2.0, hours=24.0, device_kind="ios"),)
        scenario = msgspec.structs.replace(small_scenario(4, DAYS, 200, 500, strategies), problems=problems)
        simulation = simulate(scenario, 2, START, run="t", truth=truth)
        self.happened = [h for batch in simulation.batches(until=START + timedelta(days=DAYS)) for h in batch]
        self.happened += simulation.close()
        self.tally.see(self.happened)
        truth.end(simulation.count)

    def records(self, kind):
        """
        Return the records of a type.
        """
        return [h.record for h in self.happened if isinstance(h.record, kind)]


@pytest.fixture(scope="module")
def told() -> Told:
    """
    A run with abusers.
    """
    return Told(usual_strategies(500))


def test_every_record_is_counted_by_type(told):
    """
    As many as happened, of each type.
    """
    counted = {kind: sum(slots) for kind, slots in told.tally.records.items()}

    assert counted == Counter(type(h.record) for h in told.happened)


def test_sales_are_orders_less_refunds(told):
    """
    By event, in tickets; takings in money.
    """
    sold, takings = Counter(), 0
    for sign, kind in ((1, OrderPlaced), (-1, OrderRefunded)):
        for record in told.records(kind):
            sold[record.event_id] += sign * record.size()
            takings += sign * (record.face_cents + record.fees_cents)

    assert {event: sum(slots) for event, slots in told.tally.sold.items()} == sold
    assert told.tally.takings == takings


def test_tickets_go_to_the_class_of_their_buyer(told):
    """
    Whoever the truth calls an abuser that day has them counted as such.
    """
    classes = {}
    for row in told.kept.rows["customers_by_day"]:
        if classes.get((row["day"], row["customer_id"])) not in ABUSERS:
            classes[row["day"], row["customer_id"]] = row["class"]
    expected = Counter()
    for h in told.happened:
        if isinstance(h.record, OrderPlaced):
            expected[classes[h.time.date(), h.record.customer_id]] += h.record.size()
    found = Counter()
    for counts in told.tally.tickets.values():
        found.update(counts)

    assert found == expected
    assert set(found) & ABUSERS


def test_a_visit_counts_once_and_buys_at_most_once(told):
    """
    Visits are sessions that looked at an event; those that bought are among them.
    """
    looked = {record.session_id for record in told.records(EventViewed)}
    bought = {record.session_id for record in told.records(OrderPlaced)} & looked

    assert told.tally.visits.by_device.total() == told.tally.visits.by_region.total() == len(looked)
    assert told.tally.bought.by_device.total() == len(bought)


def test_unmet_demand_and_problems_are_those_of_the_truth(told):
    """
    The page has no other source.
    """
    assert sum(c.total() for c in told.tally.unmet.values()) == sum(
        r["tickets"] for r in told.kept.rows["unmet_demand"]
    )
    assert told.tally.problems == told.kept.rows["problems"] != []


def test_every_type_of_activity_and_inventory_has_its_group():
    """
    What is not in a group would be drawn as catalogue.
    """
    grouped = {kind for _, kinds in GROUPS for kind in kinds}

    assert grouped == {row.cls for row in TYPES.values() if row.family in {"activity", "inventory"}}


def test_the_page_is_a_small_picture(told, tmp_path):
    """
    A PNG that a document can hold.
    """
    path = tmp_path / "page.png"
    write_report(told.tally, "small: a world", path)

    assert path.read_bytes()[:4] == b"\x89PNG"
    assert 20_000 < path.stat().st_size < SMALL_BYTES


def test_the_page_names_what_it_shows(told, tmp_path):
    """
    Titles, units and the names of strategies and problems stand in it.
    """
    path = tmp_path / "page.svg"
    write_report(told.tally, "small: a world", path)
    text = path.read_text("utf-8")
    words = ["small: a world", "places sold (%)", "visits that bought (%)", "payment failure", "bulk_bots", "sold out"]

    assert [word for word in words if f"<!-- {word}" not in text and word not in text] == []


def test_a_quiet_world_has_a_page_too(tmp_path):
    """
    Without abusers, sales or problems the pictures say so.
    """
    path = tmp_path / "page.svg"
    write_report(Tally(START, DAYS), "nothing", path)

    assert "nobody abuses this world" in path.read_text("utf-8")


def test_a_page_that_cannot_be_written_is_refused(tmp_path):
    """
    The message says why.
    """
    with pytest.raises(ReportError, match=r"must end in one of \.png"):
        check_report(tmp_path / "page.gif")
    with pytest.raises(ReportError, match="folder that does not exist"):
        check_report(tmp_path / "no" / "page.png")
