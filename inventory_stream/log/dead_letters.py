"""
The dead letters of a log: which there are, and sending them round again.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from inventory_stream.log.base import Log, LogError, Partition, Position
from inventory_stream.log.ranges import read_range
from inventory_stream.records import Delivered, Encoded
from inventory_stream.records.operations import RecordDeadLettered

RETRY_HEADER = "ce_retryfor"
_RETRIED = re.compile(r"~retry(\d+)$")


class Letter(NamedTuple):
    """
    One dead letter and the place where it lies. `time` is RFC 3339.
    """

    position: Position
    time: str
    record: RecordDeadLettered

    @property
    def family(self) -> tuple[str, str, str]:
        """
        What is common to the letter of a record and those of its retries.
        """
        return self.record.projection, self.record.original_topic, _RETRIED.sub("", self.record.original_id)

    @property
    def attempt(self) -> int:
        """
        Which retry the record was; 0 for the original.
        """
        found = _RETRIED.search(self.record.original_id)
        return int(found[1]) if found else 0


def read_letters(log: Log) -> list[Letter]:
    """
    Return all dead letters, oldest first. A projector that was killed may have written one twice: it is one.
    """
    found: dict[str, Letter] = {}
    for delivered in read_present(log, log.start_positions(["dead-letters"])):
        if isinstance(delivered.record, RecordDeadLettered):
            position = Position(delivered.topic, delivered.partition, delivered.offset)
            found.setdefault(delivered.id, Letter(position, delivered.time, delivered.record))
    return sorted(found.values(), key=lambda letter: (letter.time, letter.position))


def read_present(log: Log, start: Mapping[Partition, int], wanted: frozenset[str] | None = None) -> Iterator[Delivered]:
    """
    Yield what lies between the given positions and the present end of their partitions.
    """
    ends = log.end_positions({partition.topic for partition in start})
    for records in read_range(log, start, ends, wanted):
        yield from records


def due(log: Log, letters: Collection[Letter]) -> list[Letter]:
    """
    Return the letters that are worth a retry: of each record the newest letter, if it was not retried since.
    """
    newest: dict[tuple[str, str, str], Letter] = {}
    for letter in letters:
        known = newest.get(letter.family)
        if known is None or letter.attempt > known.attempt:
            newest[letter.family] = letter
    retried = _retried(log, newest.values())
    return [letter for letter in newest.values() if (*_origin(letter), retry_id(letter)) not in retried]


def retry(log: Log, letters: Iterable[Letter]) -> list[Position]:
    """
    Append the original bytes again where they were, for the projection that refused them alone.

    Raises:
        LogError: a letter lacks what a record needs.
    """
    return log.append([_again(letter) for letter in letters])


def retry_id(letter: Letter) -> str:
    """
    Return the id of the letter's retry: always the same, so that a retry made twice is one record.
    """
    return f"{_RETRIED.sub('', letter.record.original_id)}~retry{letter.attempt + 1}"


def _again(letter: Letter) -> Encoded:
    record = letter.record
    if not record.original_id:
        raise LogError(
            f"the record of {'/'.join(map(str, letter.position))} has no id and cannot be told from its retry"
        )
    replaced = {"ce_id": retry_id(letter).encode(), RETRY_HEADER: record.projection.encode()}
    headers: Any = [(name, replaced.pop(name, value)) for name, value in record.headers]  # one may be null
    return Encoded(
        record.original_topic,
        record.original_key.encode(),
        record.value,
        [*headers, *replaced.items()],
        0,
        record.original_partition,
    )


def _origin(letter: Letter) -> tuple[str, str]:
    return letter.record.original_topic, letter.record.projection


def _retried(log: Log, letters: Iterable[Letter]) -> set[tuple[str, str, str]]:
    """
    Return topic, projection and id of retries that lie after the letters' originals.
    """
    start: dict[Partition, int] = {}
    for letter in letters:
        partition = Partition(letter.record.original_topic, letter.record.original_partition)
        start[partition] = min(letter.record.original_offset, start.get(partition, letter.record.original_offset))
    found = set()
    for delivered in read_present(log, start, frozenset()) if start else ():
        name = dict(delivered.headers).get(RETRY_HEADER)
        if name is not None:
            found.add((delivered.topic, name.decode(), delivered.id))
    return found
