"""
The colours of the page can be read and told apart by everyone, computed from its style sheet.
"""

from itertools import combinations

import pytest

from inventory_api.page.assets import read_assets
from tests.support.colours import SIGHTS, contrast, distance, variables

ASSETS = read_assets()
SCHEMES = variables(ASSETS.find(ASSETS.version, "page.css").body.decode())
LEVELS = [f"level-{number}" for number in range(1, 6)]
TEXT = [
    *((name, ground) for name in ("text", "dim") for ground in ("page", "card", "ground", "section")),
    *((name, "card") for name in ("accent", "good", "soon", "bad")),
    *(("on-notice", kind) for kind in ("info", "warning", "alarm")),
    ("accent", "page"),
    ("on-accent", "accent"),
    ("on-chosen", "chosen"),
]
SHAPES = [
    *(
        (name, ground)
        for name in (*LEVELS, "resale", "held", "taken", "faded", "chosen")
        for ground in ("section", "ground")
    ),
    *((name, "card") for name in (*LEVELS, "resale", "control", "accent", "held")),
    ("focus", "section"),
    ("focus", "ground"),
    ("control", "page"),
]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text_can_be_read(scheme, text, ground):
    """
    Text has a contrast of at least 4.5 to what it stands on.
    """
    colours = SCHEMES[scheme]

    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_shapes_can_be_seen(scheme, shape, ground):
    """
    Shapes that mean something have a contrast of at least 3 to what they stand on.
    """
    colours = SCHEMES[scheme]

    assert contrast(colours[shape], colours[ground]) >= 3


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("colour", [*LEVELS, "resale"])
def test_numbers_on_seats_can_be_read(scheme, colour):
    """
    Black or white, whichever is better, can be read on each.
    """
    ground = SCHEMES[scheme][colour]

    assert max(contrast("#000000", ground), contrast("#ffffff", ground)) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("sight", SIGHTS)
def test_prices_can_be_told_apart(scheme, sight):
    """
    No two of the colours of prices and resale look alike to anyone.
    """
    pairs = combinations([*LEVELS, "resale"], 2)
    apart = {pair: distance(*(SCHEMES[scheme][name] for name in pair), sight) for pair in pairs}

    assert min(apart.values()) >= 0.12, min(apart, key=apart.get)


def test_black_and_white_are_as_far_apart_as_can_be():
    """
    The measures are those that everyone uses.
    """
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert distance("#000000", "#ffffff", "all cones") == pytest.approx(1, abs=0.001)
    assert distance("#ff0000", "#008000", "no green cones") < distance("#ff0000", "#008000", "all cones") / 2
