"""
How many streams may be open.
"""

import pytest

from gateway.limits.classes import STREAMS_OF_CALLER, STREAMS_OF_NETWORK
from gateway.limits.limiter import Caller
from gateway.limits.streams import Streams
from gateway.problems import TooMany

FAN = Caller("session:1", "192.0.2.7")
NOBODY = Caller("", "192.0.2.7")


@pytest.fixture
def opened():
    """
    Open streams and leave them open.
    """
    begun = []

    def open_streams(streams, caller, number):
        for _ in range(number):
            begun.append(streams.one_more(caller))
            begun[-1].__enter__()
        return begun

    return open_streams


@pytest.mark.parametrize(("caller", "most"), [(FAN, STREAMS_OF_CALLER), (NOBODY, STREAMS_OF_NETWORK)])
def test_there_is_an_end(opened, caller, most):
    """
    One more than may be is told to come again; others are not touched.
    """
    streams = Streams(1)
    opened(streams, caller, most)

    with pytest.raises(TooMany), streams.one_more(caller):
        pass
    opened(streams, Caller("session:2", "192.0.2.8"), 1)


def test_who_ends_one_may_begin_another(opened):
    """
    Also after an error; and nothing is kept of those who have none.
    """
    streams = Streams(0.1)
    with pytest.raises(ZeroDivisionError), streams.one_more(FAN):
        raise ZeroDivisionError
    for begun in opened(streams, FAN, 1):
        begun.__exit__(None, None, None)

    assert len(streams) == 0


def test_there_may_be_no_end(opened):
    """
    A factor of zero bounds nothing.
    """
    streams = Streams(0)
    opened(streams, NOBODY, STREAMS_OF_NETWORK + 1)

    assert len(streams) == 1
