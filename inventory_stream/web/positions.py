"""
Positions as text, as in the header `Stream-Position: inventory:0=12,1=30;activity:0=5`.
"""

import re
from collections.abc import Mapping

from inventory_stream.log.base import Partition

_TOPIC = re.compile(r"[a-z][a-z0-9-]{0,80}:\d{1,5}=\d{1,18}(,\d{1,5}=\d{1,18})*")
MAX_LENGTH = 16_000


def format_positions(positions: Mapping[Partition, int]) -> str:
    """
    Return positions as text: topics and partitions in order. Empty for no positions.
    """
    topics: dict[str, list[str]] = {}
    for (topic, number), offset in sorted(positions.items()):
        topics.setdefault(topic, []).append(f"{number}={offset}")
    return ";".join(f"{topic}:{','.join(parts)}" for topic, parts in topics.items())


def parse_positions(text: str) -> dict[Partition, int]:
    """
    Return the positions that a text names.

    Raises:
        ValueError: the text is not of this form.
    """
    if len(text) > MAX_LENGTH:
        raise ValueError(f"longer than {MAX_LENGTH} characters")
    positions: dict[Partition, int] = {}
    for part in filter(None, text.split(";")):
        if not _TOPIC.fullmatch(part):
            raise ValueError(f"{part[:60]!r} is not of the form topic:partition=offset,partition=offset")
        topic, _, offsets = part.partition(":")
        for pair in offsets.split(","):
            number, _, offset = pair.partition("=")
            positions[Partition(topic, int(number))] = int(offset)
    return positions
