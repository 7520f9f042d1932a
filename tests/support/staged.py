"""
A small event on a real service, for pages: sections 101 and 102, and a standing area.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import httpx

from inventory_api.app import create_app
from inventory_api.projection import InventoryProjection
from inventory_api.settings import InventoryApiSettings
from inventory_stream.log.memory import MemoryLog
from inventory_stream.records import Record, SeatRun
from inventory_stream.records.catalogue import (
    ChartRow,
    ChartSeat,
    ChartSectionMapped,
    EventScheduled,
    LevelPrice,
    PricesSet,
    SeatsReleased,
)
from inventory_stream.settings import StreamSettings
from tests.support.browsing import served
from tests.support.projected import Projected

TIMEOUT_S = 10.0
START = datetime(2090, 5, 1, 19, tzinfo=UTC)
WORDS = {
    "name": "Night <Owls> & Friends",
    "venue_id": "v1",
    "venue_name": "Round Hall",
    "city": "Lyon",
    "timezone": "Europe/Paris",
    "currency": "EUR",
    "chart_id": "c",
    "chart_version": 1,
}


def seat_row(label: str, y: float, seats: int, x: float = 0.0, **flags: tuple[int, ...]) -> ChartRow:
    """
    A row of seats one unit apart. `flags` name which seats (numbers) are accessible, companions or of restricted view.
    """
    numbers = range(1, seats + 1)
    said = [{flag: number in which for flag, which in flags.items()} for number in numbers]
    return ChartRow(
        label,
        tuple(
            ChartSeat(f"{label}-{number}", x + number, y, **words) for number, words in zip(numbers, said, strict=True)
        ),
    )


def mapped(section: str, *rows: ChartRow, **fields: object) -> ChartSectionMapped:
    """
    A section of the chart.
    """
    return ChartSectionMapped(venue_id="v1", chart_id="c", chart_version=1, section=section, rows=rows, **fields)


CHART = (
    mapped("101", seat_row("A", 0, 6, accessible=(1,), companion=(2,)), seat_row("B", 1, 6), zone="Stalls"),
    mapped("102", seat_row("A", 0, 4, x=10, restricted_view=(4,)), zone="Stalls"),
    mapped("Pit", kind="area", capacity=50, zone="Floor", outline=((0, -6), (14, -6), (14, -2), (0, -2))),
)
RELEASED = (
    SeatsReleased(event_id="e1", section="101", price_level="P1", runs=(SeatRun("A", 1, 6), SeatRun("B", 1, 6))),
    SeatsReleased(event_id="e1", section="102", price_level="P2", runs=(SeatRun("A", 1, 4),)),
    SeatsReleased(event_id="e1", section="Pit", price_level="P3", quantity=50),
)
PRICES = PricesSet(
    event_id="e1",
    currency="EUR",
    prices=(LevelPrice("P1", 9000, 900), LevelPrice("P2", 4000, 400), LevelPrice("P3", 2000)),
)


def scheduled(**fields: object) -> EventScheduled:
    """
    The event; `fields` are other words.
    """
    return EventScheduled(event_id="e1", **{"starts_at": START, **WORDS, **fields})


class Staged:
    """
    The event of a test, and where it is served.
    """

    def __init__(self, projected: Projected, origin: str, log: MemoryLog) -> None:
        self._projected = projected
        self.origin = origin
        self._log = log

    @property
    def url(self) -> str:
        """
        The address of the event's page.
        """
        return f"{self.origin}/events/e1"

    def append(self, *records: Record) -> None:
        """
        Apply records, and return when the service knows.
        """
        self._projected.append(*records)
        answer = httpx.get(f"{self.origin}/healthz", params={"min_position": self._projected.position})
        assert answer.status_code == 200, answer.text

    def activity(self, count: int) -> list[Record]:
        """
        Return what was reported about people, once there are so many records.
        """
        reader = self._log.read(self._log.start_positions(["activity"]))
        found: list[Record] = []
        while len(found) < count and (more := reader.poll(count, TIMEOUT_S)):
            found += [delivered.record for delivered in more]
        return found


@contextmanager
def staged(database_url: str, *records: Record) -> Iterator[Staged]:
    """
    Serve an event made by records.
    """
    projected, log = Projected(database_url, InventoryProjection, "inventory"), MemoryLog()
    try:
        projected.append(*records)
        settings = InventoryApiSettings(access_log=False)
        with served(create_app(settings, StreamSettings(database_url=database_url), log)) as origin:
            yield Staged(projected, origin, log)
    finally:
        projected.close()
