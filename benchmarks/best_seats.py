"""
How long it takes to find the best seats: the whole answer in process, for all kinds of questions, as a house fills up.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter

import msgspec

from benchmarks.result import percentile, report
from inventory_api.best_seats.answers import best_seats
from inventory_api.best_seats.wanted import Wanted
from inventory_api.events import Event
from inventory_api.layouts import layout_of, layout_text
from inventory_api.live.event import LiveEvent, LiveListing, LivePart
from inventory_api.seats.drawing import draw
from inventory_api.seats.map import SeatMap
from inventory_api.sections import LISTED, SOLD
from inventory_stream.charts import Chart, Section, generate
from inventory_stream.records.catalogue import OfferPublished

HOUSES = {10_000: "arena", 50_000: "stadium", 100_000: "stadium"}
TAKEN = (0.0, 0.3, 0.6, 0.9, 0.97)
QUESTIONS = 200  # of each house at each filling
TIMES = 3  # each is asked, the middle counts: what else the machine does is not what a question costs
LISTINGS = 500
BAR_SEATS, BAR_MS = 10_000, 5.0
NOW = datetime(2030, 1, 1, tzinfo=UTC)


def main() -> None:
    """
    Print the median and the 99th percentile for each house.
    """
    for seats, kind in HOUSES.items():
        took = sorted(measure(generate(kind, seats)))
        about = f"{len(took)} questions to {kind}s of {seats:,} seats, {min(TAKEN):.0%} to {max(TAKEN):.0%} taken"
        p99 = percentile(took, 0.99)
        bar = f"<= {BAR_MS:.0f} ms for {BAR_SEATS:,} seats" if seats == BAR_SEATS else ""
        report(f"best_seats.{seats}.p50", percentile(took, 0.5), "ms", versus=about)
        report(f"best_seats.{seats}.p99", p99, "ms", versus=about, bar=bar, ok=p99 <= BAR_MS if bar else None)


def measure(chart: Chart) -> Iterator[float]:
    """
    Yield how long each answer took (milliseconds), made and encoded.
    """
    dice = random.Random(5)
    seat_map: SeatMap | None = None
    for taken in TAKEN:
        live = filled(chart, taken, dice)
        # The layout of a chart is shared by all events on it and is kept: it is not part of a question.
        seat_map = seat_map or draw(live, [section.mapped("v", "c", 1) for section in chart.sections])
        questions = [question(dice, chart) for _ in range(QUESTIONS)]
        for wanted in questions:
            yield median(clock(live, seat_map, wanted) for _ in range(TIMES))


def clock(live: LiveEvent, seat_map: SeatMap, wanted: Wanted) -> float:
    """
    Return how long an answer takes (milliseconds).
    """
    began = perf_counter()
    msgspec.json.encode(best_seats(live, seat_map, wanted, NOW, {}))
    return (perf_counter() - began) * 1000


def question(dice: random.Random, chart: Chart) -> Wanted:
    """
    Return what one of many fans wants.
    """
    return Wanted(
        quantity=dice.choice([1, 2, 2, 2, 3, 4, 4, 6, 8, 20]),
        max_price_cents=dice.choice([None, None, 6_000, 9_000]),
        sections=dice.choice([frozenset(), frozenset(), frozenset({chart.sections[0].name})]),
        accessible=dice.random() < 0.05,
        resale=dice.random() < 0.3,
        packages=dice.random() < 0.3,
        split=dice.random() < 0.3,
        alternatives=dice.choice([0, 0, 3, 10]),
    )


def filled(chart: Chart, taken: float, dice: random.Random) -> LiveEvent:
    """
    Return an event that is partly sold, to parties who sat down anywhere, some of whose seats are for resale.
    """
    prices = {level: [12_000 - 2_000 * number, 900] for number, level in enumerate(chart.price_levels)}
    event = Event("e", starts_at=NOW + timedelta(days=30), chart_id="c", chart_version=1, currency="EUR", prices=prices)
    parts, listings = [], []
    for number, section in enumerate(chart.sections):
        statuses = bytearray(section.size)
        while statuses.count(SOLD) < taken * section.size:
            first = dice.randrange(section.size)
            for seat in range(first, min(first + dice.choice([1, 2, 2, 2, 3, 4]), section.size)):
                statuses[seat] = SOLD
        listings += list(listed(section.name, statuses, LISTINGS // len(chart.sections) + 1))
        parts.append(part(number, section, statuses))
    package = OfferPublished(
        event_id="e", offer_id="o", name="Lounge", contains=("lounge",), face_cents=15_000, currency="EUR"
    )
    return LiveEvent(event, tuple(sorted(parts, key=lambda part: part.name)), (package,), tuple(listings), 0)


def listed(section: str, statuses: bytearray, count: int) -> Iterator[LiveListing]:
    """
    List the first sold seats, two by two.
    """
    for number in range(count):
        first = statuses.find(bytes([SOLD, SOLD]))
        if first >= 0:
            statuses[first] = statuses[first + 1] = LISTED
            yield LiveListing(f"{section}-{number}", section, (first, first + 1), 8_000, 800, "EUR")


def part(number: int, section: Section, statuses: bytearray) -> LivePart:
    """
    Return a section as it stands.
    """
    counts = tuple(statuses.count(status) for status in range(LISTED + 1))
    layout = layout_of(layout_text(section.runs(), ()))
    free, held, sold, blocked, listed = counts
    return LivePart(
        number,
        section.name,
        "section",
        layout,
        (section.price_level,),
        b"",
        (free, held, sold, blocked, listed),
        bytes(statuses),
    )


if __name__ == "__main__":
    main()
