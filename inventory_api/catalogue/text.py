"""
Words of texts, as a search compares them: without case, accents and punctuation.
"""

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+")
# Letters that Unicode does not take apart, and apostrophes, which stand within words: O'Neill is asked for as oneill.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i"}
    | dict.fromkeys("'\u2019\u02bc")
)


def fold(text: str) -> str:
    """
    Return a text without case and accents.
    """
    if text.isascii():
        return text.lower().replace("'", "")
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).translate(_LETTERS)


def words_of(text: str) -> tuple[str, ...]:
    """
    Return the words of a text in order, folded.
    """
    return tuple(_WORD.findall(fold(text)))


@lru_cache(maxsize=20_000)
def shared_words_of(text: str) -> tuple[str, ...]:
    """
    Return the words of a text that many events have.
    """
    return words_of(text)


def allowed_typos(word: str) -> int:
    """
    Return how many letters may be wrong, missing, too many or swapped: none in short words, two in long ones.
    """
    return 0 if len(word) < 4 else 1 if len(word) < 8 else 2
