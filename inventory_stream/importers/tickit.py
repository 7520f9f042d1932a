"""
A TICKIT catalogue to records: venues with generated charts, events with their manifests and prices.

TICKIT says when and where an event is, not what it costs or when sales begin: charts, prices and the time of the
on-sale are made up from the ids, the same each time.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from inventory_stream.charts import REVISION, Chart, Section, generate
from inventory_stream.importers.documents import Document, checked_document, digest
from inventory_stream.importers.problems import ImportRefused, Problem
from inventory_stream.importers.tickit_files import EVENTS, VENUES, Catalogue, Event, Venue, read_catalogue
from inventory_stream.importers.tickit_places import venue_country, venue_currency, venue_kind, venue_zone
from inventory_stream.records.catalogue import EventScheduled, LevelPrice, PricesSet, VenueDefined

SOURCE = "/import/tickit"
_BASE_CENTS = {"Musicals": 9_000, "Plays": 6_500, "Opera": 11_000, "Pop": 7_500}
_OTHER_BASE_CENTS = 6_000
_LEVEL_FACTORS = {"P1": 2.2, "P2": 1.5, "P3": 1.0, "P4": 0.7, "P5": 0.5}
_FEE_SHARE, _FEE_CENTS = 0.12, 350
_ON_SALE_HOUR = time(10, 0)


class Place(NamedTuple):
    """
    A venue with the chart that was generated for it.
    """

    row: Venue
    chart: Chart
    chart_id: str

    @property
    def id(self) -> str:
        """
        The venue's id in the stream.
        """
        return f"tickit-v{self.row.id}"


def tickit_documents(
    folder: Path, *, skip_invalid: bool = False, shift_days: int = 0
) -> tuple[list[Document], list[Problem]]:
    """
    Read a folder of TICKIT files and return the documents, and the problems whose lines were skipped.

    Args:
        skip_invalid: leave wrong lines out, and events at venues that are wrong, instead of refusing all.
        shift_days: move all events by so many days, such as 2,555 to bring 2020 to 2027 on the same weekdays.

    Raises:
        ImportRefused: a line is wrong and must not be skipped, or a file is missing.
    """
    catalogue = read_catalogue(folder)
    problems = catalogue.problems
    shift = timedelta(days=shift_days)
    documents: list[Document] = []
    places: dict[int, Place] = {}
    for venue in catalogue.venues.values():
        try:
            venue_zone(venue)
            places[venue.id] = _place(venue)
            documents += list(_venue_documents(places[venue.id]))  # all of it or nothing
        except ValueError as error:
            problems.append(Problem(VENUES, f"line {venue.line}", str(error)))
    for event in catalogue.events.values():
        try:
            documents += list(_event_documents(event, places, catalogue, shift))
        except (ValueError, OverflowError) as error:
            problems.append(Problem(EVENTS, f"line {event.line}", str(error)))
    if problems and not skip_invalid:
        raise ImportRefused(problems)
    return documents, problems


def _place(venue: Venue) -> Place:
    kind = venue_kind(venue)
    return Place(venue, _chart(kind.chart, kind.capacity), f"{kind.chart}-{kind.capacity}")


@cache
def _chart(kind: str, capacity: int) -> Chart:
    """
    Return a chart once for all venues of a kind and size, checked against the contract by what it sells.
    """
    chart = generate(kind, capacity)
    for section in chart.sections:
        checked_document("", section.released("tickit"))
    return chart


def _venue_documents(place: Place) -> Iterator[Document]:
    row = place.row
    defined = VenueDefined(
        venue_id=place.id,
        name=row.name,
        city=row.city,
        region=row.region,
        country=venue_country(row),
        capacity=place.chart.capacity,
        timezone=venue_zone(row).key,
    )
    yield checked_document(f"venue/{row.id}", defined)
    for section in place.chart.sections:
        build = partial(section.mapped, place.id, place.chart_id, REVISION)
        yield Document(f"chart/{row.id}/{place.chart_id}/{section.name}", _layout_digest(place, section), build)


def _layout_digest(place: Place, section: Section) -> str:
    """
    Return a digest of what a section is made from, which is far quicker than of the seats themselves.
    """
    return digest(f"{place.chart_id}/{REVISION}/{section.name}".encode())


def _event_documents(
    event: Event, places: dict[int, Place], catalogue: Catalogue, shift: timedelta
) -> Iterator[Document]:
    place = places.get(event.venue_id)
    if place is None:
        raise ValueError(f"venueid: {event.venue_id} has no valid line in {VENUES}")
    event_id = f"tickit-e{event.id}"
    yield checked_document(f"event/{event.id}", _scheduled(event, event_id, place, catalogue, shift))
    genre = catalogue.categories[event.category_id].name
    yield checked_document(f"prices/{event.id}", _prices(event, event_id, place, genre))
    for section in place.chart.sections:
        build = partial(section.released, event_id)
        yield Document(f"seats/{event.id}/{section.name}", _layout_digest(place, section), build)


def _scheduled(event: Event, event_id: str, place: Place, catalogue: Catalogue, shift: timedelta) -> EventScheduled:
    category = catalogue.categories[event.category_id]
    zone = venue_zone(place.row)
    local = event.starts_at + shift
    return EventScheduled(
        event_id=event_id,
        name=event.name,
        venue_id=place.id,
        starts_at=local.replace(tzinfo=zone).astimezone(UTC),
        chart_id=place.chart_id,
        chart_version=REVISION,
        attraction=event.name,
        category=category.group,
        genre=category.name,
        venue_name=place.row.name,
        city=place.row.city,
        region=place.row.region,
        country=venue_country(place.row),
        timezone=zone.key,
        currency=venue_currency(place.row),
        on_sale_at=datetime.combine(_on_sale_day(event.id, local.date()), _ON_SALE_HOUR, zone).astimezone(UTC),
    )


def _on_sale_day(event_id: int, day: date) -> date:
    """
    Return a Friday 8 to 25 weeks before the event.
    """
    earlier = day - timedelta(weeks=8 + crc32(b"on-sale %d" % event_id) % 17)
    return earlier - timedelta(days=(earlier.weekday() - 4) % 7)


def _prices(event: Event, event_id: str, place: Place, genre: str) -> PricesSet:
    """
    Return prices by level around the genre's usual price, up to a third dearer or cheaper, to the half unit.
    """
    demand = 0.67 + crc32(b"demand %d" % event.id) % 1_000 / 1_500
    base = _BASE_CENTS.get(genre, _OTHER_BASE_CENTS) * demand
    faces = {level: round(base * _LEVEL_FACTORS[level] / 50) * 50 for level in place.chart.price_levels}
    prices = tuple(LevelPrice(level, face, round(face * _FEE_SHARE) + _FEE_CENTS) for level, face in faces.items())
    return PricesSet(event_id=event_id, currency=venue_currency(place.row), prices=prices)
