"""
The seats of a section in order. Sections with the same seats share one layout in memory.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec

from inventory_stream.records import SeatRun


class Index(dict[str, int]):
    """
    Seat label → its place in the layout, filled when a seat is first asked for: most seats of a catalogue never are.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def __missing__(self, label: str) -> int:
        """
        Fill in, unless that was done.
        """
        place = None if self else self.filled().get(label)
        if place is None:
            raise KeyError(label)
        return place

    def filled(self) -> dict[str, int]:
        """
        Return label → place, all of them.
        """
        if not self:
            self.update((label, place) for place, label in enumerate(labels_of(self._text)))
        return self


class Layout:
    """
    Seat labels in order, and the index of each.
    """

    __slots__ = ("index", "size", "text")

    def __init__(self, text: str) -> None:
        """
        Args:
            text: the form in which the layout is stored.

        Raises:
            ValueError: a label is there twice.
        """
        labels = labels_of(text)
        if len(set(labels)) != len(labels):
            raise ValueError("a seat is named twice")
        self.text = text
        self.size = len(labels)
        self.index = Index(text)


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

    Raises:
        ValueError: a label is there twice.
    """
    return Layout(text)


def labels_of(text: str) -> list[str]:
    """
    Return the labels of a stored form, in order.
    """
    labels: list[str] = []
    for part in msgspec.json.decode(text):
        labels.extend((part,) if isinstance(part, str) else SeatRun(*part).labels())
    return labels


def extended(layout: Layout, labels: Sequence[str]) -> Layout:
    """
    Return the layout with more seats after its own.
    """
    return layout_of(msgspec.json.encode([*msgspec.json.decode(layout.text), *labels]).decode())
