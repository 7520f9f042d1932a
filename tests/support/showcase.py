"""
Events as they look in the middle of a sale, for pictures: generated charts with orders, holds and listings in them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random

from inventory_stream.charts import Chart, Section
from inventory_stream.records import Record
from inventory_stream.records.catalogue import EventScheduled, LevelPrice, OfferPublished, PricesSet
from inventory_stream.records.inventory import ListingOpened, OrderPlaced, SeatsHeld

PRICES = (LevelPrice("P1", 18500, 1450), LevelPrice("P2", 13900, 1150), LevelPrice("P3", 9900, 900))
MORE_PRICES = (LevelPrice("P4", 6900, 700), LevelPrice("P5", 4500, 550), LevelPrice("P6", 3000, 400))
PARKING = OfferPublished(
    event_id="e1",
    offer_id="o1",
    name="Seat, parking and early entry",
    price_levels=("P1", "P2"),
    contains=("Parking, lot B", "Entry an hour before the doors"),
    face_cents=21500,
    fees_cents=1600,
    limit_per_order=6,
)


def showcase(chart: Chart, name: str, venue: str, city: str, timezone: str) -> Iterator[Record]:
    """
    Yield the records of an event, half sold; the same each time.
    """
    random = Random(7)
    start = datetime(datetime.now(UTC).year + 1, 6, 14, 1, 30, tzinfo=UTC)
    words = {"venue_id": "v1", "venue_name": venue, "city": city, "timezone": timezone, "chart_id": "c"}
    for section in chart.sections:
        yield section.mapped("v1", "c", 1)
    yield EventScheduled(event_id="e1", name=name, starts_at=start, chart_version=1, **words)
    yield PricesSet(event_id="e1", currency="USD", prices=(*PRICES, *MORE_PRICES))
    yield PARKING
    for section in chart.sections:
        yield section.released("e1")
        yield from _sold(section, random.uniform(0.25, 0.85), random)


def _sold(section: Section, share: float, random: Random) -> Iterator[Record]:
    """
    Yield what fans did in one section: parties of one to six, the front rows first.
    """
    if section.capacity:
        yield OrderPlaced(event_id="e1", section=section.name, quantity=int(share * section.capacity), order_id="o-ga")
    for depth, row in enumerate(section.rows):
        wanted = share + 0.25 - 0.5 * depth / len(section.rows)
        number = 1
        while number <= row.seats:
            size = min(random.choice((1, 2, 2, 2, 3, 4, 4, 6)), row.seats - number + 1)
            if random.random() < wanted:
                yield from _party(section.name, [f"{row.label}-{n}" for n in range(number, number + size)], random)
            number += size


def _party(section: str, labels: list[str], random: Random) -> Iterator[Record]:
    where = {"event_id": "e1", "section": section, "seats": tuple(labels)}
    name = f"{section}-{labels[0]}"
    if random.random() < 0.07:
        expires_at = datetime(2090, 1, 1, tzinfo=UTC)
        yield SeatsHeld(**where, hold_id=name, expires_at=expires_at)
        return
    yield OrderPlaced(**where, order_id=name, face_cents=9900)
    if random.random() < 0.06:
        cents = random.randrange(6_000, 26_000, 500)
        yield ListingOpened(**where, listing_id=name, face_cents=cents, fees_cents=cents // 10)
