"""
Looks at the seat map of a page as a person does: at the colours of its pixels, by pointing at its seats.
"""

from __future__ import annotations

from typing import NamedTuple

from playwright.sync_api import Page

_PLACE = """([section, label]) => {
  const {seats, view} = document.querySelector('#map').map;
  const [seat] = seats.find(section, [label]);
  return [seats.x[seat] * view.scale + view.left, seats.y[seat] * view.scale + view.top];
}"""
# Off the middle, where a number may stand.
_COLOUR = """([section, label, share]) => {
  const canvas = document.querySelector('#map');
  const {seats, view, ratio} = canvas.map;
  const [seat] = seats.find(section, [label]);
  const off = seats.sections[seats.part[seat]].radius * view.scale * share;
  const [x, y] = [seats.x[seat] * view.scale + view.left, seats.y[seat] * view.scale + view.top + off];
  const [red, green, blue] = canvas.getContext('2d').getImageData(x * ratio, y * ratio, 1, 1).data;
  return '#' + [red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('');
}"""
_GROUND = """([x, y]) => {
  const canvas = document.querySelector('#map');
  const {view, ratio} = canvas.map;
  const [left, top] = [(x * view.scale + view.left) * ratio, (y * view.scale + view.top) * ratio];
  const [red, green, blue] = canvas.getContext('2d').getImageData(left, top, 1, 1).data;
  return '#' + [red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('');
}"""
_WRITTEN = """([x, y, reach, colour]) => {
  const canvas = document.querySelector('#map');
  const {view, ratio} = canvas.map;
  const [left, top] = [x * view.scale + view.left - reach, y * view.scale + view.top - reach];
  const size = 2 * reach * ratio;
  const {data} = canvas.getContext('2d').getImageData(left * ratio, top * ratio, size, size);
  const wanted = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return Array.from({length: data.length / 4}, (_, pixel) => wanted.every((part, at) => data[4 * pixel + at] === part))
    .filter(Boolean).length;
}"""


class Spot(NamedTuple):
    """
    A point of the page (pixels).
    """

    x: float
    y: float


class MapReader:
    """
    The seat map of a page.
    """

    def __init__(self, page: Page) -> None:
        self._page = page

    def spot(self, section: str, label: str) -> Spot:
        """
        Return where a seat is on the page.
        """
        x, y = self._page.evaluate(_PLACE, [section, label])
        box = self._page.locator("#map").bounding_box()
        assert box is not None
        return Spot(box["x"] + x, box["y"] + y)

    def colour(self, section: str, label: str, share: float = 0.7) -> str:
        """
        Return the colour of a seat, as `#rrggbb`, at a share of its radius below its middle.
        """
        return str(self._page.evaluate(_COLOUR, [section, label, share]))

    def wait_for_colour(self, section: str, label: str, colour: str, share: float = 0.7) -> None:
        """
        Return once a seat has a colour.
        """
        self._page.wait_for_function(
            f"([colour, ...where]) => ({_COLOUR})(where) === colour", arg=[colour, section, label, share]
        )

    def ground(self, x: float, y: float) -> str:
        """
        Return the colour at a point of the chart.
        """
        return str(self._page.evaluate(_GROUND, [x, y]))

    def written(self, x: float, y: float, reach: float = 14) -> int:
        """
        Return how many pixels around a point of the chart have the colour of text.
        """
        return int(self._page.evaluate(_WRITTEN, [x, y, reach, self.variable("text")]))

    def variable(self, name: str) -> str:
        """
        Return a colour of the style sheet as it is now.
        """
        return str(
            self._page.evaluate(
                "name => getComputedStyle(document.documentElement).getPropertyValue(name).trim()", f"--{name}"
            )
        )
