"""
seats.io charts become sections with the labels and places of the file, and on request an event.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_stream.importers import Counts, EventWanted, ImportRefused, append_documents, seatsio_documents
from inventory_stream.importers.seatsio import SOURCE, seat_runs
from inventory_stream.records.catalogue import ChartRow
from inventory_stream.testing import MemoryLog

DATA = Path(__file__).parents[3] / "shared/data/seatmaps"
EVENT = EventWanted("Grand Prix", datetime(2027, 5, 1, 14, tzinfo=UTC), 4_500, {"Gold": 9_550})


def seat(label: str, **more: Any) -> dict[str, Any]:
    """
    Return a seat of a chart file.
    """
    return {"label": label, "x": 1.0, "y": 2.0, **more}


def section(label: str, *rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    """
    Return a section of a chart file, 100 to the right.
    """
    return {"label": label, "categoryKey": 1, "topLeft": {"x": 100, "y": 0}, "subChart": {"rows": rows}, **more}


def write(path: Path, **floor: Any) -> Path:
    """
    Write a chart file.
    """
    categories = {"list": [{"key": 1, "label": "Silver"}, {"key": 2, "label": "Gold"}]}
    file = path / "chart.json"
    file.write_text(json.dumps({"name": "Track", "categories": categories, "subChart": floor}))
    return file


def built(file: Path, event: EventWanted | None = None) -> dict[str, Any]:
    """
    Return subject without ids → record.
    """
    documents = seatsio_documents(file, "v", "Venue", event=event).documents
    return {
        document.subject.split("/", 2)[0] + "/" + document.subject.split("/")[-1]: document.build()
        for document in documents
    }


def test_seats_keep_label_and_place(tmp_path: Path) -> None:
    """
    A seat's label has its row's before it, and its place counts from the chart's corner.
    """
    file = write(tmp_path, sections=[section("A", {"label": "F", "seats": [seat("12", accessible=True)]})])
    found = built(file)["chart/A"].rows[0].seats[0]

    assert (found.label, found.x, found.y, found.accessible) == ("F-12", 101.0, 2.0, True)


def test_an_event_sells_each_category_at_its_price(tmp_path: Path) -> None:
    """
    Seats of another category than their section's are released and priced as that category.
    """
    row = {"label": "F", "seats": [seat("1"), seat("2", categoryKey=2), seat("3")]}
    found = built(write(tmp_path, sections=[section("A", row)]), EVENT)

    assert found["seats/Silver"].labels() == ("F-1", "F-3")
    assert found["seats/Gold"].labels() == ("F-2",)
    prices = next(record for subject, record in found.items() if subject.startswith("prices"))
    assert {p.price_level: p.face_cents for p in prices.prices} == {"Silver": 4_500, "Gold": 9_550}


def test_tables_booths_and_areas_are_places(tmp_path: Path) -> None:
    """
    What stands outside of sections is for sale, too.
    """
    tables = [
        {"label": "T1", "seats": [seat("1"), seat("2")]},
        {"label": "T2", "bookAsAWhole": True, "categoryKey": 2, "seats": [seat("1")]},
    ]
    areas = [{"label": "Pit", "capacity": 300, "categoryKey": 1, "points": [{"x": 0, "y": 1}]}]
    event = EventWanted("Fair", datetime(2027, 5, 1, tzinfo=UTC))
    file = write(tmp_path, tables=tables, booths=[{"label": "B1"}], generalAdmissionAreas=areas)
    found = seatsio_documents(file, "v", "Venue", event=event)
    released = [d.build() for d in found.documents if d.subject.startswith("seats/")]

    assert {label for record in released for label in record.labels()} == {"T1-1", "T1-2", "T2", "B1"}
    assert [record.quantity for record in released if record.section == "Pit"] == [300]
    assert found.places == 304


@pytest.mark.parametrize(
    ("floor", "reason"),
    [
        (
            {"sections": [section("A", {"label": "F", "seats": [seat("1"), seat("1")]})]},
            "section A: seat F-1 stands twice",
        ),
        ({"sections": [section("A")]}, "section A: has neither seats nor a capacity"),
        (
            {"sections": [section("A", {"label": "F", "seats": [seat("1", categoryKey=9)]})]},
            "categoryKey: 9 is not among",
        ),
        ({"generalAdmissionAreas": [{"label": "P", "capacity": 1}] * 2}, "another section or area has the same label"),
        ({"sections": []}, "chart: has no places"),
        ({"sections": [{"label": "A"}]}, "missing required field `subChart` - at `$.subChart.sections[0]`"),
    ],
)
def test_a_wrong_chart_is_refused_with_the_place(tmp_path: Path, floor: dict[str, Any], reason: str) -> None:
    """
    The section and what is wrong with it are said.
    """
    with pytest.raises(ImportRefused) as refused:
        seatsio_documents(write(tmp_path, **floor), "v", "Venue")

    assert reason in str(refused.value)


def test_a_wrong_section_can_be_skipped(tmp_path: Path) -> None:
    """
    The other sections are imported and the wrong one is listed.
    """
    file = write(tmp_path, sections=[section("A", {"label": "F", "seats": [seat("1")]}), section("B")])
    found = seatsio_documents(file, "v", "Venue", skip_invalid=True)

    assert (found.places, [problem.where for problem in found.skipped]) == (1, ["section B"])


def test_a_price_of_no_category_is_refused(tmp_path: Path) -> None:
    """
    A mistyped category does not leave the right one at another price.
    """
    file = write(tmp_path, sections=[section("A", {"label": "F", "seats": [seat("1")]})])

    with pytest.raises(ImportRefused, match="prices, Gold: is no category of the chart; it has Silver"):
        seatsio_documents(file, "v", "Venue", event=EVENT)


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff", None])
def test_what_is_no_chart_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """
    A missing or broken file is a sentence.
    """
    file = tmp_path / "chart.json"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(ImportRefused, match=r"chart\.json"):
        seatsio_documents(file, "v", "Venue")


@given(st.lists(st.integers(0, 500) | st.sampled_from(["x", "01", "²"]), unique=True, min_size=1, max_size=30))
def test_runs_stand_for_exactly_the_seats(numbers: list[int | str]) -> None:
    """
    Runs, where there are any, name the seats of the row and no other.
    """
    labels = [f"F-{number}" for number in numbers]
    runs = seat_runs(ChartRow("F", ()), labels)

    assert not runs or sorted(label for run in runs for label in run.labels()) == sorted(labels)


@pytest.mark.parametrize(("name", "places"), [("sampleChartWithSections", 71), ("sampleChartWithZones", 8_897)])
def test_real_charts_are_imported_once(name: str, places: int) -> None:
    """
    Both charts give all their seats, and a second import changes nothing.
    """
    file = DATA / f"{name}.json"
    if not file.is_file():
        pytest.skip("the seats.io charts are not on this machine")
    event = EventWanted("Grand Prix", datetime(2027, 5, 1, tzinfo=UTC))
    chart, log = seatsio_documents(file, "track", "Track", event=event), MemoryLog()
    released = [document.build() for document in chart.documents if document.subject.startswith("seats/")]
    first = append_documents(log, SOURCE, chart.documents, now=datetime.now(UTC))

    assert (chart.places, sum(len(record.labels()) for record in released)) == (places, places)
    assert append_documents(log, SOURCE, chart.documents, now=datetime.now(UTC)) == Counts(0, 0, first.added)
