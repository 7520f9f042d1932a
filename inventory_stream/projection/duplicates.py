"""
What came right before a position: the ids by which duplicates are recognised (see decision 7).
"""

from collections.abc import Iterator, Mapping
from contextlib import closing

from inventory_stream.log import Log, Partition
from inventory_stream.projection.applier import DUPLICATE_WINDOW, Applier
from inventory_stream.projection.gathering import PIECE
from inventory_stream.records import TOPICS, Delivered


def remember(applier: Applier, log: Log, positions: Mapping[Partition, int], starts: Mapping[Partition, int]) -> None:
    """
    Read back the ids of the records before each position, so that duplicates of them are recognised.
    """
    begin = {p: max(starts.get(p, 0), offset - DUPLICATE_WINDOW) for p, offset in positions.items()}
    # A compacted topic may lack the record before a position; its records replace each other anyway.
    begin = {p: offset for p, offset in begin.items() if offset < positions[p] and not TOPICS[p.topic].compacted}
    found: dict[Partition, list[tuple[str, str, int]]] = {p: [] for p in positions}
    for delivered in _records(log, begin, positions):
        found[Partition(delivered.topic, delivered.partition)].append(
            (delivered.source, delivered.id, delivered.offset)
        )
    for partition, ids in found.items():
        applier.remember(partition, ids)


def _records(log: Log, begin: Mapping[Partition, int], end: Mapping[Partition, int]) -> Iterator[Delivered]:
    """
    Yield the records from one position to another, their values undecoded.
    """
    missing = set(begin)
    if not missing:
        return
    with closing(log.read(begin, wanted=frozenset())) as reader:
        while missing:
            for delivered in reader.poll(PIECE, 0.1):
                partition = Partition(delivered.topic, delivered.partition)
                if delivered.offset < end[partition]:
                    yield delivered
                if delivered.offset >= end[partition] - 1:
                    missing.discard(partition)
