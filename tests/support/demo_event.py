"""
The event that the examples of the API's document name, with something of everything that can be asked about.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from inventory_stream.records import Record, SeatRun
from inventory_stream.records.catalogue import (
    ChartRow,
    ChartSeat,
    ChartSectionMapped,
    EventRescheduled,
    EventScheduled,
    LevelPrice,
    OfferPublished,
    PricesSet,
    SeatsBlocked,
    SeatsReleased,
    SeatsRepriced,
    VenueDefined,
)
from inventory_stream.records.inventory import ListingOpened, OrderPlaced, OrderRefunded, SeatsHeld

EVENT, VENUE = "demo-e2", "demo-v1"
START = datetime(2090, 5, 1, 19, tzinfo=UTC)
ROWS, SEATS = 6, 20


def demo_event() -> Iterator[Record]:
    """
    Yield its records: a section of 120 seats, an area, prices, a package, and people who hold, buy, refund and list.
    """
    yield VenueDefined(venue_id=VENUE, name="The Blue Cellar", city="Juniper Flats", region="Colorado", country="US")
    yield from _chart()
    yield EventScheduled(
        event_id=EVENT,
        name="Midnight Tramlines: Long Way Round",
        attraction="Midnight Tramlines",
        venue_id=VENUE,
        venue_name="The Blue Cellar",
        city="Juniper Flats",
        region="Colorado",
        country="US",
        category="music",
        genre="rock",
        chart_id="c1",
        chart_version=1,
        starts_at=START,
    )
    yield EventRescheduled(event_id=EVENT, starts_at=START.replace(day=2))
    runs = tuple(SeatRun(chr(65 + row), 1, SEATS) for row in range(ROWS))
    yield SeatsReleased(event_id=EVENT, section="Floor", price_level="A", runs=runs)
    yield SeatsReleased(event_id=EVENT, section="Standing", price_level="B", quantity=200)
    prices = (LevelPrice("A", 9000, 900), LevelPrice("B", 4000, 400), LevelPrice("C", 3000, 300))
    yield PricesSet(event_id=EVENT, currency="USD", prices=prices)
    yield OfferPublished(event_id=EVENT, offer_id="plain", name="Tickets", limit_per_order=8)
    parking = OfferPublished(event_id=EVENT, offer_id="parking", name="With parking", contains=("parking",))
    yield parking
    yield from _people()


def _chart() -> Iterator[Record]:
    rows = tuple(
        ChartRow(
            chr(65 + row),
            tuple(
                ChartSeat(f"{chr(65 + row)}-{seat}", 10.0 * seat, 12.0 * row, accessible=row == 0 and seat < 3)
                for seat in range(1, SEATS + 1)
            ),
        )
        for row in range(ROWS)
    )
    chart = {"venue_id": VENUE, "chart_id": "c1", "chart_version": 1}
    yield ChartSectionMapped(**chart, section="Floor", rows=rows, zone="Lower", price_level="A")
    yield ChartSectionMapped(**chart, section="Standing", kind="area", capacity=200, price_level="B")


def _people() -> Iterator[Record]:
    floor, standing = {"event_id": EVENT, "section": "Floor"}, {"event_id": EVENT, "section": "Standing"}
    yield SeatsRepriced(**floor, seats=("F-1", "F-2"), price_level="C")
    yield SeatsBlocked(**floor, seats=("F-20",))
    yield SeatsHeld(**floor, seats=("A-1", "A-2"), hold_id="h1", expires_at=START)
    yield SeatsHeld(**standing, quantity=3, hold_id="h2", expires_at=START)
    yield OrderPlaced(**floor, seats=("B-1", "B-2", "B-3"), order_id="o1", customer_id="c1", face_cents=27_000)
    yield OrderPlaced(**standing, quantity=5, order_id="o2", customer_id="c2", face_cents=20_000)
    yield OrderPlaced(**floor, seats=("B-1",), order_id="o3", customer_id="c3", face_cents=9_000)  # too late
    yield OrderRefunded(**floor, seats=("B-3",), order_id="o1", face_cents=9_000)
    yield ListingOpened(**floor, seats=("B-1", "B-2"), listing_id="l1", customer_id="c1", face_cents=8_000)
    yield ListingOpened(**standing, quantity=2, listing_id="l2", customer_id="c2", face_cents=5_000)
