"""
A request that would like to go on in another protocol, and has a body: the parser takes what follows its head for that other
protocol, though none is spoken here. Its body would be read as the next request.
"""

from typing import Protocol

from gateway.headers import Headers

_FRAMING = (b"content-length", b"transfer-encoding")


class Callbacks(Protocol):
    """
    What a parser calls.
    """

    def on_message_begin(self) -> None:
        """A message begins."""

    def on_url(self, url: bytes) -> None:
        """A piece of the target."""

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header."""

    def on_headers_complete(self) -> None:
        """The head has ended."""

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""

    def on_message_complete(self) -> None:
        """The message has ended."""


def head_of_rest(headers: Headers) -> bytes:
    """
    Return a head after which a parser reads the body that these headers frame; empty when there is none.
    """
    framing = [pair for pair in headers if pair[0] in _FRAMING]
    return b"".join([b"POST / HTTP/1.1\r\n", *(b"%b: %b\r\n" % pair for pair in framing), b"\r\n"]) if framing else b""


class Rest:
    """
    Keeps the made-up head to itself; all that follows goes to who waits for it.
    """

    def __init__(self, protocol: Callbacks) -> None:
        """
        Args:
            protocol: whose request this is.
        """
        self._protocol = protocol
        self._in_head = True
        self.on_body = protocol.on_body
        self.on_message_complete = protocol.on_message_complete

    def on_message_begin(self) -> None:
        """A message begins."""
        if not self._in_head:
            self._protocol.on_message_begin()

    def on_url(self, url: bytes) -> None:
        """A piece of the target."""
        if not self._in_head:
            self._protocol.on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header."""
        if not self._in_head:
            self._protocol.on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head has ended."""
        if not self._in_head:
            self._protocol.on_headers_complete()
        self._in_head = False
