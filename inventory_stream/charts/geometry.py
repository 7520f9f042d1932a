"""
Where seats stand: the frame of a section turns a row and a place in it into x and y.

Units are about half a metre. x grows to the right and y downwards; the stage or the pitch is around (0, 0).
"""

from math import cos, radians, sin
from typing import Protocol

import msgspec

Point = tuple[float, float]


class Frame(Protocol):
    """
    The shape that a section is bent to.
    """

    def point(self, depth: float, across: float) -> Point:
        """
        Return x and y.

        Args:
            depth: rows behind the first, 0 being the first.
            across: from 0 at one aisle to 1 at the other.
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

    def point(self, depth: float, across: float) -> Point:
        """
        Return x and y.
        """
        angle = radians(self.start + (self.end - self.start) * across)
        out = depth * self.pitch
        return round((self.rx + out) * cos(angle), 1), round((self.ry + out) * sin(angle), 1)


class Block(msgspec.Struct, frozen=True):
    """
    Straight rows: `left` and `top` are the first row's first place, `width` is that of each row.
    """

    left: float
    top: float
    width: float
    pitch: float = 1.7

    def point(self, depth: float, across: float) -> Point:
        """
        Return x and y.
        """
        return round(self.left + self.width * across, 1), round(self.top + depth * self.pitch, 1)


def outline(frame: Frame, rows: int) -> tuple[Point, ...]:
    """
    Return the corners, and the middles of the long sides, of a section of so many rows.
    """
    back = max(rows - 1, 1)
    front = [(0.0, across) for across in (0.0, 0.5, 1.0)]
    return tuple(frame.point(depth, across) for depth, across in (*front, (back, 1.0), (back, 0.5), (back, 0.0)))
