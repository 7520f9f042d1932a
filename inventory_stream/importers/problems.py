"""
What is wrong with an input, said so that whoever has the file can mend it.
"""

from collections.abc import Sequence
from typing import NamedTuple


class Problem(NamedTuple):
    """
    One thing wrong: in which file, where in it (a line, a place in a chart), and why.
    """

    file: str
    where: str
    reason: str

    def __str__(self) -> str:
        """
        Return one line for people.
        """
        return f"{self.file}, {self.where}: {self.reason}"


class ImportRefused(Exception):
    """
    The input has problems and nothing was appended.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(map(str, problems[:3])))
        self.problems = list(problems)
