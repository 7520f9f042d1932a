"""
Reading from one position of each partition to another, whatever lies there.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing

from inventory_stream.log.base import Log, Partition
from inventory_stream.records import Delivered


def read_range(
    log: Log,
    start: Mapping[Partition, int],
    end: Mapping[Partition, int],
    wanted: frozenset[str] | None = None,
    *,
    max_records: int = 10_000,
    timeout_s: float = 1.0,
) -> Iterator[list[Delivered]]:
    """
    Yield the records between the positions, in batches; an empty one when nothing came within `timeout_s`.

    Ends when every partition is read to its end, also where the last offsets before it are of no record.

    Args:
        end: of each partition in `start`; others are left out.
        wanted: as for `Log.read`.
    """
    missing = {partition for partition, offset in start.items() if offset < end[partition]}
    if not missing:
        return
    with closing(log.read({partition: start[partition] for partition in missing}, wanted)) as reader:
        while missing:
            batch = reader.poll(max_records, timeout_s)
            positions = reader.positions()
            missing = {partition for partition in missing if positions[partition] < end[partition]}
            if any(offset > end[partition] for partition, offset in positions.items()):
                batch = [record for record in batch if record.offset < end[Partition(record.topic, record.partition)]]
            yield batch
