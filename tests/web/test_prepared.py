"""
Answers that are made before they are asked for.
"""

import asyncio
import json

from inventory_stream.web import Answer, Service
from tests.web.test_service import A, B, FakeReader, ask, client_of, sample


def test_prepared_answers_pass_by_everything_else():
    """
    A prepared answer is sent with its position; what is not prepared goes its way.
    """
    quick, other = ask(with_prepared(), "/v1/things", "/v1/things/7")

    assert (quick.text, quick.headers["stream-position"]) == ("{}", "inventory:0=5,1=7")
    assert other.json() == {"thing_id": 7}


def with_prepared(reader=None, lines=None) -> Service:
    """
    Return a service with one prepared answer.
    """
    made = Answer(200, [(b"content-length", b"2")], b"{}")
    return sample(reader, lines, lambda scope, _: made if scope["path"] == "/v1/things" else None)


def test_a_prepared_answer_waits_for_a_position_too():
    """
    Who asks for a position gets the prepared answer when it is reached, and none that is older.
    """
    paths = [f"/v1/things?min_position=inventory:0={offset}" for offset in (5, 6)]

    reached, beyond = ask(with_prepared(), *paths)

    assert (reached.text, reached.headers["stream-position"]) == ("{}", "inventory:0=5,1=7")
    assert beyond.status_code == 504


def test_a_prepared_answer_says_where_the_service_is_now():
    """
    The same prepared answer is sent with new positions once they move.
    """
    reader = FakeReader()
    service = with_prepared(reader)

    async def run():
        async with client_of(service) as client:
            before = await client.get("/v1/things")
            reader.positions = {A: 6, B: 7}
            return [answer.headers["stream-position"] for answer in (before, await client.get("/v1/things"))]

    assert asyncio.run(run()) == ["inventory:0=5,1=7", "inventory:0=6,1=7"]


def test_a_prepared_answer_has_no_body_for_head():
    """
    HEAD of a prepared answer is its headers.
    """
    (answer,) = ask(with_prepared(), ("HEAD", "/v1/things"))

    assert (answer.content, answer.headers["content-length"]) == (b"", "2")


def test_prepared_answers_are_logged_with_a_trace():
    """
    A prepared answer is a line too: with the caller's trace id, or one of its own.
    """
    lines: list[str] = []
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"

    ask(with_prepared(lines=lines), "/v1/things")
    ask(with_prepared(lines=lines), "/v1/things", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})

    rows = [json.loads(line) for line in "".join(lines).splitlines()]
    assert [(row["path"], row["status"]) for row in rows] == [("/v1/things", 200)] * 2
    assert (len(rows[0]["trace_id"]), rows[1]["trace_id"]) == (32, trace)
