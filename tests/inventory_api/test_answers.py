"""
Answers as bytes, in the forms that clients ask for.
"""

import gzip

import pytest

from inventory_api.live.answers import FOR_EVER, IMMUTABLE, LIVE, Kept

BODY = b'{"seats":"' + b"0" * 2000 + b'"}'
GZIP = [(b"accept-encoding", b"br, gzip, deflate")]


def headers(answer):
    """
    The headers by name.
    """
    return dict(answer.headers)


def etag(kept, asked=()):
    """
    The ETag of the form that is asked for.
    """
    return headers(kept.answer(asked))[b"etag"]


def test_the_whole_answer_says_what_it_is():
    """
    Type, length, tag, what caches may do, and what the answer varies on.
    """
    answer = Kept(BODY, b"text/plain").answer([])

    assert (answer.status, answer.body) == (200, BODY)
    assert headers(answer) == {
        b"content-type": b"text/plain",
        b"content-length": b"2012",
        b"cache-control": LIVE,
        b"vary": b"accept-encoding, min-position",
        b"etag": etag(Kept(BODY)),
    }


def test_an_answer_is_compressed_once():
    """
    Who takes gzip gets the same compressed bytes each time, under a tag of their own.
    """
    kept = Kept(BODY)

    first, second = kept.answer(GZIP), kept.answer(GZIP)

    assert gzip.decompress(first.body) == BODY
    assert first is second
    assert headers(first)[b"content-encoding"] == b"gzip"
    assert headers(first)[b"etag"] != etag(kept)


@pytest.mark.parametrize("asked", [b"", b"br", b"gzip;q=0", b"identity"])
def test_who_does_not_take_gzip_gets_it_plain(asked):
    """
    No compressed bytes for clients that cannot or will not read them.
    """
    assert Kept(BODY).answer([(b"accept-encoding", asked)]).body == BODY


def test_small_answers_stay_plain():
    """
    What fits one packet is not compressed.
    """
    assert Kept(b"{}").answer(GZIP).body == b"{}"


@pytest.mark.parametrize("asked", [[], GZIP])
def test_who_has_it_is_told_so(asked):
    """
    304 without a body, but with the tag and the rules for caches; for each form its own tag.
    """
    kept = Kept(BODY)
    answer = kept.answer([*asked, (b"if-none-match", b'"other", ' + etag(kept, asked))])

    assert (answer.status, answer.body) == (304, b"")
    assert headers(answer).keys() == {b"cache-control", b"vary", b"etag"}


def test_who_has_another_gets_it_whole():
    """
    A tag of another content, or of another form, is no match; a star is.
    """
    kept = Kept(BODY)

    assert kept.answer([(b"if-none-match", etag(Kept(b"else")))]).status == 200
    assert kept.answer([*GZIP, (b"if-none-match", etag(kept))]).status == 200
    assert kept.answer([(b"if-none-match", b"*")]).status == 304


def test_more_headers_come_with_each_form():
    """
    What a route adds is there with the whole answer, the compressed one and 304.
    """
    kept = Kept(BODY, cache_control=IMMUTABLE, headers=[(b"x-chart", b"7")])
    answers = [kept.answer([]), kept.answer(GZIP), kept.answer([(b"if-none-match", b"*")])]

    assert [headers(answer)[b"x-chart"] for answer in answers] == [b"7"] * 3
    assert {headers(answer)[b"cache-control"] for answer in answers} == {IMMUTABLE}
    assert kept.until == FOR_EVER
