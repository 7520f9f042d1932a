"""
Hot answers through the door: the same as from the route, in the form that a client asks for.
"""

import gzip

import pytest

from inventory_api.live.answers import Kept, takes_gzip
from inventory_api.projection import InventoryProjection
from inventory_stream.records import SeatRun
from tests.inventory_api.test_app import AVAILABILITY, WORLD
from tests.support.places import ordered, released
from tests.support.projected import Projected, follow


@pytest.fixture
def projected(database_url):
    """
    An inventory projection with one event of several sections, so that answers are worth compressing.
    """
    projected = Projected(database_url, InventoryProjection, "inventory")
    sections = [released(section=f"T{number}", runs=(SeatRun("A", 1, 5),)) for number in range(8)]
    projected.append(*WORLD, *sections)
    yield projected
    projected.close()


def answers(service, projected, *requests, path=AVAILABILITY):
    """
    Return what is answered to requests with these headers, once the event is kept.
    """

    async def act(client, _):
        first = await client.get(path, headers={"Accept-Encoding": "identity"})
        found = [await client.request(method, path, headers=headers) for method, headers in requests]
        assert service.service_state.metrics.prepared_answers == len(requests)
        return first, *found

    return follow(service, projected, act)


def test_forms_of_one_answer(service, projected):
    """
    Compressed or not, HEAD or GET: the same content under tags of their own.
    """
    plain = {"Accept-Encoding": "identity"}

    first, again, packed, head = answers(
        service, projected, ("GET", plain), ("GET", {"Accept-Encoding": "br, gzip"}), ("HEAD", plain)
    )

    assert first.content == again.content == packed.content
    assert (packed.headers["content-encoding"], int(packed.headers["content-length"]) < len(first.content)) == (
        "gzip",
        True,
    )
    assert (head.content, head.headers["content-length"], head.headers["etag"]) == (
        b"",
        first.headers["content-length"],
        first.headers["etag"],
    )
    assert packed.headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
def test_who_has_the_answer_gets_no_body(service, projected, form):
    """
    A tag alone, as a weak one or in a list says that a client has the answer; so does `*`.
    """

    async def act(client, _):
        etag = (await client.get(AVAILABILITY)).headers["etag"]
        answer = await client.get(AVAILABILITY, headers={"If-None-Match": form.format(etag)})
        return answer.status_code, answer.content, answer.headers["etag"] == etag, "stream-position" in answer.headers

    assert follow(service, projected, act) == (304, b"", True, True)


def test_the_tag_of_another_form_is_another(service, projected):
    """
    Who has it plain and now asks for it compressed gets it whole.
    """

    async def act(client, _):
        plain = await client.get(AVAILABILITY, headers={"Accept-Encoding": "identity"})
        headers = {"If-None-Match": plain.headers["etag"], "Accept-Encoding": "gzip"}
        return (await client.get(AVAILABILITY, headers=headers)).status_code

    assert follow(service, projected, act) == 200


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [
        (b"gzip", True),
        (b"br;q=1.0, GZIP;q=0.5", True),
        (b"x-gzip", True),
        (b"*", True),
        (b"gzip;q=0", False),
        (b"gzip; q=0.000, *", False),
        (b"*;q=0", False),
        (b"identity", False),
        (b"br", False),
        (b"", False),
        (b"gzip;q=nonsense, ;;,", True),
    ],
)
def test_accept_encoding(accepted, taken):
    """
    Compression is taken by name or by `*`, unless with a weight of zero.
    """
    assert takes_gzip(accepted) is taken


@pytest.mark.parametrize("in_query", [True, False])
def test_reads_after_a_write_come_from_bytes_too(service, projected, in_query):
    """
    Who asks for the position of a sale gets an answer that has it, prepared.
    """

    async def act(client, _):
        await client.get(AVAILABILITY)
        projected.append(ordered(["F-1"], hold=""))
        position = projected.position
        asked = {"params": {"min_position": position}} if in_query else {"headers": {"Min-Position": position}}
        answer = await client.get(AVAILABILITY, **asked)
        return answer.json()["counts"]["sold"], answer.headers["stream-position"]

    assert follow(service, projected, act) == (1, projected.position)


def test_compressed_bytes_are_what_they_say():
    """
    What is sent as gzip is gzip, with no time in it: equal answers are equal bytes.
    """
    one, two = (Kept(b"seat " * 1000).form(b"gzip", None) for _ in range(2))

    assert one.body == two.body
    assert gzip.decompress(one.body) == b"seat " * 1000
