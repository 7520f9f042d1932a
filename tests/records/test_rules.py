"""
Rules of the records that a schema does not say, each with a reason that names the field.
"""

import json
from datetime import datetime
from typing import Any

import msgspec
import pytest

from inventory_stream.records import TYPES, SeatRun, encode, type_name
from inventory_stream.records.base import Placed, Record
from inventory_stream.records.catalogue import (
    ChartSectionMapped,
    EventOnSaleChanged,
    EventRescheduled,
    EventScheduled,
    OfferPublished,
    SeatsReleased,
)
from inventory_stream.records.codec import decode
from inventory_stream.records.models import ModelPromoted, ModelRetired

PLACED = {"event_id": "e", "section": "s"}
CHART = {"venue_id": "v", "chart_id": "c", "chart_version": 1, "section": "s"}
SEAT = {"label": "A-1", "x": 0, "y": 0}


def refusal(cls: type[Any], **fields: Any) -> str:
    """
    Return why the fields are no record of this type.
    """
    tag = cls.__struct_config__.tag
    with pytest.raises(msgspec.ValidationError) as raised:
        msgspec.json.decode(json.dumps({"type": tag, **fields} if tag else fields), type=cls)
    return str(raised.value)


@pytest.mark.parametrize("places", [{}, {"seats": ["A-1"], "quantity": 1}])
def test_placed_records_name_seats_or_a_quantity(places: dict[str, Any]) -> None:
    """
    Neither and both are refused.
    """
    assert "seats, quantity: give seats or a quantity" in refusal(TYPES["seats.blocked.v1"].cls, **PLACED, **places)


def test_placed_records_name_a_seat_once() -> None:
    """
    A seat named twice would be counted twice.
    """
    reason = refusal(TYPES["seats.blocked.v1"].cls, **PLACED, seats=["A-1", "A-1"])

    assert "seats: a seat is named twice" in reason


@pytest.mark.parametrize(("places", "size"), [({"seats": ("A-1", "A-2")}, 2), ({"quantity": 7}, 7)])
def test_size_counts_places(places: dict[str, Any], size: int) -> None:
    """
    The size is the number of seats, or the quantity.
    """
    assert Placed(event_id="e", section="s", **places).size() == size


@pytest.mark.parametrize("places", [{}, {"seats": ["A-1"], "quantity": 1}])
def test_released_records_name_seats_or_a_quantity(places: dict[str, Any]) -> None:
    """
    Neither and both are refused, runs included.
    """
    assert "runs, seats, quantity: give seats or" in refusal(SeatsReleased, **PLACED, **places)


def test_released_runs_fit_a_section() -> None:
    """
    A few bytes cannot stand for more seats than any section has.
    """
    runs = [{"row": str(row), "first": 0, "last": 20_000} for row in range(5)]

    assert "runs: more than 100000 seats" in refusal(SeatsReleased, **PLACED, runs=runs)


def test_released_labels_are_runs_then_seats() -> None:
    """
    Labels come in the order of the record.
    """
    record = SeatsReleased(event_id="e", section="s", runs=(SeatRun("A", 1, 5, 2),), seats=("Z-9",))

    assert record.labels() == ("A-1", "A-3", "A-5", "Z-9")


@pytest.mark.parametrize(("first", "last"), [(5, 4), (0, 20_001)])
def test_runs_go_forward_and_are_no_longer_than_a_row(first: int, last: int) -> None:
    """
    A run that ends before it begins, or never seems to end, is refused with its row.
    """
    assert f"runs: row F goes from {first} to {last}" in refusal(SeatRun, row="F", first=first, last=last)


def test_length_of_a_run_is_that_of_its_labels() -> None:
    """
    Counting needs no labels.
    """
    run = SeatRun("F", 1, 20, 3)

    assert len(run) == len(list(run.labels())) == 7


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"capacity": 5},
        {"kind": "area"},
        {"kind": "area", "capacity": 5, "rows": [{"label": "A", "seats": [SEAT]}]},
        {"capacity": 5, "rows": [{"label": "A", "seats": [SEAT]}]},
    ],
)
def test_a_section_has_rows_and_an_area_a_capacity(fields: dict[str, Any]) -> None:
    """
    Any other combination is refused.
    """
    assert "kind, rows, capacity: a section has rows" in refusal(ChartSectionMapped, **CHART, **fields)


def test_chart_labels_are_unique() -> None:
    """
    A label that stands twice in a section is refused.
    """
    rows = [{"label": "A", "seats": [SEAT]}, {"label": "B", "seats": [SEAT]}]

    assert "rows: a seat label stands twice" in refusal(ChartSectionMapped, **CHART, rows=rows)


EVENT = {"event_id": "e", "name": "n", "venue_id": "v"}
OFFER = {"event_id": "e", "offer_id": "o", "name": "n"}
NOON, NEVER = "2030-05-01T12:00:00Z", "9999-12-31T23:59:59-14:00"


@pytest.mark.parametrize(
    ("cls", "fields", "wrong"),
    [
        (EventScheduled, {**EVENT, "starts_at": NEVER}, "starts_at"),
        (EventScheduled, {**EVENT, "starts_at": NOON, "on_sale_at": NEVER}, "on_sale_at"),
        (EventRescheduled, {"event_id": "e", "starts_at": "0001-01-01T00:00:00+14:00"}, "starts_at"),
        (EventOnSaleChanged, {"event_id": "e", "on_sale": True, "on_sale_at": NEVER}, "on_sale_at"),
        (OfferPublished, {**OFFER, "starts_at": NEVER}, "starts_at"),
        (OfferPublished, {**OFFER, "starts_at": NOON, "ends_at": NEVER}, "ends_at"),
    ],
)
def test_times_are_times_in_utc(cls: type[Any], fields: dict[str, Any], wrong: str) -> None:
    """
    Hours that only an offset puts into the years 1 to 9999 are refused: no calendar, and no table, has them.
    """
    assert f"{wrong}: UTC has no year for" in refusal(cls, **fields)


@pytest.mark.parametrize("cls", [Record, Placed, SeatRun])
def test_a_base_class_is_no_record_type(cls: type[Any]) -> None:
    """
    What has no tag with a version has no type name.
    """
    with pytest.raises(TypeError, match=f"{cls.__name__} has no tag"):
        type_name(cls)


def test_a_promotion_replaces_only_promotions() -> None:
    """
    In the compacted topic a promotion has a key of its own, and retiring has that of the model.
    """
    assert ModelPromoted(model="m", model_version=2).key() == "m/promoted"
    assert ModelRetired(model="m", model_version=2).key() == "m/2"


def test_delivered_time_is_that_of_the_header() -> None:
    """
    `at` is the record's time, whatever its zone.
    """
    time = datetime.fromisoformat("2027-05-01T22:00:00.5+02:00")
    encoded = encode(TYPES["event.cancelled.v1"].cls(event_id="e"), id="1", source="/x", time=time)
    delivered = decode(encoded.topic, 0, 0, encoded.key, encoded.value, encoded.headers)

    assert (delivered.at, encoded.timestamp_ms) == (time, int(time.timestamp() * 1000))
