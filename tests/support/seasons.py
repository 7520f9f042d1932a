"""
Records about events on a chart, and any record of a season.
"""

from __future__ import annotations

from datetime import UTC, datetime

from inventory_stream.records.catalogue import (
    ChartRow,
    ChartSeat,
    ChartSectionMapped,
    EventCancelled,
    EventRescheduled,
    EventScheduled,
    LevelPrice,
    PricesSet,
    SeatsRepriced,
)
from inventory_stream.records.inventory import ListingOpened
from tests.support.places import at, blocked, held, ordered, refunded, unlisted

CHART = {"venue_id": "v1", "chart_id": "c1", "chart_version": 1}


def event(event_id="e1", **fields):
    """
    An event far in the future, on a chart, unless told otherwise.
    """
    words = {"name": f"Show {event_id}", "venue_name": "Round Hall", "city": "Lyon", "attraction": "Rockers"}
    words |= {"starts_at": datetime(2090, 5, 1, tzinfo=UTC)} | CHART
    return EventScheduled(event_id=event_id, **(words | fields))


def mapped(*accessible, section="S"):
    """
    The chart of a section of which some seats are accessible.
    """
    seats = tuple(ChartSeat(f"F-{n}", n, 0, accessible=n in accessible) for n in range(1, 6))
    return ChartSectionMapped(**CHART, section=section, rows=(ChartRow("F", seats),))


def prices(event_id="e1", **cents):
    """
    Prices by level, with fees of a tenth.
    """
    levels = tuple(LevelPrice(level, face, face // 10) for level, face in cents.items())
    return PricesSet(event_id=event_id, currency="EUR", prices=levels)


def offered(seats, cents, listing="l1", currency="EUR", **where):
    """
    A resale listing at a price.
    """
    return ListingOpened(**at(seats, **where), listing_id=listing, face_cents=cents, fees_cents=100, currency=currency)


def some_record(random, known):
    """
    A record of a season: events come, move, sell, are repriced, listed and cancelled.
    """
    event_id = random.choice(known)
    seats, where = [f"F-{random.randint(1, 4)}"], {"event_id": event_id}
    made = [
        event(f"e{len(known)}", name=random.choice(["Rock Night", "Night of Rock"])),
        event(event_id, name=f"Show {random.randint(1, 9)}", city=random.choice(["Lyon", "Bern"])),
        EventRescheduled(event_id=event_id, starts_at=datetime(2091, 1, random.randint(1, 9), tzinfo=UTC)),
        EventRescheduled(event_id=event_id, starts_at=datetime(2091, 1, 1, tzinfo=UTC), venue_id="v2"),
        EventCancelled(event_id=event_id),
        prices(event_id, A=random.randint(1, 9) * 100),
        mapped(*random.sample(range(1, 6), 2)),
        *(ordered(seats, hold="", **where), ordered(seats, hold="", **where), refunded(seats, **where)),
        *(blocked(seats, **where), held(seats, **where), offered(seats, random.randint(1, 9) * 100, **where)),
        *(unlisted(seats, **where), SeatsRepriced(**at(seats, **where), price_level="B")),
    ]
    return random.choice(made)
