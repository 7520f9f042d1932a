"""
Channels and listeners without a service: whoever applies what he is told knows how the seats stand.
"""

import asyncio
import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_api.seats.channel import Channel
from inventory_api.seats.drawing import draw
from inventory_api.seats.frames import runs_of
from inventory_api.seats.listener import Listener
from inventory_api.seats.map import counts_of, statuses_of
from tests.support.charted import area, picture, section
from tests.support.listening import Client, Clock

SEATS, PLACES = 12, 50


def state(statuses=bytes(SEATS), held=0, position=10, runs=(("F", 1, SEATS),)):
    """
    A picture of a section and an area.
    """
    free = PLACES - held
    return picture(section(runs=runs, statuses=statuses), area(counts=(free, held, 0, 0, 0)), position=position)


def opened(live=None):
    """
    A channel.
    """
    live = live or state()
    return Channel(live, draw(live, []), 1, 0.0)


def advance(channel, live, version=1):
    """
    Bring it up to a picture.
    """
    return channel.advance(live, draw(live, []), version)


def read(frame):
    """
    Name, id and data of a frame.
    """
    lines = dict(line.split(": ", 1) for line in frame.decode().splitlines() if line)
    return lines["event"], int(lines["id"]), json.loads(lines["data"])


def client_of(live):
    """
    Somebody who has loaded the seats.
    """
    return Client(live.position, statuses_of(live).tolist(), counts_of(live).tolist())


states = st.tuples(
    st.binary(min_size=SEATS, max_size=SEATS).map(lambda drawn: bytes(byte % 5 for byte in drawn)),
    st.integers(0, PLACES),
    st.integers(1, 3),
)


@given(st.lists(states, min_size=1, max_size=8), st.data())
@settings(deadline=None)
def test_frames_lead_from_any_position_to_the_newest(drawn, data):
    """
    One who loaded the seats at any position and then got any selection of frames has what the last picture shows.
    """
    position, pictures = 10, []
    for statuses, held, more in drawn:
        position += more
        pictures.append(state(statuses, held, position))
    channel = opened(pictures[0])
    clients = [client_of(pictures[0])]
    for live in pictures[1:]:
        advance(channel, live)
        clients.append(client_of(live))
        for client in clients:
            if data.draw(st.booleans()):
                name, _, content = read(channel.frame(client.position))
                client.apply(name, content)

    for client in clients:
        client.apply("changes", read(channel.frame(client.position))[2])
        assert client.statuses == statuses_of(pictures[-1]).tolist()
        assert client.counts == counts_of(pictures[-1]).tolist()


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.data())
def test_runs_say_each_change_once(changed, data):
    """
    Runs cover exactly the seats that changed, in their statuses, and two that follow each other could not be one.
    """
    statuses = np.array([data.draw(st.integers(0, 4)) for _ in changed], np.uint8)
    seats = np.flatnonzero(changed)

    runs = runs_of(seats, statuses)

    assert [place for first, size, _ in runs for place in range(first, first + size)] == seats.tolist()
    assert all((statuses[first : first + size] == status).all() for first, size, status in runs)
    assert not any(a[0] + a[1] == b[0] and a[2] == b[2] for a, b in pairwise(runs))


def test_those_at_one_position_share_the_bytes():
    """
    A frame is encoded once, however many it is sent to.
    """
    channel = opened()
    advance(channel, state(b"\1" * SEATS, position=11))

    assert channel.frame(10) is channel.frame(10)


def test_many_positions_do_not_fill_the_memory():
    """
    Frames are kept for a few positions only.
    """
    channel = opened()
    advance(channel, state(b"\1" * SEATS, position=1000))

    for position in range(10, 500):
        channel.frame(position)

    assert len(channel._frames) <= 32


@pytest.mark.parametrize(
    ("live", "told"),
    [
        (state(position=11), False),
        (state(b"\1" * SEATS, position=9), False),
        (state(b"\1" * SEATS, position=11), True),
        (state(held=1, position=11), True),
        (state(bytes(SEATS + 1), position=11, runs=[("F", 1, SEATS + 1)]), True),
    ],
    ids=["nothing", "older", "seats", "area", "more seats"],
)
def test_only_what_changed_is_told(live, told):
    """
    A picture with the same statuses, or an older one, is nothing to tell.
    """
    assert advance(opened(), live) == told


def test_another_chart_makes_everything_void():
    """
    Positions from before mean nothing afterwards, and who listens has to load again.
    """
    channel = opened()
    advance(channel, state(bytes(SEATS + 1), position=15, runs=[("F", 1, SEATS + 1)]))

    name, position, data = read(channel.reset())
    assert (channel.epoch, channel.since, channel.lost) == (1, 15, 14)
    assert (name, position) == ("reset", 15)
    assert data["chart"] == f"/v1/events/e1/chart?version={channel.seat_map.version}"
    assert data["seats"] == "/v1/events/e1/seats?min_position=inventory:0=15"


def test_another_version_of_the_projection_makes_everything_void():
    """
    The same position may look different then, or lie further back; the picture from before the switch does not count.
    """
    old, new = state(), state(b"\1" * SEATS, position=8)
    channel = opened(old)

    assert (advance(channel, old, 2), channel.epoch) == (False, 0)
    assert (advance(channel, new, 2), channel.epoch, channel.position) == (True, 1, 8)


class Listened:
    """
    A channel with one listener, whose parts are taken one by one.
    """

    def __init__(self, position=10):
        self.clock = Clock()
        self.channel = opened()
        self.listener = Listener(self.channel, position, retry_ms=2000, clock=self.clock)
        self.channel.listeners.add(self.listener)

    def act(self, *steps):
        """
        Return what is said after each step.
        """

        async def run():
            said = []
            for step in steps:
                waiting = asyncio.create_task(self.listener.next())
                await asyncio.to_thread(int)  # let it wait
                step()
                self.listener.wake()
                said.append(await waiting)
            return said

        return asyncio.run(run())

    def change(self, statuses, position):
        """
        A step.
        """
        return lambda: advance(self.channel, state(statuses, position=position))


def test_a_slow_listener_gets_one_frame_for_many_changes():
    """
    What changed while a frame was sent comes together in the next one.
    """
    listened = Listened()

    def three():
        for number in (1, 2, 3):
            advance(listened.channel, state(bytes([number] * number).ljust(SEATS, b"\0"), position=10 + number))

    _, frame = listened.act(lambda: None, three)

    assert read(frame) == ("changes", 13, {"position": 13, "seats": [[0, 3, 3]], "areas": []})


def test_a_listener_that_lost_everything_is_told_so():
    """
    Without a position that counts, the first thing said is to load again; then changes follow.
    """
    listened = Listened(position=None)

    first, second = listened.act(lambda: None, listened.change(b"\1" * SEATS, 11))

    assert first.startswith(b"retry: 2000\n\nid: 10\nevent: reset\n")
    assert read(second)[:2] == ("changes", 11)


def test_a_listener_that_is_ahead_waits():
    """
    One who knows a later position from another replica hears nothing of what he has.
    """
    listened = Listened(position=20)
    pulse = listened.channel

    first, second = listened.act(
        listened.change(b"\1" * SEATS, 15), lambda: (listened.change(b"\2" * SEATS, 21)(), setattr(pulse, "pulse", 1))
    )

    assert read(first.removeprefix(b"retry: 2000\n\n")) == ("changes", 20, {"position": 20, "seats": [], "areas": []})
    assert read(second)[1] == 21


def test_silence_is_filled():
    """
    A pulse is a comment, but not where there was a frame just now.
    """
    listened = Listened()

    def pulse():
        listened.channel.pulse += 1

    _, silent, busy = listened.act(lambda: None, pulse, lambda: (pulse(), listened.change(b"\1" * SEATS, 11)()))

    assert silent == b": keep-alive\n\n"
    assert busy.startswith(b"id: 11\n")


def test_an_ended_listener_is_told_nothing_more():
    """
    The next part is none.
    """
    listened = Listened()

    assert listened.act(lambda: None, listened.listener.end)[1] is None
