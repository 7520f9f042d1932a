"""
Events in the order of a text, kept while events come and change.
"""

from bisect import bisect_left
from collections.abc import Awaitable, Callable, Sequence

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int32]
Pause = Callable[[], Awaitable[None]]
_RUN = 2_000  # texts that are sorted or merged before others may run


class Order:
    """
    Different texts in order, the event (slot) of each, and from these the rank of each event.
    """

    def __init__(self, texts: Sequence[str] = (), slots: npt.ArrayLike = ()) -> None:
        """
        Args:
            texts: in order.
        """
        self._texts = list(texts)
        self._slots: Numbers = np.array(slots, np.int32)
        self._ranks: Numbers | None = None

    def add(self, added: Sequence[tuple[str, int]]) -> None:
        """
        Put texts where they belong.
        """
        if not added:
            return
        texts, slots = zip(*sorted(added), strict=True)
        places = [bisect_left(self._texts, text) for text in texts]
        self._slots = np.insert(self._slots, places, slots)
        if len(added) < 50:
            for shift, (place, text) in enumerate(zip(places, texts, strict=True)):
                self._texts.insert(place + shift, text)
        else:
            self._texts = sorted([*self._texts, *texts])  # two sorted runs: merged in one pass
        self._ranks = None

    def remove(self, texts: Sequence[str]) -> None:
        """
        Take texts out.
        """
        places = sorted(bisect_left(self._texts, text) for text in texts)
        for place in reversed(places):
            del self._texts[place]
        if places:
            self._slots = np.delete(self._slots, places)
            self._ranks = None

    def place(self, text: str) -> int:
        """
        Return how many texts stand before this one, which need not be there.
        """
        return bisect_left(self._texts, text)

    def slots(self, ranks: Sequence[int]) -> list[int]:
        """
        Return the events at these places.
        """
        found: list[int] = self._slots[list(ranks)].tolist()
        return found

    def ranks(self) -> Numbers:
        """
        Return the place of each event in this order.
        """
        if self._ranks is None:
            self._ranks = np.empty(len(self._slots), np.int32)
            self._ranks[self._slots] = np.arange(len(self._slots), dtype=np.int32)
        return self._ranks


async def ordered(slots: dict[str, int], pause: Pause) -> Order:
    """
    Return the order of many texts, made in small steps.

    Args:
        slots: text → event.
        pause: lets others run.
    """
    texts = list(slots)
    runs = []
    for first in range(0, len(texts), _RUN):
        runs.append(sorted(texts[first : first + _RUN]))
        await pause()
    while len(runs) > 1:
        merged = []
        for first in range(0, len(runs), 2):
            merged.append(sorted([text for run in runs[first : first + 2] for text in run]))
            await pause()
        runs = merged
    texts = runs[0] if runs else []
    places = np.empty(len(texts), np.int32)
    for first in range(0, len(texts), _RUN):
        places[first : first + _RUN] = [slots[text] for text in texts[first : first + _RUN]]
        await pause()
    return Order(texts, places)
