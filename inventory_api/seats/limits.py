"""
What listeners may ask of a process.
"""

import msgspec


class ListenerLimits(msgspec.Struct, frozen=True):
    """
    Limits of all listeners of a process.

    listeners, seats: how many at most; seats of all events that are listened to together.
    pause_s: between two frames of an event, longer with many listeners. keep_alive_s: the longest silence.
    slow_s: how long a listener may take to read a frame. linger_s: how long an event is followed after the last
    listener, who may come back. retry_ms: how long a browser waits before it connects again, up to twice as long.
    ahead_s: how long to wait for a position that another replica has reached already.
    """

    listeners: int = 20_000
    seats: int = 5_000_000
    pause_s: float = 0.1
    keep_alive_s: float = 15.0
    slow_s: float = 10.0
    linger_s: float = 30.0
    retry_ms: int = 2_000
    ahead_s: float = 2.0
