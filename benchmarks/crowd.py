"""
A process full of listeners to one stream of changes: it notes when each hears of which position.
"""

import re
import resource
import select
import socket
import time
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inventory_stream.local.ports import LOOPBACK

_ID = re.compile(rb"^id: (\d+)\n", re.MULTILINE)
_SMALL = 4_096  # bytes: what those who do not read have room for
_FILES = 200  # beside connections

Heard = NDArray[np.float64]


class Crowd:
    """
    Listeners in a process of their own.
    """

    def __init__(self, port: int, path: str) -> None:
        context = get_context("spawn")
        self._mine, theirs = context.Pipe()
        self._process = context.Process(target=_run, args=(theirs, port, path), daemon=True)
        self._process.start()
        theirs.close()

    def join(self, listeners: int, *, reading: bool = True) -> int:
        """
        Connect more listeners, and return how many there are now that got their first frame (none of those that do not read).
        """
        return self._count("join", listeners, reading)

    def heard(self) -> Heard:
        """
        Return what was heard since the last time, a row a frame: listener, position, time (seconds since 1970).
        """
        self._mine.send(("heard",))
        return np.array(self._mine.recv(), float).reshape(-1, 3)

    def ended(self) -> int:
        """
        Return how many connections of those that read have ended.
        """
        return self._count("ended")

    def leave(self) -> None:
        """
        Close all connections.
        """
        self._mine.send(("leave",))
        self._process.join(30)

    def _count(self, *words: object) -> int:
        self._mine.send(words)
        return int(self._mine.recv())


def most_listeners() -> int:
    """
    Return how many connections a process may have, after raising its limit as far as it is allowed to.
    """
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard - _FILES


def _run(commands: Connection, port: int, path: str) -> None:
    most_listeners()
    _Listening(port, path).obey(commands)


class _Listening:
    def __init__(self, port: int, path: str) -> None:
        self._port, self._request = port, f"GET {path} HTTP/1.1\r\nHost: {LOOPBACK}\r\n\r\n".encode()
        self._epoll = select.epoll()
        self._sockets: dict[int, socket.socket] = {}
        self._rests: dict[int, bytes] = {}
        self._asleep: list[socket.socket] = []
        self._greeted: set[int] = set()
        self._heard: list[tuple[int, int, float]] = []
        self._ended = 0

    def obey(self, commands: Connection) -> None:
        """Listen, and do what is asked meanwhile, until it is to leave."""
        self._epoll.register(commands.fileno(), select.EPOLLIN)
        while True:
            for place, _ in self._epoll.poll():
                if place != commands.fileno():
                    self._read(place)
                    continue
                name, *words = commands.recv()
                if name == "leave":
                    return
                commands.send(self._answer(name, words))

    def _answer(self, name: str, words: list[Any]) -> object:
        if name == "join":
            return self._join(*words)
        if name == "ended":
            return self._ended
        heard, self._heard = self._heard, []
        return heard

    def _join_one(self, *, reading: bool) -> None:
        connection = socket.socket()
        if not reading:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL)
        connection.connect((LOOPBACK, self._port))
        connection.sendall(self._request)
        if not reading:
            self._asleep.append(connection)
            return
        connection.setblocking(False)
        place = connection.fileno()
        self._sockets[place], self._rests[place] = connection, b""
        self._epoll.register(place, select.EPOLLIN)

    def _join(self, listeners: int, reading: bool) -> int:
        for number in range(listeners):
            self._join_one(reading=reading)
            if number % 50 == 0:
                self._read_some(0)
        while len(self._greeted) < len(self._sockets):
            self._read_some(1)
        self._heard.clear()
        return len(self._greeted)

    def _read_some(self, timeout: float) -> None:
        for place, _ in self._epoll.poll(timeout):
            if place in self._sockets:
                self._read(place)

    def _read(self, place: int) -> None:
        try:
            part = self._sockets[place].recv(262_144)
        except OSError:
            part = b""
        now = time.time()
        if not part:
            self._ended += 1
            self._epoll.unregister(place)
            self._sockets.pop(place).close()
            return
        text = self._rests[place] + part
        for found in _ID.finditer(text):
            self._heard.append((place, int(found[1]), now))
            self._greeted.add(place)
        end = text.rfind(b"\n\n") + 1
        self._rests[place] = text[end:] if end else text
