"""
One request on its way through the gateway.
"""

from starlette.types import Message, Scope, Send

from gateway.headers import Headers, Trace
from gateway.kept import Kept, Whole
from gateway.policies import security


class Exchange:
    """
    A request's trace, its route, what its answer says beyond what was answered, and its status (0 before it has begun).

    upstream: the service that the route leads to. page: it is one of the gateway's own. source: where the answer came from
        when the service was not asked for it. error: what went wrong, in a word.
    """

    __slots__ = ("_send", "error", "extra", "page", "route", "source", "status", "trace", "upstream")

    def __init__(self, send: Send, trace: Trace) -> None:
        """
        Args:
            send: takes the answer.
            trace: that the request belongs to.
        """
        self._send = send
        self.trace = trace
        self.route = "(none)"
        self.upstream = self.source = self.error = ""
        self.page = False
        self.status = 0
        self.extra: Headers = []

    async def send(self, message: Message) -> None:
        """
        Pass a piece of the answer on, its head with what every answer says.
        """
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = message["headers"]
            trace = (b"traceparent", self.trace.parent)
            message["headers"] = [*headers, *self.extra, *security(headers), trace]
        await self._send(message)

    async def send_whole(self, answer: Kept | Whole, condition: bytes, scope: Scope) -> None:
        """
        Send an answer that is there, or that it is what the caller has already.

        Args:
            condition: the caller's `If-None-Match`.
        """
        status, body = (200, answer.body) if isinstance(answer, Kept) else (answer.status, answer.body)
        if isinstance(answer, Kept) and condition and answer.matches(condition):
            status, body = 304, b""
        headers = [pair for pair in answer.headers if pair[0] != b"content-length"]
        if status not in (204, 304):
            headers.append((b"content-length", b"%d" % len(body)))
        if isinstance(answer, Kept):
            headers.append((b"age", b"0"))
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self.send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
