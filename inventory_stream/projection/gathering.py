"""
A batch from many small reads: a thousand records at a time stay in the processor's cache from bytes to state, and are
gone before the next; twenty thousand at once take twice as long and forty megabytes.
"""

from inventory_stream.log import Reader
from inventory_stream.projection.applier import Applier

PIECE = 1_000


def gather(reader: Reader, applier: Applier, size: int, timeout_s: float) -> int:
    """
    Fold what the reader has, up to about `size` records, into the applier; wait only for the first.

    Returns:
        How many records there were.

    Raises:
        Whatever reading and folding raise; then nothing is left in the applier that could be committed.
    """
    count = 0
    try:
        while count < size and (piece := reader.poll(PIECE, 0 if count else timeout_s)):
            applier.fold(piece)
            count += len(piece)
    except BaseException:
        applier.forget()
        raise
    return count
