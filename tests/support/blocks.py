"""
The commands that documents show, and the output that they promise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^```(sh|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROMPT = "$ "
NUMBER = re.compile(r"[-\d.,:/]+")
PAIR = re.compile(r"\w+=\S*")
KEY = re.compile(r'"(\w+)":')
FRAME = re.compile("[─━═┏┳┓┡╇┩└┴┘│┃]+")


@dataclass(frozen=True)
class Shown:
    """
    A command of a document, and the output shown below it (empty in blocks without output).
    """

    document: str
    command: str
    output: tuple[str, ...] = ()

    def __str__(self) -> str:
        """
        Its name in reports.
        """
        return f"{self.document}: {self.command}"


def commands(root: Path, document: str) -> list[Shown]:
    """
    Return the commands in a document's `sh` and `console` blocks, in order.
    """
    found: list[Shown] = []
    for kind, text in FENCE.findall((root / document).read_text()):
        lines = text.replace("\\\n", "").splitlines()
        found += _console(document, lines) if kind == "console" else [Shown(document, line) for line in lines if line]
    return found


def _console(document: str, lines: list[str]) -> list[Shown]:
    starts = [number for number, line in enumerate(lines) if line.startswith(PROMPT)]
    ends = [*starts[1:], len(lines)]
    return [
        Shown(document, lines[start].removeprefix(PROMPT), tuple(line for line in lines[start + 1 : end] if line))
        for start, end in zip(starts, ends, strict=True)
    ]


def shape(line: str) -> tuple[str, ...]:
    """
    Return what a line is made of: numbers, words and frames, each run of a kind once, up to the first `name=value`, since
    each type of record has others. Of JSON its keys.
    """
    if line.startswith("{"):
        return tuple(KEY.findall(line))
    kinds = [_kind(part) for part in line.split()]
    kinds = kinds[: kinds.index("pair") + 1] if "pair" in kinds else kinds
    return tuple(kind for kind, before in zip(kinds, [None, *kinds], strict=False) if kind != before)


def _kind(part: str) -> str:
    if FRAME.fullmatch(part):
        return "frame"
    if NUMBER.fullmatch(part):
        return "number"
    return "pair" if PAIR.fullmatch(part) else "word"


def fits(shown: tuple[str, ...], printed: list[str]) -> bool:
    """
    Tell whether what was printed has the shape of what is shown. JSON may be cut off by the document.
    """
    if len(shown) != len(printed):
        return False
    return all(_fits(*lines) for lines in zip(shown, printed, strict=True))


def _fits(shown: str, printed: str) -> bool:
    expected = shape(shown)
    return expected == (shape(printed)[: len(expected)] if shown.startswith("{") else shape(printed))
