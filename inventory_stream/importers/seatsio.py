"""
A seats.io chart to records: a venue, its chart, and on request an event on it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from inventory_stream.importers.documents import Document, checked_document, digest
from inventory_stream.importers.problems import ImportRefused, Problem
from inventory_stream.importers.seatsio_chart import ChartReading, Plan, SeatsioChart
from inventory_stream.records import SeatRun
from inventory_stream.records.catalogue import (
    ChartRow,
    EventScheduled,
    LevelPrice,
    PricesSet,
    SeatsReleased,
    VenueDefined,
)

SOURCE = "/import/seatsio"
_CHART_VERSION = 1  # a changed chart gets another id: tickets of an earlier event keep the chart they were sold by
_LONGEST_RUN_ROW = 40  # limits of `SeatRun`
_LONGEST_STEP = 10


class EventWanted(msgspec.Struct, frozen=True):
    """
    An event to schedule on the imported chart. `prices` are face values in cents by category label.

    `price_cents` is that of all other categories.
    """

    name: str
    starts_at: datetime
    price_cents: int = 5_000
    prices: Mapping[str, int] = {}
    currency: str = "USD"


class SeatsioImport(msgspec.Struct, frozen=True):
    """
    What a chart file gave: documents to append, what was skipped, and the ids to ask for. No event: an empty id.
    """

    documents: list[Document]
    skipped: list[Problem]
    venue_id: str
    chart_id: str
    event_id: str
    places: int


def seatsio_documents(
    path: Path, venue_id: str, venue_name: str, *, event: EventWanted | None = None, skip_invalid: bool = False
) -> SeatsioImport:
    """
    Read a chart file and return its documents.

    Args:
        skip_invalid: leave sections out that are wrong instead of refusing all.

    Raises:
        ImportRefused: something is wrong and must not be skipped, or the file is no chart.
    """
    content, chart = _read(path)
    reading = ChartReading(chart, path.name)
    plans = reading.plans()
    wrong = {problem.where.removeprefix("section ") for problem in reading.problems}
    plans = [plan for plan in plans if plan.name not in wrong]
    problems = reading.problems + (_check_prices(plans, event) if event else [])
    if (problems and not skip_invalid) or not plans:
        raise ImportRefused(problems)
    chart_id = f"{slug(chart.name)}-{digest(content)[:8]}"
    event_id = _event_id(venue_id, event) if event else ""
    places = sum(map(_places, plans))
    venue = VenueDefined(venue_id=venue_id, name=venue_name, capacity=places)
    documents: list[Document] = []
    try:
        documents += [checked_document(f"venue/{venue_id}", venue), *_chart_documents(venue_id, chart_id, plans)]
        if event:
            documents += _event_documents(event, event_id, venue, chart_id, plans)
    except msgspec.ValidationError as error:
        raise ImportRefused([Problem(path.name, "chart", str(error))]) from error
    return SeatsioImport(documents, problems, venue_id, chart_id, event_id, places)


def slug(name: str) -> str:
    """
    Return a name as a part of an id: lower-case letters, digits and dashes, at most 40.
    """
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "chart"


def _event_id(venue_id: str, event: EventWanted) -> str:
    return f"{venue_id}-{slug(event.name)}-{event.starts_at.astimezone(UTC):%Y%m%d%H%M}"


def _places(plan: Plan) -> int:
    return plan.capacity + sum(len(row.seats) for row in plan.rows)


def _read(path: Path) -> tuple[bytes, SeatsioChart]:
    try:
        content = path.read_bytes()
        return content, msgspec.json.decode(content, type=SeatsioChart)
    except OSError as error:
        raise ImportRefused([Problem(path.name, "file", error.strerror or str(error))]) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ImportRefused([Problem(path.name, "chart", f"not a seats.io chart: {error}")]) from error


def _chart_documents(venue_id: str, chart_id: str, plans: Sequence[Plan]) -> Iterator[Document]:
    for plan in plans:
        mapped = plan.mapped(venue_id, chart_id, _CHART_VERSION)
        yield checked_document(f"chart/{venue_id}/{chart_id}/{plan.name}", mapped)


def _event_documents(
    event: EventWanted, event_id: str, venue: VenueDefined, chart_id: str, plans: Sequence[Plan]
) -> Iterator[Document]:
    scheduled = EventScheduled(
        event_id=event_id,
        name=event.name,
        attraction=event.name,
        venue_id=venue.venue_id,
        venue_name=venue.name,
        starts_at=event.starts_at.astimezone(UTC),
        chart_id=chart_id,
        chart_version=_CHART_VERSION,
        currency=event.currency,
    )
    yield checked_document(f"event/{event_id}", scheduled)
    faces = {level: event.prices.get(level, event.price_cents) for level in _levels(plans)}
    prices = tuple(LevelPrice(level, face) for level, face in faces.items())
    yield checked_document(f"prices/{event_id}", PricesSet(event_id=event_id, currency=event.currency, prices=prices))
    for plan in plans:
        for released in _released(event_id, plan):
            yield checked_document(f"seats/{event_id}/{plan.name}/{released.price_level}", released)


def _levels(plans: Sequence[Plan]) -> list[str]:
    """
    Return the price levels in use, in the order of the chart.
    """
    return list(dict.fromkeys(level for plan in plans for level in _levels_of(plan)))


def _levels_of(plan: Plan) -> dict[str, None]:
    levels = dict.fromkeys(seat.price_level or plan.price_level for row in plan.rows for seat in row.seats)
    return levels or {plan.price_level: None}


def _check_prices(plans: Sequence[Plan], event: EventWanted) -> list[Problem]:
    known = _levels(plans)
    reason = f"is no category of the chart; it has {', '.join(known)}"
    return [Problem("prices", category, reason) for category in event.prices if category not in known]


def _released(event_id: str, plan: Plan) -> Iterator[SeatsReleased]:
    """
    Yield one record a price level in use within the section.
    """
    if not plan.rows:
        yield SeatsReleased(event_id=event_id, section=plan.name, price_level=plan.price_level, quantity=plan.capacity)
        return
    for level in _levels_of(plan):
        runs: list[SeatRun] = []
        seats: list[str] = []
        for row in plan.rows:
            labels = [seat.label for seat in row.seats if (seat.price_level or plan.price_level) == level]
            found = seat_runs(row, labels)
            runs += found
            seats += [] if found else labels
        yield SeatsReleased(
            event_id=event_id, section=plan.name, price_level=level, runs=tuple(runs), seats=tuple(seats)
        )


def seat_runs(row: ChartRow, labels: Sequence[str]) -> list[SeatRun]:
    """
    Return runs that stand for exactly these labels of a row, rows that count down being turned; none where labels are
    not the row's label and plain numbers.
    """
    numbers = [int(tail) for label in labels if (tail := label.removeprefix(f"{row.label}-")).isdecimal()]
    if [f"{row.label}-{number}" for number in numbers] != list(labels) or len(row.label) > _LONGEST_RUN_ROW:
        return []
    if len(numbers) > 1 and numbers[0] > numbers[-1]:
        numbers.reverse()
    runs: list[SeatRun] = []
    while numbers:
        length, step = _stride(numbers)
        runs.append(SeatRun(row.label, numbers[0], numbers[length - 1], step))
        numbers = numbers[length:]
    return runs


def _stride(numbers: Sequence[int]) -> tuple[int, int]:
    """
    Return how many of the first numbers follow each other by the same step, and the step (1 for a number alone).
    """
    step = numbers[1] - numbers[0] if len(numbers) > 1 else 1
    if not 0 < step <= _LONGEST_STEP:
        return 1, 1
    length = 1
    while length < len(numbers) and numbers[length] == numbers[0] + step * length:
        length += 1
    return length, step
