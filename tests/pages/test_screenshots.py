"""
Pictures of the page for the documentation. `SEATSTREAM_IMAGES=docs/images pytest tests/pages/test_screenshots.py` draws them
anew; without it they are drawn into a folder that is thrown away, so that this keeps working.
"""

import os
import re
from contextlib import contextmanager
from pathlib import Path

import pytest

from inventory_stream.charts import generate
from tests.support.pictures import small_png
from tests.support.showcase import showcase
from tests.support.staged import staged

DESKTOP = {"viewport": {"width": 1280, "height": 800}, "locale": "en-US"}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
    "locale": "en-US",
}
STADIUM = (
    generate("stadium", 20_000),
    "Midnight Tramlines: Long Way Round",
    "Meridian Field",
    "Juniper Flats",
    "America/Denver",
)
THEATRE = (generate("theatre", 2_400), "The Glass Orchard", "Lantern Playhouse", "Port Alder", "America/Los_Angeles")
MOST_BYTES = 200 * 1024
COLOURS = 200  # few, since dots of many sizes do not compress well
RESTS = """() => {
  const {asked, stale, drawn, view} = document.querySelector('#map').map;
  return !asked && !stale && drawn.scale === view.scale;
}"""


@pytest.fixture
def shoot(tmp_path, visit):
    """
    Opens a page, lets something be done to it, and keeps a picture of it.
    """
    folder = Path(os.environ.get("SEATSTREAM_IMAGES") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def shoot(name, url, **options):
        """Give the page; the picture is taken at the end."""
        page = visit(reduced_motion="reduce", **options).open(url)
        yield page
        page.mouse.move(0, 0)
        page.wait_for_function(RESTS)
        file = folder / f"{name}.png"
        file.write_bytes(small_png(page.screenshot(), COLOURS))
        assert 10_000 < file.stat().st_size <= MOST_BYTES

    return shoot


def open_section(page, name):
    """
    Open a section from the list, and select three of its seats.
    """
    page.get_by_role("button", name=re.compile(f"^{name}")).click()
    free = page.locator("[role=gridcell][data-look=free]")
    for number in (4, 5, 6):
        free.nth(number).click()
    page.locator("#panel").evaluate("panel => panel.scrollTo(0, 0)")


def test_a_stadium(shoot, database_url):
    """
    Twenty thousand seats on a desktop: all of them, and one section with a selection; then on a phone.
    """
    with staged(database_url, *showcase(*STADIUM)) as stage:
        with shoot("seat-map", stage.url, **DESKTOP):
            pass
        with shoot("seat-map-section", stage.url, **DESKTOP) as page:
            open_section(page, "201")
        with shoot("seat-map-phone", stage.url, **PHONE):
            pass


def test_a_theatre(shoot, database_url):
    """
    A small house in the dark: the best seats found.
    """
    with (
        staged(database_url, *showcase(*THEATRE)) as stage,
        shoot("seat-map-dark", stage.url, color_scheme="dark", **DESKTOP) as page,
    ):
        page.locator("#best").get_by_role("button", name="Find").click()
        page.locator("#found li").first.wait_for()
        page.get_by_role("button", name="Show the whole map").click()
