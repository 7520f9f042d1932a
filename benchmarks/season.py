"""
A large catalogue: events with names, places, prices and sales as people would search them.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from benchmarks.onsale import START
from inventory_stream.records import Encoded, Record, SeatRun, encode
from inventory_stream.records.catalogue import (
    ChartRow,
    ChartSeat,
    ChartSectionMapped,
    EventScheduled,
    LevelPrice,
    PricesSet,
    SeatsReleased,
)
from inventory_stream.records.inventory import OrderPlaced

WORDS, VENUES, ATTRACTIONS, CITIES, REGIONS = 20_000, 3_000, 12_000, 400, 40
COMMON = [
    "The",
    "Of",
    "And",
    "Night",
    "Lights",
    "Tour",
    "Live",
    "Festival",
    "Show",
    "Orchestra",
    "Band",
    "Club",
    "Summer",
    "Winter",
    "Road",
    "House",
]
KINDS = {
    "Music": ["Rock", "Pop", "Jazz", "Folk", "Soul", "Metal", "Electronic", "Classical"],
    "Sports": ["Football", "Basketball", "Hockey", "Tennis"],
    "Theatre": ["Musical", "Drama", "Comedy", "Ballet", "Opera"],
    "Family": ["Circus", "Magic", "Ice"],
}
SEATS = tuple(f"A-{seat}" for seat in range(1, 21))
DAYS = 365
FIRST_DAY = START.replace(year=2090)  # whenever the benchmark runs, events are still to come

Fields = dict[str, Any]


class Season:
    """
    Events at venues with charts; the same seed gives the same records.
    """

    def __init__(self, events: int, seed: int = 1) -> None:
        """
        Args:
            events: number of events.
        """
        self._dice = dice = random.Random(seed)
        words = [self._word() for _ in range(WORDS)]
        cities = [(words[number], f"Region {number % REGIONS}", "US") for number in range(CITIES)]
        self.attractions = [self._name(words) for _ in range(ATTRACTIONS)]
        self._venues: list[Fields] = [
            {"venue_id": f"venue-{number}", "venue_name": f"{self._name(words)} Hall"}
            | dict(zip(("city", "region", "country"), dice.choice(cities), strict=True))
            for number in range(VENUES)
        ]
        self.events = [self._event(number, words) for number in range(events)]

    def records(self) -> Iterator[Encoded]:
        """
        Yield the records that bring the season about.
        """
        for count, record in enumerate(self._records()):
            yield encode(record, id=f"season-{count}", source="/benchmarks/season", time=START)

    def sample(self, number: int, seed: int) -> list[Fields]:
        """
        Return some events.
        """
        return random.Random(seed).sample(self.events, number)

    def _records(self) -> Iterator[Record]:
        seats = tuple(ChartSeat(label, float(place), 0.0, accessible=place < 2) for place, label in enumerate(SEATS))
        for venue in self._venues:
            chart: Fields = {"venue_id": venue["venue_id"], "chart_id": "chart", "chart_version": 1}
            yield ChartSectionMapped(**chart, section="Front", rows=(ChartRow("A", seats),))
        for number, fields in enumerate(self.events):
            yield EventScheduled(**fields, chart_id="chart", chart_version=1)
            yield from self._places(fields["event_id"], number)

    def _places(self, event_id: str, number: int) -> Iterator[Record]:
        low = 500 * self._dice.randint(3, 40)
        prices = (LevelPrice("P1", 2 * low, low // 5), LevelPrice("P2", low, low // 10))
        yield PricesSet(event_id=event_id, currency="USD", prices=prices)
        yield SeatsReleased(event_id=event_id, section="Front", price_level="P1", runs=(SeatRun("A", 1, len(SEATS)),))
        yield SeatsReleased(event_id=event_id, section="Back", price_level="P2", quantity=100)
        sold: Fields = {"event_id": event_id, "order_id": f"o-{number}", "face_cents": low}
        if number % 4 == 0:
            yield OrderPlaced(**sold, section="Front", seats=SEATS)
        if number % 10 == 0:
            yield OrderPlaced(**sold, section="Back", quantity=100 if number % 20 else 97)

    def _event(self, number: int, words: list[str]) -> Fields:
        dice = self._dice
        category = dice.choice(list(KINDS))
        attraction = self.attractions[int(dice.random() ** 3 * ATTRACTIONS)]  # few are on very often
        tour = f"{dice.choice(words)} Tour"
        shown: Fields = {"name": f"{attraction}: {tour}", "attraction": attraction, "tour": tour, "category": category}
        shown |= {"genre": dice.choice(KINDS[category]), "starts_at": self._start(), "on_sale_at": START}
        return {"event_id": f"{dice.getrandbits(128):032x}"} | shown | dice.choice(self._venues)

    def _start(self) -> datetime:
        return FIRST_DAY + timedelta(days=self._dice.randrange(DAYS), hours=self._dice.choice((5, 8, 9, 10)))

    def _word(self) -> str:
        pairs = (self._dice.choice("bcdfghklmnprstvz") + self._dice.choice("aeiou") for _ in range(4))
        return "".join(pairs)[: self._dice.randint(4, 8)].capitalize()

    def _name(self, words: list[str]) -> str:
        dice = self._dice
        return " ".join([dice.choice(COMMON), *(dice.choice(words) for _ in range(dice.randint(1, 2)))])
