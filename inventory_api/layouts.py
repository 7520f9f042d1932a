"""
The seats of a section in order. Sections with the same seats share one layout in memory.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec

from inventory_stream.records import SeatRun


class Layout:
    """
    Seat labels in order, and the index of each.
    """

    __slots__ = ("index", "labels", "text")

    def __init__(self, text: str, labels: tuple[str, ...]) -> None:
        """
        Args:
            text: the form in which the layout is stored.
            labels: of the seats, each once.
        """
        self.text = text
        self.labels = labels
        self.index = {label: place for place, label in enumerate(labels)}


def layout_text(runs: Sequence[SeatRun], seats: Sequence[str]) -> str:
    """
    Return the stored form of seats that come as runs and single labels.
    """
    parts: list[Any] = [[run.row, run.first, run.last, run.step] for run in runs]
    return msgspec.json.encode([*parts, *seats]).decode()


@lru_cache(maxsize=50_000)
def layout_of(text: str) -> Layout:
    """
    Return the layout of a stored form; the same object for the same text.
    """
    labels: list[str] = []
    for part in msgspec.json.decode(text):
        labels.extend((part,) if isinstance(part, str) else SeatRun(*part).labels())
    return Layout(text, tuple(labels))


def extended(layout: Layout, labels: Sequence[str]) -> Layout:
    """
    Return the layout with more seats after its own.
    """
    return layout_of(msgspec.json.encode([*msgspec.json.decode(layout.text), *labels]).decode())
