"""
Documents: what an importer wants the stream to hold, and the comparison with what it holds.

A document is about a subject, such as one event's prices. Its record's id is the subject and a digest of the content,
so the ids of a source that lie in the stream tell which content of which subject is its newest.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import blake2b
from itertools import islice
from typing import NamedTuple

import msgspec

from inventory_stream.log.base import Log, LogUnavailable
from inventory_stream.log.ranges import read_range
from inventory_stream.records import TYPES, Encoded, Record, encode, type_name

Report = Callable[[int], None]
_BATCH = 2_000  # records a batch: large enough for the log, small enough for memory and a moving progress bar
_POLL_S, _SILENT_POLLS = 1.0, 30  # so many in a row that bring no record before the end are too many


class Document(NamedTuple):
    """
    A record to be, made when it is needed: an import of a large catalogue does not fit into memory as bytes.
    """

    subject: str
    digest: str
    build: Callable[[], Record]


class Counts(NamedTuple):
    """
    What an import did, in records.
    """

    added: int
    changed: int
    unchanged: int


def checked_document(subject: str, record: Record) -> Document:
    """
    Return the document of a record that is at hand, checked against the contract.

    Raises:
        msgspec.ValidationError: the record breaks a rule of its type; the message names the field.
    """
    value = msgspec.json.encode(record)
    TYPES[type_name(type(record))].decoder.decode(value)
    return Document(subject, digest(value), lambda: record)


def digest(content: bytes) -> str:
    """
    Return 16 hexadecimal digits that stand for the content.
    """
    return blake2b(content, digest_size=8).hexdigest()


class Held:
    """
    What the stream holds from one source: the ids in use, and the newest content of each subject.
    """

    def __init__(self, ids: Iterable[str] = ()) -> None:
        """
        Args:
            ids: ids of records, oldest first.
        """
        self._ids: set[str] = set()
        self._newest: dict[str, str] = {}
        for id in ids:
            self.add(id)

    def add(self, id: str) -> None:
        """
        Take note of a record that the stream holds.
        """
        subject, _, content = id.rpartition(":")
        self._ids.add(id)
        self._newest[subject] = content.partition(".")[0]

    def compare(self, document: Document) -> str:
        """
        Return "added", "changed" or "unchanged": what the document is to the stream.
        """
        newest = self._newest.get(document.subject)
        if newest is None:
            return "added"
        return "unchanged" if newest == document.digest else "changed"

    def new_id(self, document: Document) -> str:
        """
        Return an id for the document. Content that comes back after a change gets a number: an old id would be taken
        for a redelivery.
        """
        id = plain = f"{document.subject}:{document.digest}"
        again = 1
        while id in self._ids:
            again += 1
            id = f"{plain}.{again}"
        return id


def read_held(log: Log, source: str, topic: str = "inventory", report: Report = lambda count: None) -> Held:
    """
    Return what the topic holds from this source, by reading it from its start to its present end.

    Args:
        report: called with the number of records read since the last call.

    Raises:
        LogUnavailable: the log stopped giving records before its end.
    """
    starts, ends = log.start_positions([topic]), log.end_positions([topic])
    held, silent = Held(), 0
    for found in read_range(log, starts, ends, frozenset(), timeout_s=_POLL_S):
        silent = 0 if found else silent + 1
        if silent >= _SILENT_POLLS:
            raise LogUnavailable(f"reading {topic} gave nothing for {_SILENT_POLLS * _POLL_S:.0f} s before its end")
        for delivered in found:
            if delivered.source == source:
                held.add(delivered.id)
        report(len(found))
    return held


def append_documents(
    log: Log,
    source: str,
    documents: Sequence[Document],
    *,
    now: datetime,
    held: Held | None = None,
    report: Report = lambda count: None,
) -> Counts:
    """
    Append what is new or changed, in order, and return how many records that were.

    Args:
        source: the `ce_source` of all records.
        now: the time of all records.
        held: what the stream holds; read from it when None.
        report: called with the number of documents dealt with since the last call.
    """
    held = read_held(log, source) if held is None else held
    counts = dict.fromkeys(Counts._fields, 0)
    for batch in _batches(documents):
        log.send(_encoded(batch, held, counts, source, now))
        report(len(batch))
    log.flush()
    return Counts(**counts)


def _encoded(
    batch: Sequence[Document], held: Held, counts: dict[str, int], source: str, now: datetime
) -> Iterator[Encoded]:
    for document in batch:
        outcome = held.compare(document)
        counts[outcome] += 1
        if outcome != "unchanged":
            yield encode(document.build(), id=held.new_id(document), source=source, time=now)


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    remaining = iter(documents)
    while batch := list(islice(remaining, _BATCH)):
        yield batch
