"""
What is kept, for how long, and for whom.
"""

import pytest

from gateway.kept import Cache, Kept, Key, may_be_kept
from gateway.reads import key_of, takes_gzip
from gateway.routes import Route

ROUTE = Route("GET", "/v1/things/{id}", "inventory_api", "fans", 5, cache_s=0.02, varies=("accept-language",))
JSON = (b"content-type", b"application/json")


def kept(body=b"{}", *headers):
    """An answer that was asked for at 0 s."""
    return Kept(ROUTE, [JSON, *headers], body, 0.0)


def scope(*headers, method="GET", query=b""):
    """A request as the application sees it."""
    return {"method": method, "raw_path": b"/v1/things/1", "query_string": query, "headers": list(headers)}


def test_an_answer_is_as_old_as_its_question():
    """It is fresh from when the service was asked, and may be given for as long again while it is renewed."""
    assert (kept().fresh_until, kept().stale_until) == (0.02, 0.04)


@pytest.mark.parametrize(
    ("condition", "matches"),
    [(b'"a"', True), (b'W/"a"', True), (b'"b", "a"', True), (b"*", True), (b'"b"', False), (b"a", False)],
)
def test_a_condition_is_compared_weakly(condition, matches):
    """`If-None-Match` is a list of tags, weak or not, or a star."""
    assert kept(b"", (b"etag", b'"a"')).matches(condition) is matches


def test_an_answer_without_a_tag_matches_nothing():
    """Not even a star: nobody can know what they have."""
    assert not kept().matches(b"*")


@pytest.mark.parametrize(
    ("asked", "reached"),
    [
        ("inventory:0=5", True),
        ("inventory:0=6", False),
        ("inventory:0=5,1=1", False),
        ("activity:0=9", True),
        ("", True),
    ],
)
def test_an_answer_knows_how_far_it_reaches(asked, reached):
    """Read-your-writes: each partition of the topics that the answer speaks of must be reached."""
    assert kept(b"", (b"stream-position", b"inventory:0=5")).reaches(asked) is reached


def test_an_answer_without_position_reaches_nothing():
    """Where nothing is said, nothing is promised."""
    assert not kept().reaches("inventory:0=0")


@pytest.mark.parametrize(
    ("status", "header", "expected"),
    [
        (200, (b"vary", b"Accept-Encoding, Accept-Language"), True),
        (200, (b"vary", b"cookie"), False),
        (200, (b"vary", b"*"), False),
        (200, (b"cache-control", b"public, max-age=1"), True),
        (200, (b"cache-control", b"Private"), False),
        (200, (b"cache-control", b"no-store"), False),
        (200, (b"set-cookie", b"a=1"), False),
        (404, JSON, False),
        (206, JSON, False),
    ],
)
def test_only_what_is_for_everybody_is_kept(status, header, expected):
    """What a service says about its answer counts, and so does what its route varies on."""
    assert may_be_kept(ROUTE, status, [header]) is expected


def test_what_an_answer_depends_on_is_its_key():
    """Audience, path, query, encoding and the headers of its route; nothing else of who asks."""
    asked = scope((b"accept-encoding", b"br, gzip"), (b"accept-language", b"fr"), (b"cookie", b"a=1"), query=b"q=1")

    assert key_of(ROUTE, asked) == Key("fans", b"/v1/things/1?q=1", gzip=True, values=(b"fr",))


@pytest.mark.parametrize(
    "asked",
    [
        scope(query=b"min_position=inventory:0=1"),
        scope((b"range", b"bytes=0-1")),
        scope(method="POST"),
    ],
)
def test_what_must_be_asked_anew_has_no_key(asked):
    """A position to be waited for, a part, and anything but a read are never from the cache."""
    assert key_of(ROUTE, asked) is None


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        (b"", False),
        (b"gzip", True),
        (b"br;q=1.0, GZIP;q=0.5", False),
        (b"br;q=1.0, gzip;q=0.5", True),
        (b"gzip;q=0", False),
        (b"gzip; q=0.000", False),
        (b"x-gzip-not", False),
    ],
)
def test_gzip_is_only_for_those_who_take_it(accepted, expected):
    """A weight of zero is a no; what cannot be told for sure is one, too."""
    assert takes_gzip(accepted) is expected


def test_the_cache_is_bounded():
    """When there is too much, what was renewed longest ago goes first, and the size is that of what is left."""
    cache = Cache(40_000, lambda: 0.0)
    keys = [Key("fans", b"/%d" % number, gzip=False) for number in range(10)]
    for key in keys:
        cache.keep(key, kept(b"x" * 10_000))
        cache.keep(keys[0], kept(b"x" * 10_000))

    assert cache.size <= 40_000
    assert [key for key in keys if cache.find(key)] == [keys[0], keys[8], keys[9]]


def test_what_does_not_fit_is_not_kept():
    """A single answer over the bound leaves the cache empty."""
    cache = Cache(1000, lambda: 0.0)
    cache.keep(Key("fans", b"/", gzip=False), kept(b"x" * 2000))

    assert (len(cache), cache.size) == (0, 0)


def test_a_question_counts_as_well_as_its_answer():
    """Who asks with long targets for small answers fills no more than the bound."""
    cache = Cache(100_000, lambda: 0.0)
    for number in range(10):
        cache.keep(Key("fans", b"/?%d" % number + b"x" * 40_000, gzip=False), kept())

    assert len(cache) == 2
    assert 80_000 < cache.size <= 100_000
