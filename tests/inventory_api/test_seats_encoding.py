"""
Seats as bytes: what is packed comes out again, also by the decoders that the documentation shows.
"""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from inventory_api.schemas.seats import Seats
from inventory_api.seats.drawing import draw
from inventory_api.seats.encoding import STATUSES, compact, encode_json, pack
from inventory_api.seats.map import counts_of, statuses_of
from tests.support.browsing import chromium
from tests.support.charted import area, picture, pictures, section

GUIDE = Path(__file__).parents[2] / "docs" / "seats.md"


def documented(language):
    """
    The decoder that the guide shows in a language.
    """
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)[0]


@given(pictures())
def test_the_documented_python_decodes_every_picture(live):
    """
    Position, chart, each status and each count come out of the bytes.
    """
    names = {}
    exec(documented("python"), names)  # noqa: S102 - our own documentation

    found = names["decode_seats"](compact(live, draw(live, [])))

    assert found["position"] == live.position
    assert found["chart"] == draw(live, []).version
    assert [STATUSES.index(status) for status in found["seats"]] == statuses_of(live).tolist()
    assert [list(counts.values()) for counts in found["areas"]] == counts_of(live).tolist()


@given(st.lists(st.integers(0, 4), max_size=50))
def test_two_seats_share_a_byte(statuses):
    """
    The first of two is in the low four bits; an odd number leaves the last high bits empty.
    """
    packed = pack(np.array(statuses, np.uint8))

    assert len(packed) == (len(statuses) + 1) // 2
    assert [byte >> shift & 15 for byte in packed for shift in (0, 4)][: len(statuses)] == statuses


def test_a_large_event_takes_half_a_byte_a_seat():
    """
    The header is 28 bytes, an area 20.
    """
    live = picture(section(runs=[("F", 1, 20_000)]), area())

    assert len(compact(live, draw(live, []))) == 28 + 10_000 + 20


@given(pictures(event_id="a b"))
def test_json_says_the_same(live):
    """
    A digit a seat, names of statuses, counts by area; in the form that the document promises.
    """
    seat_map = draw(live, [])
    answer = json.loads(encode_json(seat_map, live, datetime.now(UTC)).body)

    digits = "".join(drawn["statuses"] for drawn in answer["sections"])
    assert [int(digit) for digit in digits] == statuses_of(live).tolist()
    assert [[found[name] for name in STATUSES] for found in answer["areas"]] == counts_of(live).tolist()
    assert answer["chart"] == f"/v1/events/a%20b/chart?version={seat_map.version}"
    Seats.model_validate(answer, strict=True)


def test_the_documented_javascript_decodes_a_picture():
    """
    The other decoder of the guide gives the same, in Chromium.
    """
    live = picture(
        section(statuses=b"\4\3\2\1"),
        section("T", [("F", 1, 3)], statuses=b"\1\0\4"),
        area(counts=(1, 2, 3, 4, 2**32 - 1)),
    )
    packed = list(compact(live, draw(live, [])))
    script = f"(bytes) => {{ {documented('js')}; const found = decodeSeats(new Uint8Array(bytes).buffer);"
    with chromium() as browser:
        page = browser.new_page()
        found = page.evaluate(f"{script} return {{...found, codes: [...found.codes]}}; }}", packed)

    assert found["position"] == live.position
    assert found["chart"] == draw(live, []).version
    assert found["codes"] == statuses_of(live).tolist()
    assert found["areas"] == [dict(zip(STATUSES, (1, 2, 3, 4, 2**32 - 1), strict=True))]


STAGE = """
async (bytes) => {
  globalThis.fetch = async () => ({ arrayBuffer: async () => new Uint8Array(bytes).buffer });
  globalThis.EventSource = class {
    constructor(url) { this.heard = {}; EventSource.last = Object.assign(this, { url }); }
    addEventListener(name, told) { this.heard[name] = told; }
    close() { this.closed = true; }
  };
  const shown = [], reloads = [];
  globalThis.reload = (event, data) => reloads.push([event, data]);
  DOCUMENTED
  await follow("e1", (seats) => shown.push([[...seats.codes], seats.areas[0].held]));
  const say = (name, data) => EventSource.last.heard[name]({ data: JSON.stringify(data) });
  say("changes", { position: 7, seats: [[0, 4, 4]], areas: [] });
  say("changes", { position: 9, seats: [[1, 2, 1]], areas: [[0, 40, 10, 0, 0, 0]] });
  say("reset", { position: 12 });
  return [EventSource.last.url, shown, reloads, EventSource.last.closed];
}
"""


def test_the_documented_javascript_follows_an_event():
    """
    It listens from the position that it has, skips what it knows, applies what is newer, and loads again on request.
    """
    live = picture(section(), area(), position=8)
    seat_map = draw(live, [])
    scripts = re.findall(r"^```js\n(.*?)^```$", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    with chromium() as browser:
        stage = STAGE.replace("DOCUMENTED", "\n".join(scripts))
        url, shown, reloads, closed = browser.new_page().evaluate(stage, list(compact(live, seat_map)))

    assert url == f"/v1/events/e1/seats/changes?since=8&chart={seat_map.version}"
    assert shown == [[[0, 0, 0, 0], 0], [[0, 1, 1, 0], 10]]
    assert (reloads, closed) == ([["e1", {"position": 12}]], True)
