"""
One request that the server reads, and its answer: the head goes out with the first piece of the body, unexamined; where it
came from it was parsed already.
"""

from typing import Any
from urllib.parse import unquote

import httptools
from starlette.types import Message
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from gateway.headers import Headers, Trace
from gateway.policies import security
from inventory_stream.web import Problem
from inventory_stream.web.problems import render

# What is larger is sent in slices, each when the one before is taken: whoever does not read holds one of them, not all.
SLICE = 131_072


class DoorCycle(RequestResponseCycle):
    """
    One request and its answer.
    """

    _begun: Message | None = None

    async def send(self, message: Any) -> None:
        """
        Send a piece of the answer; its head waits for the first piece of the body.

        Raises:
            RuntimeError: the body is not as long as the head says, or a header is more than a line.
        """
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        if message["type"] == "http.response.start":
            self.response_started, self.waiting_for_100_continue = True, False
            self._begun = message
            return
        begun, self._begun = self._begun, None
        data = self._head(begun) if begun is not None else b""
        more: bool = message.get("more_body", False)
        body: bytes = message.get("body", b"")
        at = 0
        while len(body) - at > SLICE:
            self.transport.write(data + self._framed(body[at : at + SLICE], more=True))
            data, at = b"", at + SLICE
            if self.flow.write_paused:
                await self.flow.drain()
            if self.disconnected:
                return
        data += self._framed(body[at:], more=more)
        if data:
            self.transport.write(data)
        if not more:
            self._end()

    def _head(self, message: Message) -> bytes:
        status: int = message["status"]
        headers: Headers = message["headers"]
        length = None
        lines = [STATUS_LINE[status]]
        for name, value in self.default_headers:
            lines += (name, b": ", value, b"\r\n")
        for name, value in headers:
            lines += (name, b": ", value, b"\r\n")
            if name == b"content-length":
                length = int(value)
        self.expected_content_length = length or 0
        self.chunked_encoding = False
        if length is None and self.scope["method"] != "HEAD" and status not in (204, 304):
            self.chunked_encoding = self.scope["http_version"] != "1.0"
            lines.append(b"transfer-encoding: chunked\r\n" if self.chunked_encoding else b"")
        if not self.keep_alive:
            lines.append(b"connection: close\r\n")
        lines.append(b"\r\n")
        return b"".join(lines)

    def _framed(self, body: bytes, *, more: bool) -> bytes:
        if self.scope["method"] == "HEAD":
            self.expected_content_length = 0
            return b""
        if self.chunked_encoding:
            framed = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
            return framed if more else framed + b"0\r\n\r\n"
        self.expected_content_length -= len(body)
        return body

    def _end(self) -> None:
        self.response_complete = True
        self.message_event.set()
        if self.expected_content_length and self.scope["http_version"] != "1.0":
            raise RuntimeError("the body is not as long as the head says")
        if not self.keep_alive:
            self.transport.close()
        self.on_response()


def scope_of(protocol: Any, method: bytes, version: str) -> Any:
    """
    Return what an application is told of a request.

    Args:
        protocol: that has read it.

    Raises:
        ValueError, httptools.HttpParserInvalidURLError: its target is none.
    """
    url = httptools.parse_url(protocol.url)
    if url.fragment is not None:
        raise ValueError("a target has no fragment")
    raw_path: bytes = url.path or b"/"
    path = raw_path.decode("ascii")
    return {
        "type": "http",
        "asgi": {"version": protocol.asgi_version, "spec_version": "2.3"},
        "http_version": version,
        "server": protocol.server,
        "client": protocol.client,
        "scheme": protocol.scheme or "http",
        "root_path": "",
        "headers": protocol.headers,
        "state": protocol.app_state,
        "method": method.decode("ascii"),
        "path": unquote(path) if "%" in path else path,
        "raw_path": raw_path,
        "query_string": url.query or b"",
    }


def refusal(problem: Problem, trace: Trace, defaults: Headers) -> bytes:
    """
    Return an answer to what was no request, in the shape of all problems, after which the connection ends.

    Args:
        defaults: headers that the server puts on every answer.
    """
    response = render(problem, "", trace.id)
    said = [*defaults, *response.raw_headers]
    headers = [*said, *security(said), (b"traceparent", trace.parent), (b"connection", b"close")]
    lines = b"".join([b"%b: %b\r\n" % pair for pair in headers])
    return STATUS_LINE[problem.status] + lines + b"\r\n" + bytes(response.body)
