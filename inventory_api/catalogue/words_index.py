"""
Finds events by the words of their descriptions.
"""

from array import array
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from inventory_api.catalogue.segments import WEIGHT_BITS, Scores, Segment
from inventory_api.catalogue.text import allowed_typos

EXACT, BEGUN = 4, 3  # what a word is worth that is there, or begins so; 2 with one typo, 1 with two
_TYPOS = {1: 2, 2: 1}
_MANY = 2_000  # events outside the large segment before it is made anew

Totals = npt.NDArray[np.uint16]


class WordsIndex:
    """
    One large segment of postings, and a small one of the events described since.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._words: list[str] = []
        self._tokens: list[bytes] = []
        self._large = Segment([], [], [])
        self._in_large = np.zeros(0, np.bool_)
        self._recent: dict[int, None] = {}
        self._small: Segment | None = None

    def tokens(self, weighted: Iterable[tuple[int, Sequence[str]]]) -> bytes:
        """
        Return the tokens of words, given with the weight of their field, light ones first; of equal words the heaviest counts.
        """
        heaviest: dict[str, int] = {}
        for weight, words in weighted:
            heaviest.update(dict.fromkeys(words, weight))
        numbers = self._numbers
        for word in heaviest:
            if word not in numbers:
                numbers[word] = len(self._words)
                self._words.append(word)
        return array("i", [numbers[word] << WEIGHT_BITS | weight for word, weight in heaviest.items()]).tobytes()

    def put(self, slot: int, tokens: bytes) -> None:
        """
        Take the words of an event; those it had before no longer count.
        """
        if slot < len(self._tokens) and self._tokens[slot] == tokens:
            return
        if slot == len(self._tokens):
            self._tokens.append(tokens)
        else:
            self._tokens[slot] = tokens
            if slot < len(self._in_large):
                self._in_large[slot] = False
        self._recent[slot] = None
        self._small = None

    @property
    def crowded(self) -> bool:
        """Whether so many events are outside the large segment that it should be made anew."""
        return len(self._recent) > max(_MANY, len(self._tokens) // 20)

    def copy(self) -> "WordsIndex":
        """
        Return an index that changes by itself. Numbers of words stay common to both.
        """
        other = WordsIndex()
        other._numbers, other._words, other._tokens = self._numbers, self._words, self._tokens.copy()
        other._large, other._in_large = self._large, self._in_large.copy()
        other._recent, other._small = self._recent.copy(), self._small
        return other

    def merge(self) -> None:
        """
        Bring everything into the large segment. Takes long: for a copy that nobody searches, in a thread.
        """
        self._large = Segment(range(len(self._tokens)), self._tokens, self._words)
        self._in_large = np.ones(len(self._tokens), np.bool_)
        self._recent, self._small = {}, None

    def score(self, words: Sequence[str], size: int) -> Totals:
        """
        Return how well each event fits: 0 unless all words are there, the last of them perhaps only begun.

        Args:
            size: number of events.
        """
        total = np.zeros(size, np.uint16)
        fits = np.full(size, bool(words))
        for place, word in enumerate(words):
            mine = self._score_word(word, size, last=place == len(words) - 1)
            fits &= mine > 0
            if not fits.any():
                break
            total += mine
        total[~fits] = 0
        return total

    def _score_word(self, word: str, size: int, *, last: bool) -> Scores:
        scores = np.zeros(size, np.uint8)
        segments = self._segments(size)
        for segment, valid in segments:
            if last:
                segment.add(scores, segment.beginning(word), BEGUN, valid)
            segment.add(scores, segment.word(word), EXACT, valid)
        if not scores.any():
            self._score_similar(word, scores, last=last)
        return scores

    def _score_similar(self, word: str, scores: Scores, *, last: bool) -> None:
        """Score the words with the fewest typos."""
        most = allowed_typos(word)
        if not most:
            return
        segments = self._segments(len(scores))
        near = [(segment.similar(word, most, begun=last), segment, valid) for segment, valid in segments]
        found = [(typos, where, segment, valid) for similar, segment, valid in near for typos, where in similar]
        for most_typos in range(1, most + 1):
            for typos, where, segment, valid in found:
                if typos == most_typos:
                    segment.add(scores, where, _TYPOS[typos], valid)
            if scores.any():
                return

    def _segments(self, size: int) -> list[tuple[Segment, npt.NDArray[np.bool_] | None]]:
        if self._small is None:
            recent = sorted(self._recent)
            self._small = Segment(recent, [self._tokens[slot] for slot in recent], self._words)
        valid = np.zeros(size, np.bool_)
        valid[: len(self._in_large)] = self._in_large
        return [(self._large, None if self._in_large.all() else valid), (self._small, None)]
