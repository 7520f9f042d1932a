"""
What came right before a position: the ids by which duplicates are recognised (see decision 7).
"""

from collections.abc import Mapping

from inventory_stream.log import Log, Partition
from inventory_stream.projection.applier import DUPLICATE_WINDOW, Applier
from inventory_stream.records import TOPICS


def remember(applier: Applier, log: Log, positions: Mapping[Partition, int], starts: Mapping[Partition, int]) -> None:
    """
    Read back the ids of the records before each position, so that duplicates of them are recognised.
    """
    begin = {p: max(starts.get(p, 0), offset - DUPLICATE_WINDOW) for p, offset in positions.items()}
    # A compacted topic may lack the record before a position; its records replace each other anyway.
    begin = {p: offset for p, offset in begin.items() if offset < positions[p] and not TOPICS[p.topic].compacted}
    missing = set(begin)
    found: dict[Partition, list[tuple[str, str, int]]] = {p: [] for p in positions}
    reader = log.read(begin, wanted=frozenset()) if begin else None
    while reader is not None and missing:
        for delivered in reader.poll(20_000, 0.1):
            partition = Partition(delivered.topic, delivered.partition)
            if delivered.offset < positions[partition]:
                found[partition].append((delivered.source, delivered.id, delivered.offset))
            if delivered.offset >= positions[partition] - 1:
                missing.discard(partition)
    if reader is not None:
        reader.close()
    for partition, ids in found.items():
        applier.remember(partition, ids)
