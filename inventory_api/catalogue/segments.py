"""
An immutable index from words to the events that have them: sorted words, and for each a run of postings.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

WEIGHT_BITS = 3  # a token is a word's number and, in its lowest bits, the weight of the field where it stands
_LAST = "\U0010ffff"

Scores = npt.NDArray[np.uint8]
Range = tuple[int, int]


class Segment:
    """
    The postings of some events, in order of their words.
    """

    __slots__ = ("_prefixes", "_slots", "_starts", "_weights", "_words")

    def __init__(self, slots: Sequence[int], tokens: Sequence[bytes], words: Sequence[str]) -> None:
        """
        Args:
            slots: of the events.
            tokens: of each event, int32.
            words: by number.
        """
        every = np.frombuffer(b"".join(tokens), np.int32)
        numbers = every >> WEIGHT_BITS
        used = np.unique(numbers)
        by_word = sorted(used.tolist(), key=words.__getitem__)
        rank = np.zeros(len(words), np.int32)
        rank[by_word] = np.arange(len(by_word))
        ranks = rank[numbers]
        order = np.argsort(ranks, kind="stable")
        sizes = np.fromiter((len(mine) for mine in tokens), np.int64, len(tokens)) // 4
        self._words = [words[number] for number in by_word]
        self._starts = np.concatenate(([0], np.cumsum(np.bincount(ranks, minlength=len(by_word))))).tolist()
        self._slots = np.repeat(np.asarray(slots, np.int32), sizes)[order]
        self._weights = (every & (2**WEIGHT_BITS - 1)).astype(np.uint8)[order]
        self._prefixes: dict[int, tuple[list[str], list[int]]] = {}

    def word(self, word: str) -> Range:
        """
        Return where a word stands; an empty range when it does not.
        """
        first = bisect_left(self._words, word)
        return first, first + (first < len(self._words) and self._words[first] == word)

    def beginning(self, prefix: str) -> Range:
        """
        Return where the words stand that begin so.
        """
        return bisect_left(self._words, prefix), bisect_left(self._words, prefix + _LAST)

    def similar(self, word: str, most: int, *, begun: bool) -> Iterator[tuple[int, Range]]:
        """
        Yield the number of typos and where it stands, for each word with at most `most` typos.

        Args:
            begun: the word may go on: words that begin like it, with typos, count too.
        """
        for place, typos in _near(word, self._words, most):
            yield typos, (place, place + 1)
        if begun:
            prefixes, starts = self._prefixes_of(len(word))
            for place, typos in _near(word, prefixes, most):
                yield typos, (starts[place], starts[place + 1])

    def add(self, scores: Scores, where: Range, quality: int, valid: npt.NDArray[np.bool_] | None) -> None:
        """
        Raise the scores of the events that have these words to weight times quality.

        Args:
            valid: events whose postings here count; None for all.
        """
        first, end = self._starts[where[0]], self._starts[where[1]]
        if first == end:
            return
        slots, gained = self._slots[first:end], self._weights[first:end] * np.uint8(quality)
        if valid is not None:
            gained = gained * valid[slots]
        np.maximum.at(scores, slots, gained)

    def _prefixes_of(self, length: int) -> tuple[list[str], list[int]]:
        """Return the different beginnings of a length, and where each begins; the end of the last one follows."""
        if length not in self._prefixes:
            cut = [word[:length] for word in self._words]
            starts = [place for place, prefix in enumerate(cut) if not place or prefix != cut[place - 1]]
            self._prefixes[length] = [cut[place] for place in starts], [*starts, len(cut)]
        return self._prefixes[length]


def _near(word: str, choices: Sequence[str], most: int) -> Iterator[tuple[int, int]]:
    if not choices:
        return
    typos = process.cdist([word], choices, scorer=OSA.distance, score_cutoff=most, dtype=np.uint8)[0]
    for place in np.flatnonzero(typos <= most).tolist():
        yield place, int(typos[place])
