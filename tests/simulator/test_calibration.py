"""
The season resembles life where life is published, and the document shows what is measured.
"""

from pathlib import Path

import pytest

from simulator.calibration import TARGETS, measure

TEXT = (Path(__file__).parents[2] / "docs/simulator.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tally():
    """
    Forty days of the season.
    """
    return measure()


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.what)
def test_a_simulated_figure_lies_in_its_band(tally, target):
    """
    Each figure of the calibration table.
    """
    assert target.least <= target.measure(tally) <= target.most


def test_the_document_shows_what_is_measured(tally):
    """
    Row for row, as `python -m simulator.calibration` prints them.
    """
    assert [target.what for target in TARGETS if target.row(tally) not in TEXT] == []
