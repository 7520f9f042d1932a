"""
A batch from many small reads: a thousand records at a time stay in the processor's cache from bytes to state, and are
gone before the next; twenty thousand at once take twice as long and forty megabytes.
"""

from collections.abc import Iterable, Mapping
from operator import attrgetter

from inventory_stream.log import Partition, Reader
from inventory_stream.projection.applier import Applier
from inventory_stream.projection.store import Owned
from inventory_stream.projection.tracing import BatchTraces
from inventory_stream.records import Delivered

PIECE = 1_000
MAX_BYTES = 16_000_000
"""Of values in a batch: charts and models are large, and a batch of them must not take a gigabyte."""

_value = attrgetter("value")


def gather(reader: Reader, applier: Applier, size: int, timeout_s: float, traces: BatchTraces | None = None) -> int:
    """
    Fold what the reader has, up to about `size` records or `MAX_BYTES`, into the applier; wait only for the first.

    Args:
        traces: is shown what was read; None when nothing is recorded.

    Returns:
        How many records there were.

    Raises:
        Whatever reading and folding raise; then nothing is left in the applier that could be committed.
    """
    count = weight = 0
    try:
        while count < size and weight < MAX_BYTES and (piece := reader.poll(PIECE, 0 if count else timeout_s)):
            applier.fold(piece)
            count += len(piece)
            weight += value_bytes(piece)
            if traces is not None:
                traces.see(piece)
    except BaseException:
        applier.forget()
        raise
    return count


def pass_marks(reader: Reader, applier: Applier, owned: Mapping[Partition, Owned]) -> None:
    """
    Let progress go on to where the reader is, also over offsets of which no record comes, such as transactions' marks:
    what waits for the end of the log would else wait for a record that is not there. After `gather`.
    """
    positions = reader.positions()
    applier.pass_over({p: offset for p, offset in positions.items() if p in owned and owned[p].next_offset < offset})


def value_bytes(records: Iterable[Delivered]) -> int:
    """
    Return how long the records' values are together (bytes).
    """
    return sum(map(len, map(_value, records)))
