"""
The records that benchmarks apply: holds, orders and ends of holds over a given number of sections.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from inventory_stream.records import Encoded, Record, SeatRun, encode
from inventory_stream.records.catalogue import EventScheduled, LevelPrice, PricesSet, SeatsReleased
from inventory_stream.records.inventory import HoldEnded, OrderPlaced, SeatsHeld

START = datetime(2026, 6, 1, 10, tzinfo=UTC)
ROWS, ROW_SEATS = 10, 10


class OnSale:
    """
    Events whose sections have 100 seats each; every record is legal, and the same seed gives the same records.
    """

    def __init__(self, events: int, sections: int, seed: int = 1) -> None:
        """
        Args:
            events: number of events.
            sections: sections in each event.
        """
        self._events, self._sections = events, sections
        self._dice = random.Random(seed)
        self._count = 0
        self._labels = [f"{chr(65 + row)}-{seat}" for row in range(ROWS) for seat in range(1, ROW_SEATS + 1)]
        self._taken: dict[tuple[int, int], int] = {}

    def catalogue(self) -> Iterator[Encoded]:
        """
        Yield the records that put the events on sale.
        """
        runs = tuple(SeatRun(chr(65 + row), 1, ROW_SEATS) for row in range(ROWS))
        for event in range(self._events):
            event_id = f"event-{event}"
            yield self._encode(
                EventScheduled(event_id=event_id, name=f"Concert {event}", venue_id="hall", starts_at=START)
            )
            yield self._encode(PricesSet(event_id=event_id, currency="USD", prices=(LevelPrice("P1", 5000, 500),)))
            for section in range(self._sections):
                yield self._encode(SeatsReleased(event_id=event_id, section=f"S{section}", price_level="P1", runs=runs))

    def sales(self, number: int) -> Iterator[Encoded]:
        """
        Yield about `number` records: each pair of seats is held, then either bought or let go.
        """
        stop = self._count + number
        while self._count < stop:
            place = self._dice.randrange(self._events), self._dice.randrange(self._sections)
            at = self._taken.get(place, 0)
            bought = at < len(self._labels) - 2 and self._dice.random() < 0.5
            self._taken[place] = at + 2 if bought else at
            yield from self._pair(f"event-{place[0]}", f"S{place[1]}", tuple(self._labels[at : at + 2]), bought=bought)

    def _pair(self, event_id: str, section: str, seats: tuple[str, ...], *, bought: bool) -> Iterator[Encoded]:
        hold_id, customer_id = f"hold-{self._count}", f"customer-{self._dice.randrange(100_000)}"
        place: dict[str, Any] = {
            "event_id": event_id,
            "section": section,
            "seats": seats,
            "customer_id": customer_id,
            "channel": "web",
        }
        yield self._encode(SeatsHeld(**place, hold_id=hold_id, expires_at=self._now() + timedelta(minutes=8)))
        if bought:
            yield self._encode(
                OrderPlaced(
                    **place,
                    hold_id=hold_id,
                    order_id=f"o-{self._count}",
                    face_cents=10_000,
                    fees_cents=1_000,
                    price_level="P1",
                )
            )
        yield self._encode(HoldEnded(**place, hold_id=hold_id, reason="completed" if bought else "released"))

    def _now(self) -> datetime:
        return START + timedelta(milliseconds=self._count)

    def _encode(self, record: Record) -> Encoded:
        self._count += 1
        return encode(record, id=f"onsale-{self._count}", source="/benchmarks/onsale", time=self._now())
