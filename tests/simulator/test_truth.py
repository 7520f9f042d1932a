"""
What the truth says agrees with what the stream says, wherever the stream says anything about it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory_api.projection import InventoryProjection
from inventory_api.tables import SectionRow, SectionStatusRow
from inventory_stream.records import SeatRun, decode
from inventory_stream.records import inventory as i
from inventory_stream.records.catalogue import EventScheduled
from inventory_stream.testing import ProjectionDriver
from simulator.delivery import DeliveryPlan
from simulator.labelled import START, small_scenario
from simulator.problems import MispricedSection, PaymentFailure, ProblemPlan
from simulator.simulation import simulate
from simulator.strategies import ABUSERS, usual_strategies
from simulator.truth import TABLES, Truth
from simulator.truth.parquet import ParquetFiles, TruthError
from simulator.truth.reading import read_truth, rows
from simulator.truth.tables import documentation
from tests.support.kept import Kept
from tests.support.replayed import replayed
from venue_api.projection import VenueProjection
from venue_api.tables import HourSales, VenueEventRow

DOCUMENT = Path(__file__).parents[2] / "docs/truth.md"
SEEDS = st.integers(min_value=0, max_value=2**31)
FEW = settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
DAYS = 8.0
SCENARIO = msgspec.structs.replace(
    small_scenario(4, DAYS, 150, 400, usual_strategies(400)),
    problems=(MispricedSection(after_on_sale_h=2.0, hours=40.0), PaymentFailure(from_day=3.0, hours=12.0)),
)
STATUSES = ("free", "held", "sold", "blocked", "listed")


class Run:
    """
    A small run that is over: its records as they were encoded, and the rows of its truth.
    """

    def __init__(self, seed: int, *sinks, days: float = DAYS) -> None:
        self.kept = Kept()
        truth = Truth(self.kept, *sinks)
        simulation = simulate(SCENARIO, seed, START, run="t", truth=truth)
        self.encoded = [e for batch in simulation.encoded_to_end(START + timedelta(days=days)) for e in batch]
        truth.end(simulation.count)
        self.delivered = [decode(e.topic, 0, n, e.key, e.value, e.headers) for n, e in enumerate(self.encoded)]

    def projected(self, projection) -> ProjectionDriver:
        """
        Return a driver that applied all records.
        """
        driver = ProjectionDriver(projection)
        driver.deliver(self.delivered)
        return driver

    def seats(self) -> dict:
        """
        Return (event, section, seat) → (state, order, customer), of all seats.
        """
        return {
            (r["event_id"], r["section"], r["seat"]): (r["state"], r["order_id"], r["customer_id"])
            for r in self.kept.rows["final_places"]
            if r["seat"]
        }

    def areas(self) -> Counter:
        """
        Return (event, section, state) → places, of all areas.
        """
        counts = Counter()
        for row in self.kept.rows["final_places"]:
            if not row["seat"]:
                counts[row["event_id"], row["section"], _in_stream(row["state"])] += row["places"]
        return +counts


@pytest.fixture(scope="module")
def run() -> Run:
    """
    One run.
    """
    return Run(3)


@FEW
@given(seed=SEEDS, days=st.floats(min_value=1.0, max_value=20.0))
def test_final_seats_are_those_of_the_stream(seed, days):
    """
    Whoever replays the records finds every seat in the state, and with the owner, that the truth says.
    """
    run = Run(seed, days=days)
    seats, areas = replayed(run.delivered)
    said = run.seats()

    assert {seat: said[seat] for seat in seats} == seats
    assert {said[seat][0] for seat in said.keys() - seats.keys()} <= {"blocked"}
    assert run.areas() == areas


@FEW
@given(seed=SEEDS)
def test_final_seats_are_those_of_the_inventory_projection(seed):
    """
    The projection's tables and the truth name the same state for every seat, and as many places in every area.
    """
    run = Run(seed)
    driver = run.projected(InventoryProjection)
    status = {row["section_no"]: row for row in driver.rows(SectionStatusRow)}
    found, counts = {}, Counter()
    for row in driver.rows(SectionRow):
        place = (row["event_id"], row["section"])
        labels = _labels(row["layout"])
        statuses = status[row["section_no"]]["statuses"]
        found.update({(*place, label): STATUSES[byte] for label, byte in zip(labels, statuses, strict=True)})
        if not labels:
            counts.update({(*place, name): status[row["section_no"]][name] for name in STATUSES})
    said = {seat: _in_stream(state) for seat, (state, _, _) in run.seats().items()}

    assert {seat: said[seat] for seat in found} == found
    assert {said[seat] for seat in said.keys() - found.keys()} <= {"blocked"}
    assert run.areas() == +counts


@FEW
@given(seed=SEEDS)
def test_takings_are_those_of_the_venue_projection(seed):
    """
    What a venue took, by its projection, is what its records say was paid less what was given back.
    """
    run = Run(seed)
    venue_of, taken = {}, Counter()
    for record in (d.record for d in run.delivered):
        match record:
            case EventScheduled():
                venue_of[record.event_id] = record.venue_id
            case i.OrderPlaced():
                taken[venue_of[record.event_id]] += record.face_cents + record.fees_cents
            case i.OrderRefunded():
                taken[venue_of[record.event_id]] -= record.face_cents + record.fees_cents
    driver = run.projected(VenueProjection)
    venues = {row["event_id"]: row["venue_id"] for row in driver.rows(VenueEventRow)}
    projected = Counter()
    for row in driver.rows(HourSales):
        paid = row["face_cents"] + row["fees_cents"]
        projected[venues[row["event_id"]]] += paid - row["refunded_face_cents"] - row["refunded_fees_cents"]

    assert projected == taken


@FEW
@given(seed=SEEDS)
def test_unmet_demand_is_that_of_those_who_bought_nothing(seed):
    """
    Of those who were turned away on a day, the customers counted are those without a purchase on that day.
    """
    run = Run(seed)
    bought = {
        (d.at.date(), d.record.event_id, d.record.customer_id)
        for d in run.delivered
        if isinstance(d.record, (i.OrderPlaced, i.ListingSold))
    }
    wishes = defaultdict(int)
    for row in run.kept.rows["turned_away"]:
        wish = (row["at"].date(), row["event_id"], row["customer_id"])
        wishes[wish] = max(wishes[wish], row["tickets"])
    customers, tickets = Counter(), Counter()
    for day, event_id, customer_id in wishes.keys() - bought:
        customers[day, event_id] += 1
        tickets[day, event_id] += wishes[day, event_id, customer_id]
    said, wanted = Counter(), Counter()
    for row in run.kept.rows["unmet_demand"]:
        said[row["day"], row["event_id"]] += row["customers"]
        wanted[row["day"], row["event_id"]] += row["tickets"]

    assert (said, wanted) == (customers, tickets)


@FEW
@given(seed=SEEDS)
def test_whether_the_truth_is_written_changes_no_byte(seed):
    """
    The stream of a run is the same with its truth and without.
    """
    silent = simulate(SCENARIO, seed, START, run="t")
    without = [e for batch in silent.encoded_to_end(START + timedelta(days=DAYS)) for e in batch]

    assert Run(seed).encoded == without


def test_whoever_acts_has_a_class_that_day(run):
    """
    Every customer of a record of activity is in the truth of its day.
    """
    classes = {(row["day"], row["customer_id"]) for row in run.kept.rows["customers_by_day"]}
    acting = {(d.at.date(), d.record.customer_id) for d in run.delivered if d.topic == "activity"}
    # A session that goes on past midnight is that of the day before.
    late = {(day - timedelta(days=1), customer_id) for day, customer_id in acting}

    assert {who for who in acting if who[1]} - classes <= {(d + timedelta(days=1), c) for d, c in late & classes}


def test_some_are_abusers_and_some_went_without(run):
    """
    The little world has something of everything.
    """
    assert {row["class"] for row in run.kept.rows["customers_by_day"]} & ABUSERS
    assert run.kept.rows["unmet_demand"]
    assert {"sold", "scanned", "free"} <= {row["state"] for row in run.kept.rows["final_places"]}


def test_days_come_in_order(run):
    """
    Rows are handed on when their day ends: nothing of an earlier day follows.
    """
    for table in ("customers_by_day", "unmet_demand"):
        days = [row["day"] for row in run.kept.rows[table]]
        assert days == sorted(days)
    assert run.kept.closed


def test_what_was_written_is_read(tmp_path):
    """
    The files have the rows that were told, of every table.
    """
    files = ParquetFiles(tmp_path)
    run = Run(5, files)
    read = read_truth(tmp_path)

    assert {name: rows(read, name) for name in TABLES} == {name: run.kept.rows[name] for name in TABLES}


def test_files_explain_themselves(tmp_path):
    """
    Each column carries its meaning in the schema of the file.
    """
    ParquetFiles(tmp_path).close()
    schemas = {name: table.schema for name, table in read_truth(tmp_path).items()}

    for name, table in TABLES.items():
        assert schemas[name].metadata[b"holds"].decode() == table.holds
        for column in table.columns:
            assert schemas[name].field(column.name).metadata[b"meaning"].decode() == column.meaning


def test_a_file_without_an_end_is_named(tmp_path):
    """
    What a killed run left is refused with its name.
    """
    ParquetFiles(tmp_path).close()
    (tmp_path / "run.parquet").write_bytes(b"PAR1")

    with pytest.raises(TruthError, match=r"run\.parquet cannot be read"):
        read_truth(tmp_path)


def test_the_document_has_every_table():
    """
    docs/truth.md says what the code says about tables, columns and units.
    """
    assert documentation() in DOCUMENT.read_text("utf-8")


def test_documented_problems_and_faults_can_be_played():
    """
    The examples of docs/truth.md are what a scenario may say.
    """
    problems, delivery = re.findall(r"```toml\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    plans = msgspec.toml.decode(problems, type=dict[str, tuple[ProblemPlan, ...]])["problems"]

    assert len({type(plan) for plan in plans}) == 4
    assert not msgspec.toml.decode(delivery, type=dict[str, DeliveryPlan])["delivery"].perfect


def _in_stream(state: str) -> str:
    """
    Return the state as projections know it: who came in has still bought the place.
    """
    return "sold" if state == "scanned" else state


def _labels(layout: str) -> list[str]:
    """
    Return the seats of a section as its table has them: `[row, first, last, step]` for a run, a string for a seat.
    """
    parts = msgspec.json.decode(layout)
    return [seat for part in parts for seat in ([part] if isinstance(part, str) else SeatRun(*part).labels())]
