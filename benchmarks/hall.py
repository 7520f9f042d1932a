"""
One large event as a real one is: many sections, some with two price levels, a good part sold, a few listed for resale.
"""

from collections.abc import Iterator

from benchmarks.onsale import START
from inventory_stream.records import Encoded, Record, SeatRun, encode
from inventory_stream.records.catalogue import EventScheduled, LevelPrice, PricesSet, SeatsReleased, SeatsRepriced
from inventory_stream.records.inventory import ListingOpened, OrderPlaced

SECTIONS, ROWS, ROW_SEATS = 60, 16, 21
LEVELS = ("Floor", "Lower", "Club", "Upper", "Balcony", "Lawn")
ROW_NAMES = "ABCDEFGHJKLMNPQR"


def hall(event_id: str) -> Iterator[Encoded]:
    """
    Yield the records of an event of 20,160 seats in 60 sections.
    """
    for number, record in enumerate(_records(event_id)):
        yield encode(record, id=f"{event_id}-{number}", source="/benchmarks/hall", time=START)


def section_names() -> list[str]:
    """
    Return the names of its sections.
    """
    return [str(100 * (1 + number // 20) + number % 20) for number in range(SECTIONS)]


def _records(event_id: str) -> Iterator[Record]:
    yield EventScheduled(
        event_id=event_id,
        name="The Long Evening",
        venue_id="hall",
        venue_name="Great Hall",
        city="Lyon",
        starts_at=START.replace(year=2090),
    )
    prices = tuple(LevelPrice(level, 19_000 - 2_500 * number, 1_900) for number, level in enumerate(LEVELS))
    yield PricesSet(event_id=event_id, currency="EUR", prices=prices)
    for number, section in enumerate(section_names()):
        yield from _section(event_id, section, number)


def _section(event_id: str, section: str, number: int) -> Iterator[Record]:
    level, runs = LEVELS[number * len(LEVELS) // SECTIONS], tuple(SeatRun(row, 1, ROW_SEATS) for row in ROW_NAMES)
    yield SeatsReleased(event_id=event_id, section=section, price_level=level, runs=runs)
    if number % 2:
        front = tuple(_row(0) + _row(1))
        yield SeatsRepriced(event_id=event_id, section=section, price_level="Club", seats=front)
    for row in range(number % ROWS):
        sold = tuple(_row(row)[: ROW_SEATS - row])
        order_id = f"o-{section}-{row}"
        yield OrderPlaced(event_id=event_id, section=section, seats=sold, order_id=order_id, face_cents=100)
        if row == 3:
            yield ListingOpened(
                event_id=event_id, section=section, seats=sold[:2], listing_id=f"l-{section}", face_cents=9_000
            )


def _row(number: int) -> list[str]:
    return [f"{ROW_NAMES[number]}-{seat}" for seat in range(1, ROW_SEATS + 1)]
