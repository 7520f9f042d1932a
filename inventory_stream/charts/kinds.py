"""
The kinds of venues, each a function from capacity to chart.

A kind is a table of tiers (share of the capacity, sections, price level, shape); what differs between kinds is the
table. Price levels go from P1, the dearest, to P6.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from inventory_stream.charts.geometry import Arc, Block
from inventory_stream.charts.layout import Chart, Section, seat_rows, shares

REVISION = 1
MAX_CAPACITY = 200_000
_MAX_SECTION = 12_000  # seats: what fits into a record of a megabyte with room to spare


class Tier(NamedTuple):
    """
    Sections alike: `weight` is their share of the chart's capacity together, `frames` has one shape for each.
    """

    zone: str
    weight: float
    names: tuple[str, ...]
    price_levels: tuple[str, ...]
    frames: tuple[Arc | Block, ...]
    standing: bool = False
    restricted_view: bool = False


def arena(capacity: int) -> Chart:
    """
    Return a bowl around a floor: three seated floor blocks, a lower and an upper ring of eight sections each.
    """
    floor = Tier(
        "Floor",
        0.12,
        ("Floor A", "Floor B", "Floor C"),
        ("P1", "P1", "P2"),
        (Block(-45, -20, 28), Block(-14, -20, 28), Block(17, -20, 28)),
    )
    lower = _ring("Lower level", 0.45, 101, 8, (60, 40), ("P2", "P3"))
    upper = _ring("Upper level", 0.43, 201, 8, (110, 90), ("P4", "P5"))
    return _chart("arena", capacity, (floor, lower, upper))


def stadium(capacity: int) -> Chart:
    """
    Return three rings of eight sections around a pitch.
    """
    lower = _ring("Lower level", 0.42, 101, 8, (120, 80), ("P1", "P2"))
    club = _ring("Club level", 0.18, 201, 8, (220, 180), ("P2", "P3"))
    upper = _ring("Upper level", 0.40, 301, 8, (290, 250), ("P4", "P5"))
    return _chart("stadium", capacity, (lower, club, upper))


def theatre(capacity: int) -> Chart:
    """
    Return a proscenium house: orchestra, mezzanine and balcony, and a box with restricted view on either side.
    """
    orchestra = _fan("Orchestra", 0.50, ("Left", "Center", "Right"), 25, ("P2", "P1", "P2"))
    mezzanine = _fan("Mezzanine", 0.28, ("Left", "Center", "Right"), 90, ("P3", "P2", "P3"))
    balcony = _fan("Balcony", 0.19, ("Left", "Right"), 150, ("P4", "P4"))
    boxes = Tier(
        "Boxes",
        0.03,
        ("Box Left", "Box Right"),
        ("P3", "P3"),
        (Arc(60, 60, 160, 172), Arc(60, 60, 8, 20)),
        restricted_view=True,
    )
    return _chart("theatre", capacity, (orchestra, mezzanine, balcony, boxes))


def club(capacity: int) -> Chart:
    """
    Return a showroom: a standing floor, two blocks of tables in front of it, a balcony.
    """
    tables = Tier("Tables", 0.30, ("Tables Left", "Tables Right"), ("P1", "P1"), (Block(-32, 10, 28), Block(4, 10, 28)))
    floor = Tier("Floor", 0.45, ("Floor",), ("P2",), (Block(-32, 45, 64),), standing=True)
    balcony = Tier("Balcony", 0.25, ("Balcony",), ("P3",), (Block(-32, 85, 64),))
    return _chart("club", capacity, (tables, floor, balcony))


def amphitheatre(capacity: int) -> Chart:
    """
    Return an open-air house: two bands of seats under the roof and a lawn behind them.
    """
    front = _fan("Pavilion", 0.22, ("Left", "Center", "Right"), 25, ("P2", "P1", "P2"))
    terrace = _fan("Terrace", 0.28, ("Left", "Center", "Right"), 100, ("P3", "P3", "P3"))
    lawn = Tier("Lawn", 0.50, ("Lawn",), ("P4",), (Arc(200, 200, 20, 160),), standing=True)
    return _chart("amphitheatre", capacity, (front, terrace, lawn))


def festival(capacity: int) -> Chart:
    """
    Return a field: a pit before the stage, a wide standing area, and a small seated stand for guests.
    """
    pit = Tier("Pit", 0.08, ("Pit",), ("P2",), (Block(-40, 10, 80),), standing=True)
    field = Tier("Field", 0.86, ("General Admission",), ("P3",), (Block(-120, 60, 240),), standing=True)
    stand = Tier("Stand", 0.06, ("Stand Left", "Stand Right"), ("P1", "P1"), (Block(-110, 10, 60), Block(50, 10, 60)))
    return _chart("festival", capacity, (pit, field, stand))


KINDS: Mapping[str, Callable[[int], Chart]] = MappingProxyType(
    {
        "arena": arena,
        "stadium": stadium,
        "theatre": theatre,
        "club": club,
        "amphitheatre": amphitheatre,
        "festival": festival,
    }
)


def generate(kind: str, capacity: int) -> Chart:
    """
    Return the chart of this kind with exactly this many places.

    Raises:
        ValueError: the kind is unknown, or the capacity is not between 1 and what the kind can hold.
    """
    if kind not in KINDS:
        raise ValueError(f"kind {kind} is not one of {', '.join(KINDS)}")
    if not 1 <= capacity <= MAX_CAPACITY:
        raise ValueError(f"capacity {capacity} is not between 1 and {MAX_CAPACITY}")
    chart = KINDS[kind](capacity)
    if any(section.rows and section.size > _MAX_SECTION for section in chart.sections):
        raise ValueError(f"capacity {capacity} is too large for the kind {kind}")
    return chart


def _ring(
    zone: str, weight: float, first: int, count: int, radii: tuple[float, float], levels: tuple[str, str]
) -> Tier:
    """
    Return a closed ring of numbered sections; those along the sides have the first price level, the ends the second.
    """
    turn = 360 / count
    frames = tuple(Arc(*radii, index * turn - turn / 2 + 1, index * turn + turn / 2 - 1) for index in range(count))
    names = tuple(str(first + index) for index in range(count))
    ends = {0, count // 2}
    return Tier(zone, weight, names, tuple(levels[index in ends] for index in range(count)), frames)


def _fan(zone: str, weight: float, sides: tuple[str, ...], radius: float, levels: tuple[str, ...]) -> Tier:
    """
    Return sections side by side that face a stage at (0, 0), from its left to its right.
    """
    turn = 120 / len(sides)
    frames = tuple(
        Arc(radius, radius, 150 - turn * index - 1, 150 - turn * (index + 1) + 1) for index in range(len(sides))
    )
    return Tier(zone, weight, tuple(f"{zone} {side}" for side in sides), levels, frames)


def _chart(kind: str, capacity: int, tiers: tuple[Tier, ...]) -> Chart:
    weights = [tier.weight / len(tier.names) for tier in tiers for _ in tier.names]
    sizes = iter(shares(capacity, weights))
    return Chart(kind, tuple(section for tier in tiers for section in _sections(tier, sizes)))


def _sections(tier: Tier, sizes: Iterator[int]) -> Iterator[Section]:
    """
    Yield the sections of a tier that get at least one place: a very small venue has fewer.
    """
    for name, level, frame in zip(tier.names, tier.price_levels, tier.frames, strict=True):
        size = next(sizes)
        if size:
            rows = () if tier.standing else seat_rows(size)
            yield Section(name, level, tier.zone, frame, rows, size if tier.standing else 0, tier.restricted_view)
