"""
Services in one process that are asked byte for byte, past any client that would refuse to send such a thing.
"""

import asyncio
from typing import Any, NamedTuple
from urllib.parse import unquote

import msgspec
from hypothesis import strategies as st
from starlette.types import ASGIApp, Message

from inventory_stream.web import encode_cursor

PROBLEM_FIELDS = {"type", "title", "status", "detail", "instance", "trace_id"}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

# Places where programs break: NUL, half a surrogate, bytes that are no text, numbers and times at their ends.
_NASTY = (
    "", "0", "-1", "1e9", "٣", "NaN", "null", "\0", "\ud800", "🎟", "%", "_", "\\", "'", "..", "{event_id}", "x" * 121,
    "9223372036854775808", "0001-01-01", "9999-12-31", "2030-02-30", "inventory:0=1", "inventory:0=999999999999999999",
)  # fmt: skip
_TIMES = (
    *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59.999999-23:59", "2030-01-01T00:00:00", "2030-01-01", "20300101"),
    *("2030-W01-1", "2030-01-01T24:00:00Z", "2090-05-01T19:00:00+00:00", "now"),
)
texts = st.sampled_from(_NASTY) | st.text(max_size=40)
cursors = st.builds(
    lambda *values: encode_cursor([value.encode(errors="replace").decode() for value in values]),
    st.sampled_from(_TIMES) | texts,
    texts,
)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | texts.map(lambda text: text.encode(errors="replace").decode()),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["customer_ids", "a", ""]), inner, max_size=3)
    ),
    max_leaves=8,
)
asked_scores = st.fixed_dictionaries(
    {"customer_ids": st.lists(texts.map(lambda text: text.encode(errors="replace").decode()), max_size=4)}
)
bodies = st.one_of(
    st.binary(max_size=60),
    (json_values | asked_scores).map(msgspec.json.encode),
    st.just(b"[" * 10_000),
    st.just(b'{"a": 1e999}'),
)
content_types = st.sampled_from(
    [None, "application/json", "text/plain", "multipart/form-data", "application/json; charset=\xff"]
)


class Asked(NamedTuple):
    """
    One request as it lies on the wire.
    """

    method: str
    path: bytes
    query: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes


class Answered(NamedTuple):
    """
    One whole answer.
    """

    status: int
    headers: dict[str, str]
    body: bytes


class Operation(NamedTuple):
    """
    What a service's document says can be asked.
    """

    method: str
    path: str
    parameters: list[str]


def operations(document: dict[str, Any]) -> list[Operation]:
    """
    Return the operations of an OpenAPI document.
    """
    return [
        Operation(method.upper(), path, [p["name"] for p in operation.get("parameters", ()) if p["in"] == "query"])
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


@st.composite
def requests(draw: st.DrawFn, known: list[Operation]) -> Asked:
    """
    Draw a request of one of the operations, with anything in its places; now and then with another method.
    """
    method, path, parameters = draw(st.sampled_from(known))
    while "{" in path and "}" in path:
        before, _, rest = path.partition("{")
        path = before + _escaped(draw(_mostly(st.sampled_from(["e1", "v1", "c1"]), texts))) + rest.partition("}")[2]
    names = _mostly(st.sampled_from(parameters), texts) if parameters else texts
    pairs = draw(st.lists(names.flatmap(lambda name: st.tuples(st.just(name), _values(name))), max_size=3))
    query = "&".join(f"{_escaped(name)}={_escaped(value)}" for name, value in pairs).encode()
    kind = draw(_mostly(st.just("application/json"), content_types))
    headers = [(b"content-type", kind.encode("latin-1"))] if kind else []
    if draw(st.integers(0, 9)) == 0:
        headers.append((b"min-position", draw(texts).encode(errors="replace")))
    return Asked(draw(_mostly(st.just(method), st.sampled_from(METHODS))), path.encode(), query, headers, draw(bodies))


def _mostly(usual: st.SearchStrategy[Any], rare: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.integers(0, 3).flatmap(lambda number: usual if number else rare)


def _values(name: str) -> st.SearchStrategy[str]:
    """
    Return what to put into a parameter: what looks right, mostly.
    """
    usual = {
        "cursor": cursors,
        "limit": st.integers(0, 101).map(str),
        "from": st.dates().map(str),
        "to": st.dates().map(str),
    }
    return _mostly(usual[name], texts) if name in usual else texts


def _escaped(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode("utf-8", "surrogatepass"))


async def ask(app: ASGIApp, asked: Asked) -> Answered:
    """
    Return the answer, as a server would send it; an exception that escapes fails the test. Of a stream, which has no end,
    the first part is read.
    """
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "root_path": "",
        "method": asked.method, "path": unquote(asked.path.decode()), "raw_path": asked.path,
        "query_string": asked.query, "headers": [(b"host", b"service"), *asked.headers],
        "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1),
    }  # fmt: skip
    incoming: list[Message] = [{"type": "http.request", "body": asked.body, "more_body": False}]
    sent: list[Message] = []
    left = asyncio.Event()

    async def receive() -> Message:
        if incoming:
            return incoming.pop()
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)
        if message.get("more_body") and (b"content-type", b"text/event-stream") in sent[0]["headers"]:
            left.set()

    await app(scope, receive, send)
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in sent[0].get("headers", [])}
    return Answered(sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:]))
