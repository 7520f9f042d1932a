"""
Maps of seats: in the manifest's order, where the chart says, and somewhere tidy where it says nothing.
"""

import json
from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_api.seats.drawing import draw
from inventory_api.seats.map import ACCESSIBLE, COMPANION, RESTRICTED_VIEW, counts_of, statuses_of
from inventory_stream.records.catalogue import ChartSeat
from tests.support.charted import area, mapped, picture, section, straight


def body(seat_map):
    """
    The chart of a map.
    """
    return json.loads(b"{" + seat_map.body)


def test_seats_are_in_the_order_of_the_manifest():
    """
    Sections by name, their seats as released, whatever the order of the chart.
    """
    live = picture(section("T", [("B", 1, 2)]), section("S", [("F", 3, 4), ("A", 1, 1)], ["Z"]))
    chart = [mapped("S", [("A", [("A-1", 0, 0)]), ("F", [("F-4", 1, 5), ("F-3", 0, 5)])])]

    seat_map = draw(live, chart)

    assert [seat_map.label(seat) for seat in range(seat_map.size)] == ["F-3", "F-4", "A-1", "Z", "B-1", "B-2"]
    assert seat_map.x[:3].tolist() == [0, 1, 0]
    assert seat_map.y[:3].tolist() == [5, 5, 0]


def test_rows_say_where_they_begin():
    """
    A row that another interrupts is there twice; numbers of rows rise over all sections.
    """
    live = picture(section("S", [("F", 1, 2), ("G", 1, 3)], ["F-3"]), section("T", [("F", 1, 1)]))

    seat_map = draw(live, [])

    rows = [(row.label, row.first, row.size) for section in seat_map.sections for row in section.rows]
    assert rows == [("F", 0, 2), ("G", 2, 3), ("F", 5, 1), ("F", 6, 1)]
    assert seat_map.row.tolist() == [0, 0, 1, 1, 1, 2, 3]


def test_the_chart_names_rows_and_marks_seats():
    """
    Row labels, zones and marks are the chart's; seats that it does not know have none.
    """
    seats = [
        ChartSeat("1", 0, 0, accessible=True),
        ChartSeat("2", 1, 0, companion=True),
        ChartSeat("3", 2, 0, restricted_view=True, accessible=True),
    ]
    seat_map = draw(
        picture(section(runs=[], seats=["1", "2", "3", "4"])), [mapped(rows=[("Front", seats)], zone="Low")]
    )

    assert seat_map.sections[0].rows[0].label == "Front"
    assert seat_map.sections[0].zone == "Low"
    assert seat_map.flags.tolist() == [ACCESSIBLE, COMPANION, ACCESSIBLE | RESTRICTED_VIEW, 0]


def test_price_levels_are_those_of_the_manifest():
    """
    What the chart says about prices is not what an event sells.
    """
    seats = [ChartSeat(f"F-{number}", number, 0, "chart") for number in (1, 2, 3)]
    parts = section(runs=[("F", 1, 3)], levels=("B", "A"), seat_levels=b"\0\1\0"), area(level="C")

    seat_map = draw(picture(*parts), [mapped(rows=[("F", seats)], price_level="chart")])

    assert seat_map.levels == ("A", "B", "C")
    assert seat_map.level.tolist() == [1, 0, 1]
    assert seat_map.areas[0].price_level == 2


def test_an_event_may_have_more_price_levels_than_a_byte_counts():
    """
    Each of three hundred sections has a level of its own.
    """
    parts = [section(f"S{number:03}", [("F", 1, 1)], levels=(f"L{number:03}",)) for number in range(300)]

    assert draw(picture(*parts), []).level.tolist() == list(range(300))


def boxes(seat_map):
    """
    Left, top, right and bottom of what each section and area covers.
    """
    chart = body(seat_map)
    found = []
    for drawn in (*chart["sections"], *chart["areas"]):
        corners = np.array(drawn["outline"]).reshape(-1, 2)
        found.append((*corners.min(axis=0), *corners.max(axis=0)))
    return found


def meet(one, other):
    """
    Whether two rectangles overlap.
    """
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


rows = st.lists(st.tuples(st.sampled_from("ABCDEFGH"), st.integers(1, 150)), min_size=1, max_size=8, unique_by=lambda row: row[0])  # fmt: skip


@given(st.lists(rows, max_size=8), st.lists(st.integers(0, 5000), max_size=3), st.booleans())
@settings(max_examples=60, deadline=None)
def test_what_no_chart_shows_is_drawn_tidily(sections, capacities, charted):
    """
    Every seat has a place of its own; sections, areas and what the chart shows do not cover each other.
    """
    parts = [section(f"S{n}", [(row, 1, seats) for row, seats in found]) for n, found in enumerate(sections)]
    parts += [area(f"G{n}", (capacity, 0, 0, 0, 0)) for n, capacity in enumerate(capacities)]
    chart = [mapped("S0", [straight(row, range(seats), n) for n, (row, seats) in enumerate(sections[0])])] if charted and sections else []  # fmt: skip

    seat_map = draw(picture(*parts), chart)

    assert len(np.unique(np.stack([seat_map.x, seat_map.y]), axis=1).T) == seat_map.size
    assert not any(meet(*pair) for pair in combinations(boxes(seat_map), 2))
    assert body(seat_map)["generated"] == (len(parts) > len(chart))


def test_seats_that_the_chart_lacks_lie_below_it():
    """
    Where the chart knows some seats of a section, they stay, and the others are drawn below.
    """
    seat_map = draw(picture(section(runs=[("F", 1, 4)])), [mapped(rows=[straight("F", [10, 20])])])

    assert seat_map.x.tolist()[:2] == [10, 20]
    assert min(seat_map.y[2:]) > max(seat_map.y[:2])
    assert seat_map.joined.tolist() == [True, False, True, False]
    assert body(seat_map)["generated"] is True


def test_outlines_of_the_chart_are_kept():
    """
    An outline is given as drawn; one that is no shape, or none, becomes the shape around the seats.
    """
    square = [(0, 0), (0, 9), (9, 9), (9, 0)]
    chart = [
        mapped("S", [straight("F", [1, 2])], outline=square),
        mapped("T", [straight("F", [11, 12])], outline=square[:2]),
        mapped("GA", outline=square, capacity=50),
    ]

    found = body(draw(picture(section("S", [("F", 1, 2)]), section("T", [("F", 1, 2)]), area()), chart))

    assert found["sections"][0]["outline"] == found["areas"][0]["outline"] == [list(map(float, at)) for at in square]
    assert len(found["sections"][1]["outline"]) == 4
    assert found["generated"] is False
    assert found["bounds"][:2] == [0, -0.7]


def test_a_chart_that_says_so_is_generated():
    """
    A layout that the record calls made up is not the venue's own.
    """
    chart = [mapped(rows=[straight("F", [0, 1, 2, 3])], generated=True)]

    assert body(draw(picture(section()), chart))["generated"] is True


def test_absurd_coordinates_stay_numbers():
    """
    What lies beyond all halls is moved to their edge, and the chart stays JSON.
    """
    chart = [mapped(rows=[straight("F", [0, 1e300, -1e300, 2])], outline=[(0, 1e300), (1, 0), (1, 1)])]

    seat_map = draw(picture(section()), chart)

    assert np.isfinite(seat_map.x).all()
    assert body(seat_map)["bounds"][2] == 1e6


def test_a_chart_of_degrees_keeps_its_detail():
    """
    Coordinates are rounded by the chart's extent, not by a unit that it may not have.
    """
    chart = [mapped(rows=[straight("F", [4.35001, 4.35002, 4.35003, 4.35004])])]

    xs = body(draw(picture(section()), chart))["sections"][0]["rows"][0]["x"]

    assert len(set(xs)) == 4


def test_versions_tell_what_is_static():
    """
    Statuses and the event's id do not change the version; geometry, seats, order, levels and capacity do.
    """
    chart = [mapped(rows=[straight("F", [0, 1, 2, 3])])]

    def version(part=None, chart=chart, **fields):
        return draw(picture(part or section(), **fields), chart).version

    same = {version(), version(section(statuses=b"\1\2\3\4")), version(event_id="e2", position=99)}
    others = [
        version(chart=[]),
        version(section(runs=[("F", 1, 5)])),
        version(section(runs=[], seats=["F-2", "F-1", "F-3", "F-4"])),
        version(section(levels=("B",))),
        version(area()),
        version(area(counts=(51, 0, 0, 0, 0))),
        version(chart_id="d"),
    ]

    assert len(same) == 1
    assert len({*same, *others}) == 8
    assert version(area(counts=(10, 20, 15, 5, 0))) == version(area())


def test_an_event_without_places_has_an_empty_chart():
    """
    Nothing is released: no seats, no bounds, and no error.
    """
    seat_map = draw(picture(), [])

    assert (seat_map.size, body(seat_map)["places"], body(seat_map)["bounds"]) == (0, 0, [0, 0, 0, 0])


def test_statuses_and_counts_follow_the_map():
    """
    Statuses of all sections by name, then a row of counts for each area by name.
    """
    live = picture(area("Z", (1, 2, 3, 4, 5)), section("T", statuses=b"\1\1\1\1"), section("S"), area("B"))

    assert statuses_of(live).tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    assert counts_of(live).tolist() == [[50, 0, 0, 0, 0], [1, 2, 3, 4, 5]]
