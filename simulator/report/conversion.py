"""
The pictures of who bought and who did not, and what problems had to do with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulator.clock import DAY_S
from simulator.report.drawing import COLOURS, event_name, legend_below, legend_beside, line, say, time_axis
from simulator.report.tally import Tally, Visits

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Key = tuple[str, str, int]
"""Event, kind of device or region, slot."""

SHADE = "#D55E00"
POINTS = 60
FEW_VISITS = 40
LONGEST_POINT_DAYS = 3.0
ROWS = 8


def conversion(axes: Axes, tally: Tally) -> None:
    """
    Draw which share of the visits bought, by kind of device, with problems shaded. A point stands for as many visits as
    any other of its line, so there are many where many came.
    """
    kinds = sorted({kind for _, kind, _ in tally.visits.by_device})
    for place, kind in enumerate(kinds[: len(COLOURS)]):
        axes.plot(*_points(tally, kind), marker=".", markersize=4, **line(place, kind or "unknown"))
    problems = _problems(tally)
    axes.set_title("Visits that bought, by kind of device" + "; problems are shaded" * bool(problems))
    axes.set_ylabel("visits that bought (%)")
    axes.set_ylim(bottom=0)
    time_axis(axes, tally)
    for number, row in enumerate(problems, 1):
        begin, end = _days(tally, row)
        axes.axvspan(begin, end, color=SHADE, alpha=0.15, linewidth=0)
        height = 1.0 - 0.09 * ((number - 1) % 4)
        axes.annotate(f" {number}", (begin, height), xycoords=("data", "axes fraction"), va="top", weight="bold")
    legend_beside(axes, "kind of device")


def problems(axes: Axes, tally: Tally) -> None:
    """
    Draw for each problem which share of the visits bought while it went on: of those concerned, and of all others.
    """
    found = _problems(tally)[:ROWS]
    axes.set_title("While a problem went on")
    if not found:
        axes.set_axis_off()
        say(axes, "no problem was put into this world")
        return
    pairs = [_during(tally, row) for row in found]
    for concerned, label, marker, colour in ((1, "all others", "o", "#0072B2"), (0, "those concerned", "D", "#D55E00")):
        x = [pair[concerned] for pair in pairs]
        axes.plot(x, range(len(found)), marker, color=colour, label=label, markersize=7)
    axes.set_yticks(range(len(found)), [f"{n}  {_what(tally, row)}" for n, row in enumerate(found, 1)])
    axes.set_ylim(len(found) - 0.4, -0.6)
    axes.set_xlim(left=0)
    axes.set_xlabel("visits that bought (%)")
    legend_below(axes)


def _points(tally: Tally, kind: str) -> tuple[list[float], list[float]]:
    """
    Return days and percentages. A point takes as many slots as it needs for its visits, unless that is too long.
    """
    seen, bought = (_by_slot(visits.by_device, kind) for visits in (tally.visits, tally.bought))
    enough = max(FEW_VISITS, seen.total() // POINTS)
    x, y = [], []
    first, visits, buyers = 0, 0, 0
    for slot in range(tally.slots):
        if not visits:
            first = slot
        visits, buyers = visits + seen[slot], buyers + bought[slot]
        days = (slot + 1 - first) * tally.slot_s / DAY_S
        if visits >= enough or (days > LONGEST_POINT_DAYS and visits >= FEW_VISITS):
            x.append((first + slot + 1) / 2 * tally.slot_s / DAY_S)
            y.append(100 * buyers / visits)
            visits = buyers = 0
    return x, y


def _by_slot(counts: Counter[Key], kind: str) -> Counter[int]:
    found: Counter[int] = Counter()
    for (_, its_kind, slot), number in counts.items():
        if its_kind == kind:
            found[slot] += number
    return found


def _problems(tally: Tally) -> list[dict[str, Any]]:
    """
    Return the problems that people feel, in their order, those of one plan as one.
    """
    felt = [row for row in tally.problems if not row["kind"].startswith("delivery.")]
    return sorted(felt, key=lambda row: (row["start"], row["problem_id"]))


def _during(tally: Tally, row: dict[str, Any]) -> tuple[float, float]:
    """
    Return which share of the visits bought, in percent, of those concerned and of all others, while a problem went on.
    """
    first, last = (int(day * DAY_S / tally.slot_s) for day in _days(tally, row))
    by: Callable[[Visits], Counter[Key]] = (lambda v: v.by_region) if row["region"] else (lambda v: v.by_device)
    concerned = row["region"] or row["device_kind"]
    counts = {True: [0, 0], False: [0, 0]}
    for place, visits in enumerate((tally.visits, tally.bought)):
        for (event_id, kind, slot), number in by(visits).items():
            if first <= slot <= last:
                hit = row["event_id"] in {"", event_id} and concerned in {"", kind}
                counts[hit][place] += number
    return _percent(*counts[True]), _percent(*counts[False])


def _percent(visits: int, bought: int) -> float:
    return 100 * bought / visits if visits else float("nan")


def _what(tally: Tally, row: dict[str, Any]) -> str:
    event = event_name(tally, row["event_id"], 14) if row["event_id"] else ""
    where = ", ".join(filter(None, (row["region"], row["device_kind"], row["section"] and f"section {row['section']}")))
    begin, end = _days(tally, row)
    return f"{row['kind'].replace('_', ' ')}, day {begin:.1f} to {end:.1f}\n" + " ".join(
        [*filter(None, (where, event)), f"({row['hits']:,} hit)"]
    )


def _days(tally: Tally, row: dict[str, Any]) -> tuple[float, float]:
    begin, end = ((row[name] - tally.start).total_seconds() / DAY_S for name in ("start", "end"))
    return begin, end
