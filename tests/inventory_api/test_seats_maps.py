"""
Kept maps: shared, bounded, forgotten with their venue, and never older than what changed while they were made.
"""

import asyncio

import pytest

from inventory_api.seats.charts import Charts
from inventory_api.seats.drawing import draw
from inventory_api.seats.maps import SeatMaps
from inventory_stream.projection.reading import Changes
from tests.support.charted import area, mapped, picture, section, straight

CHART = [mapped(rows=[straight("F", [0, 1, 2, 3])])]
ROOM_FOR_TWO = 2 * (200 + 4)


class Reading:
    """
    A follower that reads one chart, once it is let through.
    """

    def __init__(self):
        self.gate = asyncio.Event()
        self.gate.set()
        self.begun = asyncio.Event()
        self.times = 0

    async def run(self, work):
        """
        Return the chart.
        """
        self.times += 1
        self.begun.set()
        await self.gate.wait()
        return CHART


def keeping(act, max_seats=1_000_000):
    """
    Run `act(maps, reading)`.
    """

    async def run():
        maps, reading = SeatMaps(max_seats), Reading()
        maps.follow(reading)
        return await act(maps, reading)

    return asyncio.run(run())


def at_venue(venue_id="v1", **fields):
    """
    An event of four seats.
    """
    return picture(section(), venue_id=venue_id, **fields)


def test_events_of_one_chart_and_manifest_share_a_map():
    """
    Other statuses, another event: the same object, and one query.
    """

    async def act(maps, reading):
        sold = picture(section(statuses=b"\2\2\2\2"), event_id="e2", position=99)
        return await maps.of(at_venue()) is await maps.of(sold), reading.times

    assert keeping(act) == (True, 1)


def test_many_that_ask_at_once_share_the_work():
    """
    A map is made once.
    """

    async def act(maps, reading):
        found = await asyncio.gather(*(maps.of(at_venue()) for _ in range(50)))
        return len({id(seat_map) for seat_map in found}), reading.times

    assert keeping(act) == (1, 1)


def test_a_map_is_at_hand_only_once_it_is_made():
    """
    Nothing is made for who cannot wait.
    """

    async def act(maps, reading):
        before = maps.known(at_venue())
        return before, await maps.of(at_venue()) is maps.known(at_venue())

    assert keeping(act) == (None, True)


def test_kept_maps_are_bounded():
    """
    The one asked for longest ago goes first.
    """

    async def act(maps, reading):
        for venue in ("v1", "v2", "v1", "v3"):
            await maps.of(at_venue(venue))
        return [maps.known(at_venue(venue)) is not None for venue in ("v1", "v2", "v3")]

    assert keeping(act, ROOM_FOR_TWO) == [True, False, True]


@pytest.mark.parametrize(("keys", "left"), [({"v1"}, [False, True]), ({"e1", "v9"}, [True, True]), (None, [False] * 2)])
def test_maps_go_with_the_records_of_their_venue(keys, left):
    """
    A record of a venue, or anything, forgets maps; a record of an event does not.
    """

    async def act(maps, reading):
        for venue in ("v1", "v2"):
            await maps.of(at_venue(venue))
        maps.mark(Changes(version_changed=False, keys=keys))
        return [maps.known(at_venue(venue)) is not None for venue in ("v1", "v2")]

    assert keeping(act) == left


def test_a_map_that_was_begun_before_a_change_is_not_kept():
    """
    Who waits gets it, the next one gets a new one.
    """

    async def act(maps, reading):
        reading.gate.clear()
        waiting = asyncio.create_task(maps.of(at_venue()))
        await reading.begun.wait()
        maps.mark(Changes(version_changed=False, keys={"v1"}))
        reading.gate.set()
        return (await waiting).size, maps.known(at_venue())

    assert keeping(act) == (4, None)


def test_a_map_that_cannot_be_made_is_tried_again():
    """
    One who asks after a failure is not given the failure.
    """

    async def act(maps, reading):
        async def fail(work):
            raise OSError

        maps.follow(type("Broken", (), {"run": staticmethod(fail)}))
        with pytest.raises(OSError):  # noqa: PT011 - just this one
            await maps.of(at_venue())
        maps.follow(reading)
        return (await maps.of(at_venue())).size

    assert keeping(act) == 4


def test_events_without_a_chart_read_none():
    """
    Nothing is asked of the database.
    """

    async def act(maps, reading):
        return (await maps.of(at_venue(chart_id=""))).size, reading.times

    assert keeping(act) == (4, 0)


def test_kept_charts_are_bounded():
    """
    Each event has its own answer; the one asked for longest ago goes first.
    """

    async def run():
        charts, seat_map = Charts(2 * (500 + 4)), draw(at_venue(), CHART)
        first = [await charts.of(event_id, seat_map, forever=True) for event_id in ("e1", "e2", "e1", "e3")]
        again = [await charts.of(event_id, seat_map, forever=True) for event_id in ("e1", "e2")]
        return first[0] is first[2], again[0] is first[0], again[1] is first[1]

    assert asyncio.run(run()) == (True, True, False)


def test_many_that_ask_for_a_chart_at_once_share_the_work():
    """
    An answer is made once, and another time for the address that is not for ever.
    """

    async def run():
        charts, seat_map = Charts(10_000), draw(at_venue(), CHART)
        found = await asyncio.gather(*(charts.of("e1", seat_map, forever=number % 2 == 0) for number in range(20)))
        return len({id(kept) for kept in found})

    assert asyncio.run(run()) == 2


def test_another_version_is_another_answer():
    """
    The chart of an event with more room is not the one from before.
    """

    async def run():
        charts = Charts(10_000)
        maps = [draw(picture(area(counts=(room, 0, 0, 0, 0))), []) for room in (5, 6)]
        return [(await charts.of("e1", seat_map, forever=True)).body for seat_map in maps]

    one, other = asyncio.run(run())
    assert one != other
