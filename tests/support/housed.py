"""
Records of a small house on a chart: section S with rows F and G, and the area GA.
"""

from datetime import UTC, datetime

from places import at, released

from inventory_stream.records import SeatRun
from inventory_stream.records.catalogue import (
    ChartRow,
    ChartSeat,
    ChartSectionMapped,
    EventScheduled,
    LevelPrice,
    OfferPublished,
    PricesSet,
)
from inventory_stream.records.inventory import ListingOpened

FUTURE = datetime(2090, 5, 1, 19, tzinfo=UTC)
PRICES = PricesSet(event_id="e1", currency="EUR", prices=(LevelPrice("A", 9000, 900), LevelPrice("B", 4000, 400)))


def event(**fields):
    """
    An event on a chart, far in the future.
    """
    words = {"event_id": "e1", "name": "Show", "venue_id": "v1", "chart_id": "c", "chart_version": 1}
    return EventScheduled(**words | {"starts_at": FUTURE} | fields)


def show(event_id="e1", **fields):
    """
    An event without a chart, far in the future.
    """
    return EventScheduled(event_id=event_id, name="Show", venue_id="v1", **{"starts_at": FUTURE} | fields)


def mapped(section, rows):
    """
    A section of the chart; rows are label and flags of each seat: a accessible, c companion, r restricted view.
    """
    made = [
        ChartRow(
            label,
            tuple(
                ChartSeat(
                    f"{label}-{number}",
                    number,
                    depth,
                    accessible=mark == "a",
                    companion=mark == "c",
                    restricted_view=mark == "r",
                )
                for number, mark in enumerate(marks, 1)
            ),
        )
        for depth, (label, marks) in enumerate(rows.items())
    ]
    return ChartSectionMapped(venue_id="v1", chart_id="c", chart_version=1, section=section, rows=tuple(made))


WORLD = (
    mapped("S", {"F": "......", "G": "acr..."}),
    event(),
    released(runs=(SeatRun("F", 1, 6), SeatRun("G", 1, 6)), price_level="A"),
    released(section="GA", quantity=100, price_level="B"),
    PRICES,
)


def offer(offer_id="o1", **fields):
    """
    An offer of the event.
    """
    return OfferPublished(event_id="e1", offer_id=offer_id, name="Offer", **{"currency": "EUR"} | fields)


def resale(seats, listing="l1", currency="EUR", **where):
    """
    Places offered for resale.
    """
    return ListingOpened(**at(seats, **where), listing_id=listing, face_cents=2000, fees_cents=100, currency=currency)


def seats(pick):
    """
    The labels of a pick's seats.
    """
    return [seat["seat"] for group in pick["groups"] for seat in group["seats"]]
