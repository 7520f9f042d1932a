"""
What came right before a position: the ids by which duplicates are recognised (see decision 7).
"""

from collections.abc import Mapping

from inventory_stream.log import Log, Partition
from inventory_stream.log.ranges import read_range
from inventory_stream.projection.applier import DUPLICATE_WINDOW, Applier
from inventory_stream.projection.gathering import PIECE
from inventory_stream.records import TOPICS

_POLL_S = 0.1


def remember(applier: Applier, log: Log, positions: Mapping[Partition, int], starts: Mapping[Partition, int]) -> None:
    """
    Read back the ids of the records before each position, so that duplicates of them are recognised.
    """
    begin = {p: max(starts.get(p, 0), offset - DUPLICATE_WINDOW) for p, offset in positions.items()}
    # A compacted topic may lack the record before a position; its records replace each other anyway.
    begin = {p: offset for p, offset in begin.items() if offset < positions[p] and not TOPICS[p.topic].compacted}
    found: dict[Partition, list[tuple[str, str, int]]] = {p: [] for p in positions}
    for records in read_range(log, begin, positions, frozenset(), max_records=PIECE, timeout_s=_POLL_S):
        for delivered in records:
            found[Partition(delivered.topic, delivered.partition)].append(
                (delivered.source, delivered.id, delivered.offset)
            )
    for partition, ids in found.items():
        applier.remember(partition, ids)
