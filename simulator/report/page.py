"""
The page of a run, written as PNG, SVG or PDF.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

from simulator.report.tally import Tally

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KINDS = (".png", ".svg", ".pdf")
INCHES = (11.0, 13.5)
DOTS_PER_INCH = 100
STYLE: dict[Any, Any] = {
    "font.size": 9,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#dddddd",
    "legend.frameon": False,
    "legend.fontsize": 8,
    "svg.hashsalt": "seatstream",
}


class ReportError(Exception):
    """
    The page cannot be drawn; the message says why, and what to do.
    """


def check_report(path: Path) -> None:
    """
    Refuse a page that could not be written, before the run begins.

    Raises:
        ReportError: matplotlib is not installed, or the path is none for a picture.
    """
    if path.suffix.lower() not in KINDS:
        raise ReportError(f"{path} must end in one of {', '.join(KINDS)}")
    if not path.absolute().parent.is_dir():
        raise ReportError(f"{path} lies in a folder that does not exist")
    if find_spec("matplotlib") is None:
        raise ReportError(
            "the page is drawn with matplotlib, which is not installed: pip install 'seatstream[simulate]'"
        )


def write_report(tally: Tally, title: str, path: Path) -> None:
    """
    Draw the page of a run.

    Args:
        title: what run it is.

    Raises:
        ReportError: as `check_report`, or the file cannot be written.
    """
    check_report(path)
    import matplotlib as mpl

    with mpl.rc_context(STYLE):
        figure = _page(tally, title)
        try:
            _save(figure, path)
        except OSError as error:
            raise ReportError(f"{path} cannot be written: {error.strerror}") from error


def _page(tally: Tally, title: str) -> Figure:
    from matplotlib.figure import Figure

    from simulator.report import conversion, panels

    figure = Figure(figsize=INCHES, layout="constrained")
    figure.suptitle(fill(title, 105), fontsize=12, fontweight="bold", x=0.01, ha="left")
    # A part of the figure for each row: legends beside one row leave the others their width.
    parts = figure.subfigures(4, 1, squeeze=False, height_ratios=(1.0, 0.9, 1.15, 1.15))
    first, second, third, fourth = parts[:, 0]
    panels.sales(first.add_subplot(), tally)
    conversion.conversion(second.add_subplot(), tally)
    panels.records(third.add_subplot(1, 2, 1), tally)
    panels.abuse(third.add_subplot(1, 2, 2), tally)
    panels.unmet(fourth.add_subplot(1, 2, 1), tally)
    conversion.problems(fourth.add_subplot(1, 2, 2), tally)
    figure.supxlabel(panels.totals(tally), fontsize=9.5, x=0.01, ha="left")
    return figure


def _save(figure: Figure, path: Path) -> None:
    if path.suffix.lower() != ".png":
        figure.savefig(path, metadata={"Date": None} if path.suffix.lower() == ".svg" else None)
        return
    from io import BytesIO

    from PIL import Image

    drawn = BytesIO()
    figure.savefig(drawn, format="png", dpi=DOTS_PER_INCH)
    # Few colours are used: a palette makes the file much smaller.
    Image.open(drawn).convert("RGB").quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        path, optimize=True
    )
