"""
TICKIT catalogues become records once, and wrong lines are named.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from inventory_stream.importers import Counts, ImportRefused, append_documents, tickit_documents
from inventory_stream.importers.tickit import SOURCE
from inventory_stream.records import TYPES
from inventory_stream.testing import MemoryLog

DATA = Path(__file__).parents[3] / "shared/data/tickit"
NOW = datetime(2027, 1, 1, tzinfo=UTC)
FILES = {
    "venue_pipe.txt": "1|Grand Opera|Chicago|IL|400\n2|Bell Centre|Montreal|QC|0\n",
    "category_pipe.txt": "8|Shows|Opera|All opera\n",
    "date2008_pipe.txt": "1851|2020-01-25|SA|4|JAN|1|2020|0\n",
    "allevents_pipe.txt": "7|1|8|1851|Salome|2020-01-25 14:30:00\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """
    A small catalogue.
    """
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def imported(log: MemoryLog, folder: Path) -> Counts:
    """
    Import a folder.
    """
    documents, _ = tickit_documents(folder)
    return append_documents(log, SOURCE, documents, now=NOW)


def records(log: MemoryLog) -> list:
    """
    Return all records of the stream.
    """
    reader = log.read(log.start_positions(["inventory"]))
    return [delivered.record for delivered in reader.poll(100_000, 0)]


def test_an_event_has_times_of_its_venue(folder: Path) -> None:
    """
    Half past two in Chicago in winter is half past eight UTC.
    """
    event = next(d.build() for d in tickit_documents(folder)[0] if d.subject == "event/7")

    assert event.starts_at == datetime(2020, 1, 25, 20, 30, tzinfo=UTC)
    assert (event.category, event.genre, event.timezone) == ("Shows", "Opera", "America/Chicago")


def test_an_event_sells_its_venue(folder: Path) -> None:
    """
    The manifest of an event has as many places as the venue, and a price for each level.
    """
    log = MemoryLog()
    imported(log, folder)
    found = [record for record in records(log) if getattr(record, "event_id", "") == "tickit-e7"]
    released = [record for record in found if isinstance(record, TYPES["seats.released.v1"].cls)]
    prices = next(record for record in found if isinstance(record, TYPES["prices.set.v1"].cls))

    assert sum(len(record.labels()) + record.quantity for record in released) == 400
    assert {record.price_level for record in released} == {price.price_level for price in prices.prices}


def test_a_second_import_changes_nothing(folder: Path) -> None:
    """
    What the stream holds is not appended again.
    """
    log = MemoryLog()
    first = imported(log, folder)

    assert imported(log, folder) == Counts(0, 0, first.added)
    assert len(records(log)) == first.added


def test_a_changed_line_changes_its_event(folder: Path) -> None:
    """
    Only the event whose name changed is appended again; going back is a change with another id.
    """
    log = MemoryLog()
    first = imported(log, folder)
    for name in ("Elektra", "Salome"):
        (folder / "allevents_pipe.txt").write_text(FILES["allevents_pipe.txt"].replace("Salome", name))
        assert imported(log, folder) == Counts(0, 1, first.added - 1)

    reader = log.read(log.start_positions(["inventory"]))
    ids = [delivered.id for delivered in reader.poll(100_000, 0)]
    assert len(set(ids)) == len(ids)


WRONG = [
    ("allevents_pipe.txt", "7|1|8|1851|Salome", "5 fields, expected 6"),
    ("allevents_pipe.txt", "x|1|8|1851|Salome|2020-01-25 14:30:00", "eventid: 'x' is not a number"),
    ("allevents_pipe.txt", "8|9|8|1851|Salome|2020-01-25 14:30:00", "venueid: 9 is not in venue_pipe.txt"),
    ("allevents_pipe.txt", "8|1|9|1851|Salome|2020-01-25 14:30:00", "catid: 9 is not in category_pipe.txt"),
    ("allevents_pipe.txt", "8|1|8|9|Salome|2020-01-25 14:30:00", "dateid: 9 is not in date2008_pipe.txt"),
    ("allevents_pipe.txt", "8|1|8|1851||2020-01-25 14:30:00", "eventname: expected 1 to 300 characters, got 0"),
    ("allevents_pipe.txt", "8|1|8|1851|Salome|soon", "starttime: 'soon' is not a time"),
    ("allevents_pipe.txt", "8|1|8|1851|Salome|0020-01-25 14:30:00", "starttime: '0020-01-25 14:30:00' is not a local"),
    ("allevents_pipe.txt", "7|1|8|1851|Salome|2020-01-25 14:30:00", "id 7 was there before"),
    ("allevents_pipe.txt", b"8|1|8|1851|Salom\xe9|2020-01-25 14:30:00", "not UTF-8 text"),
    ("venue_pipe.txt", "3|Hall|Chicago|IL|9999999", "venueseats: 9999999 is more than"),
    ("venue_pipe.txt", "3|Hall|Chicago|XX|10", "the time zone of 'XX' is not known"),
]


@pytest.mark.parametrize(("file", "line", "reason"), WRONG)
def test_a_wrong_line_is_named(folder: Path, file: str, line: str | bytes, reason: str) -> None:
    """
    File, line and reason are said, and nothing is to be appended.
    """
    content = line.encode() if isinstance(line, str) else line
    (folder / file).write_bytes(FILES[file].encode() + content + b"\n")

    with pytest.raises(ImportRefused) as refused:
        tickit_documents(folder)

    problem = refused.value.problems[0]
    assert (problem.file, problem.where) == (file, f"line {FILES[file].count(chr(10)) + 1}")
    assert reason in problem.reason


def test_skipped_lines_are_listed(folder: Path) -> None:
    """
    Skipping leaves out the wrong line alone and says so.
    """
    whole, _ = tickit_documents(folder)
    with (folder / "allevents_pipe.txt").open("a") as file:
        file.write("wrong\n")

    documents, skipped = tickit_documents(folder, skip_invalid=True)

    assert [d[:2] for d in documents] == [d[:2] for d in whole]
    assert str(skipped[0]) == "allevents_pipe.txt, line 2: 1 fields, expected 6"


def test_a_missing_file_is_named(folder: Path) -> None:
    """
    A folder that lacks a file is refused with the file's name.
    """
    (folder / "venue_pipe.txt").unlink()

    with pytest.raises(ImportRefused, match=r"venue_pipe.txt, file: not found"):
        tickit_documents(folder, skip_invalid=True)


def test_the_whole_catalogue_is_read() -> None:
    """
    All of the real catalogue is valid, in at most 200,000 records.
    """
    if not DATA.is_dir():
        pytest.skip("the TICKIT catalogue is not on this machine")
    documents, skipped = tickit_documents(DATA)

    assert sum(document.subject.startswith("event/") for document in documents) == 8_798
    assert (len({d.subject for d in documents}), skipped) == (len(documents), [])
    assert len(documents) <= 200_000
