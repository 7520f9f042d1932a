"""
What a service answers, as it comes.
"""

from typing import Protocol

from gateway.headers import Headers


class Broken(ConnectionError):
    """
    The connection ended in the middle, or what it said is no HTTP.

    begun: the service had begun to answer.
    """

    def __init__(self, reason: str, *, begun: bool = False) -> None:
        """
        Args:
            reason: for the log.
        """
        super().__init__(reason)
        self.begun = begun


class Exchange(Protocol):
    """
    The connection below an answer.
    """

    async def wait(self, timeout_s: float) -> None:
        """Wait until something has come."""
        ...

    def resume(self) -> None:
        """Read on after a pause."""
        ...

    def release(self) -> None:
        """The answer is not needed any more."""
        ...

    def give_up(self) -> None:
        """Nobody wants the rest of the answer."""
        ...


class Answer:
    """
    What a service answers. `part` gives the body, piece by piece; `close` must be called at the end.
    """

    __slots__ = ("_connection", "_ended", "_parts", "_size", "headers", "status")

    def __init__(self, status: int, headers: Headers, connection: Exchange) -> None:
        """
        Args:
            headers: names in lower case.
        """
        self.status = status
        self.headers = headers
        self._connection = connection
        self._parts: list[bytes] = []
        self._size = 0
        self._ended = False

    @property
    def whole(self) -> bool:
        """Whether all of the body is here."""
        return self._ended

    def add(self, part: bytes) -> int:
        """
        Keep a piece; return how many bytes wait to be taken.
        """
        self._parts.append(part)
        self._size += len(part)
        return self._size

    def end(self) -> None:
        """
        No piece comes after this.
        """
        self._ended = True

    def take(self) -> bytes:
        """
        Return what is here.
        """
        parts, self._parts, self._size = self._parts, [], 0
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def finish(self) -> None:
        """
        Take what is here for all: nobody wants the rest.
        """
        self._ended = True
        self._connection.give_up()

    async def part(self, timeout_s: float) -> bytes:
        """
        Return what came since, as soon as something has; empty at the end.

        Raises:
            Broken: the service is gone.
            TimeoutError: nothing came in time.
        """
        while not self._parts and not self._ended:
            await self._connection.wait(timeout_s)
        self._connection.resume()
        return self.take()

    def close(self) -> None:
        """
        Let the connection go: to the next request when the body has ended, otherwise it is closed.
        """
        self._connection.release()
