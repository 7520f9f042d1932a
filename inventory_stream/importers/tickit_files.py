"""
The pipe-separated files of a TICKIT catalogue, line by line: rows with checked fields, and the lines that are wrong.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, TypeVar

from inventory_stream.charts import MAX_CAPACITY
from inventory_stream.importers.problems import ImportRefused, Problem

VENUES = "venue_pipe.txt"
CATEGORIES = "category_pipe.txt"
DATES = "date2008_pipe.txt"
EVENTS = "allevents_pipe.txt"
_TEXT = 300


class Venue(NamedTuple):
    """
    One line of the venue file; `seats` is 0 where the file does not know; `line` counts from 1.
    """

    id: int
    name: str
    city: str
    region: str
    seats: int
    line: int


class Category(NamedTuple):
    """
    One line of the category file: `group` (Shows) and `name` (Opera).
    """

    id: int
    group: str
    name: str


class Event(NamedTuple):
    """
    One line of the events file; `starts_at` is the venue's local time. `line` counts from 1.
    """

    id: int
    venue_id: int
    category_id: int
    name: str
    starts_at: datetime
    line: int


class Catalogue(NamedTuple):
    """
    All rows by id, and what was wrong.
    """

    venues: dict[int, Venue]
    categories: dict[int, Category]
    events: dict[int, Event]
    problems: list[Problem]


Row = TypeVar("Row", Venue, Category, Event, tuple[int])


def read_catalogue(folder: Path) -> Catalogue:
    """
    Read the four files of a folder.

    Raises:
        ImportRefused: a file is missing.
    """
    missing = [name for name in (VENUES, CATEGORIES, DATES, EVENTS) if not (folder / name).is_file()]
    if missing:
        raise ImportRefused([Problem(name, "file", f"not found in {folder}") for name in missing])
    problems: list[Problem] = []
    venues = _read(folder / VENUES, 5, _venue, problems)
    categories = _read(folder / CATEGORIES, 4, _category, problems)
    dates = _read(folder / DATES, 8, _date, problems)

    def event(fields: list[str], line: int) -> Event:
        """
        Return the event of a line, whose venue, category and date the other files know.
        """
        _known("dateid", fields[3], dates, DATES)
        return Event(
            _number("eventid", fields[0]),
            _known("venueid", fields[1], venues, VENUES),
            _known("catid", fields[2], categories, CATEGORIES),
            _text("eventname", fields[4]),
            _time("starttime", fields[5]),
            line,
        )

    events = _read(folder / EVENTS, 6, event, problems)
    return Catalogue(venues, categories, events, problems)


def _read(path: Path, fields: int, parse: Callable[[list[str], int], Row], problems: list[Problem]) -> dict[int, Row]:
    rows: dict[int, Row] = {}
    for line, content in _lines(path, problems):
        try:
            parts = content.split("|")
            if len(parts) != fields:
                raise ValueError(f"{len(parts)} fields, expected {fields}")  # noqa: TRY301 - one way out of a line
            row = parse(parts, line)
            if row[0] in rows:
                raise ValueError(f"id {row[0]} was there before")  # noqa: TRY301
        except ValueError as error:
            problems.append(Problem(path.name, f"line {line}", str(error)))
        else:
            rows[row[0]] = row
    return rows


def _lines(path: Path, problems: list[Problem]) -> Iterator[tuple[int, str]]:
    """
    Yield number and text of the lines that have any; a line that is not UTF-8 is a problem.
    """
    for line, content in enumerate(path.read_bytes().split(b"\n"), 1):
        try:
            text = content.decode().rstrip("\r")
        except UnicodeDecodeError:
            problems.append(Problem(path.name, f"line {line}", "not UTF-8 text"))
            continue
        if text:
            yield line, text


def _venue(fields: list[str], line: int) -> Venue:
    seats = _number("venueseats", fields[4] or "0")
    if seats > MAX_CAPACITY:
        raise ValueError(f"venueseats: {seats} is more than {MAX_CAPACITY}")
    name, city, region = (
        _text(name, field) for name, field in zip(("venuename", "venuecity", "venuestate"), fields[1:4], strict=True)
    )
    return Venue(_number("venueid", fields[0]), name, city, region, seats, line)


def _category(fields: list[str], line: int) -> Category:
    return Category(_number("catid", fields[0]), _text("catgroup", fields[1]), _text("catname", fields[2]))


def _date(fields: list[str], line: int) -> tuple[int]:
    return (_number("dateid", fields[0]),)


def _number(name: str, field: str) -> int:
    if not (field.isascii() and field.isdigit() and len(field) <= 9):
        raise ValueError(f"{name}: '{field[:40]}' is not a number")
    return int(field)


def _text(name: str, field: str) -> str:
    if not 0 < len(field.strip()) <= _TEXT:
        raise ValueError(f"{name}: expected 1 to {_TEXT} characters, got {len(field.strip())}")
    return field.strip()


def _time(name: str, field: str) -> datetime:
    try:
        time = datetime.fromisoformat(field)
    except ValueError:
        raise ValueError(f"{name}: '{field[:40]}' is not a time like 2020-01-25 14:30:00") from None
    if time.tzinfo or time.year < 1900:
        raise ValueError(f"{name}: '{field[:40]}' is not a local time since 1900")
    return time


def _known(name: str, field: str, rows: dict[int, Row], file: str) -> int:
    number = _number(name, field)
    if number not in rows:
        raise ValueError(f"{name}: {number} is not in {file}, or its line is wrong")
    return number
