"""
Answers on their way to a caller.
"""

import asyncio

import pytest
from uvicorn.protocols.http.flow_control import FlowControl

from gateway.cycle import SLICE, DoorCycle

LARGE = 2_000_000


class Caller:
    """The end of a connection whose other end takes so much, and then nothing until told to."""

    def __init__(self, takes):
        self.taken, self.takes, self.flow = b"", takes, FlowControl(self)

    def write(self, data):
        """Take."""
        self.taken += data
        if len(self.taken) >= self.takes:
            self.flow.pause_writing()

    def close(self):
        """End."""


def cycle(caller, event):
    """A request of this caller."""
    return DoorCycle(
        scope={"method": "GET", "http_version": "1.1"},
        transport=caller,
        flow=caller.flow,
        logger=None,
        access_logger=None,
        access_log=False,
        default_headers=[],
        message_event=event,
        expect_100_continue=False,
        keep_alive=True,
        on_response=lambda: None,
    )


async def answer(caller, headers, *, then):
    """Send a large answer; when it can go no further let something happen."""
    asked = cycle(caller, asyncio.Event())
    await asked.send({"type": "http.response.start", "status": 200, "headers": headers})
    sending = asyncio.ensure_future(asked.send({"type": "http.response.body", "body": b"x" * LARGE}))
    for _ in range(3):
        await asyncio.sleep(0)
    held = len(caller.taken)
    then(asked)
    caller.takes = 10**9
    caller.flow.resume_writing()
    await sending
    return held


LENGTH = [(b"content-length", b"%d" % LARGE)]


@pytest.mark.parametrize("headers", [LENGTH, []], ids=["length", "chunked"])
def test_whoever_does_not_read_holds_a_slice(headers):
    """A large answer waits as a whole for all callers, and not once for each; whoever reads on gets all of it."""
    caller = Caller(SLICE)
    held = asyncio.run(answer(caller, headers, then=lambda _: None))

    assert held < SLICE + 200
    assert caller.taken.count(b"x") == LARGE


def test_whoever_leaves_gets_no_more():
    """What is left of a large answer is not sent to nobody."""
    caller = Caller(SLICE)

    def leave(asked):
        asked.disconnected = True

    assert asyncio.run(answer(caller, LENGTH, then=leave)) == len(caller.taken)
