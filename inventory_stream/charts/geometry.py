"""
Where seats stand: the frame of a section turns a row and a place in it into x and y.

Units are about half a metre. x grows to the right and y downwards; the stage or the pitch is around (0, 0).
"""

from collections.abc import Sequence
from math import cos, radians, sin
from typing import Protocol

import msgspec

Point = tuple[float, float]


class Frame(Protocol):
    """
    The shape that a section is bent to.
    """

    def points(self, depth: float, places: Sequence[float]) -> list[Point]:
        """
        Return x and y of places in one row.

        Args:
            depth: rows behind the first, 0 being the first.
            places: from 0 at one aisle to 1 at the other.
        """
        ...


class Arc(msgspec.Struct, frozen=True):
    """
    A part of a ring around (0, 0): the first row lies on the ellipse of `rx` and `ry`, further rows outwards.
    Angles are in degrees, 0 to the right, 90 down.
    """

    rx: float
    ry: float
    start: float
    end: float
    pitch: float = 1.7

    def points(self, depth: float, places: Sequence[float]) -> list[Point]:
        """
        Return x and y of places in one row.
        """
        start, turn = radians(self.start), radians(self.end - self.start)
        rx, ry = self.rx + depth * self.pitch, self.ry + depth * self.pitch
        angles = [start + turn * place for place in places]
        return [(round(rx * cos(angle), 1), round(ry * sin(angle), 1)) for angle in angles]


class Block(msgspec.Struct, frozen=True):
    """
    Straight rows: `left` and `top` are the first row's first place, `width` is that of each row.
    """

    left: float
    top: float
    width: float
    pitch: float = 1.7

    def points(self, depth: float, places: Sequence[float]) -> list[Point]:
        """
        Return x and y of places in one row.
        """
        y = round(self.top + depth * self.pitch, 1)
        return [(round(self.left + self.width * place, 1), y) for place in places]


def outline(frame: Frame, rows: int) -> tuple[Point, ...]:
    """
    Return the corners, and the middles of the long sides, of a section of so many rows.
    """
    return (*frame.points(0, (0.0, 0.5, 1.0)), *frame.points(max(rows - 1, 1), (1.0, 0.5, 0.0)))
