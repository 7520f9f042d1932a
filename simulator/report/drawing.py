"""
What all pictures share: colours, axes, legends. Colours are those of Okabe and Ito, which people of any sight can tell
apart; lines differ in their dashes as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.report.tally import Tally

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7", "#56B4E9", "#000000", "#F0E442")
GREY = "#b5b5b5"
DASHES = ("-", "--", "-.", ":")


def time_axis(axes: Axes, tally: Tally) -> None:
    """
    Let the axis of time span the run.
    """
    axes.set_xlim(0, tally.days)
    axes.set_xlabel(f"days since {tally.start:%Y-%m-%d %H:%M} UTC")


def legend_beside(axes: Axes, title: str) -> None:
    """
    Put the legend at the right, the line that was drawn last first.
    """
    if not axes.get_legend_handles_labels()[0]:
        return
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(
        handles[::-1], labels[::-1], loc="center left", bbox_to_anchor=(1.0, 0.5), title=title, alignment="left"
    )


def legend_below(axes: Axes) -> None:
    """
    Put the legend below the axis.
    """
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=3, columnspacing=1.2, handlelength=1.4)


def say(axes: Axes, text: str) -> None:
    """
    Say something in the middle of an empty picture.
    """
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", color="#555555")


def event_name(tally: Tally, event_id: str, longest: int = 24) -> str:
    """
    Return the end of an event's id, by which scenarios name it, and its name as far as there is room.
    """
    name = tally.names.get(event_id, "")
    return f"{event_id.rpartition('-')[2]} " + (name if len(name) <= longest else name[: longest - 1] + "…")


def line(place: int, label: str) -> dict[str, Any]:
    """
    Return how the line of this place in the order looks.
    """
    return {"color": COLOURS[place % 8], "linestyle": DASHES[place % 4], "linewidth": 1.8, "label": label}
