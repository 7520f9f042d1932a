"""
Who comes in.
"""

import asyncio

import pytest

from gateway.identity.guard import Guard
from gateway.identity.keys import ApiKeys, KeyFile, new_key, write_file
from gateway.identity.sessions import Sessions
from inventory_stream.web import Unauthenticated
from inventory_stream.web.identity import ANONYMOUS, Identity
from tests.gateway.identity.test_keys import NOW

SESSIONS = Sessions(b"s" * 32, secure=True)


class OneToken:
    """
    A provider that knows one token.
    """

    async def identity(self, token):
        """Say whose it is."""
        if token != "a.b.c":  # noqa: S105 - not a secret
            raise Unauthenticated
        return Identity(("operators",), "user:1")


@pytest.fixture
def key(tmp_path):
    """
    A venue's key, in the file that the guard reads.
    """
    key, kept = new_key("box office", ("venues",), ("v1",), None, NOW)
    write_file(tmp_path / "keys.json", KeyFile([kept]))
    return key


def who(tmp_path, *headers, provider=None):
    """
    Who the guard takes the sender of these headers for.
    """
    guard = Guard(ApiKeys(tmp_path / "keys.json"), provider or OneToken(), SESSIONS)
    return asyncio.run(guard.identify(headers))


def test_a_fan_needs_no_papers(tmp_path):
    """
    Without credentials everybody is a fan; what cannot be a session is none.
    """
    assert who(tmp_path) == who(tmp_path, (b"cookie", b"seatstream_session=x")) == ANONYMOUS


def test_a_session_is_who_it_is(tmp_path):
    """
    A fan with a session stays anonymous, but the same.
    """
    identifier, header = SESSIONS.issue()

    assert who(tmp_path, (b"cookie", header)) == Identity(subject=f"session:{identifier}")


@pytest.mark.parametrize("scheme", [b"Bearer ", b"bearer ", b"BEARER  "])
def test_a_key_or_a_token_opens(tmp_path, key, scheme):
    """
    Both come as `Authorization: Bearer`.
    """
    assert who(tmp_path, (b"authorization", scheme + key.encode())).venues == ("v1",)
    assert who(tmp_path, (b"authorization", scheme + b"a.b.c")).roles == ("operators",)


@pytest.mark.parametrize("value", [b"Basic YTpi", b"Bearer", b"Bearer ", b"Bearer x", b"Bearer \xfc", b"sst_1"])
def test_papers_that_are_wrong_are_worse_than_none(tmp_path, value):
    """
    Who says who they are, and is not, is refused everywhere.
    """
    with pytest.raises(Unauthenticated):
        who(tmp_path, (b"authorization", value))


def test_two_papers_are_refused(tmp_path, key):
    """
    Two programs could take different ones.
    """
    header = (b"authorization", b"Bearer " + key.encode())

    with pytest.raises(Unauthenticated, match="two"):
        who(tmp_path, header, header)


def test_without_a_provider_tokens_open_nothing():
    """
    Closed unless opened.
    """
    guard = Guard(ApiKeys(None), None, SESSIONS)

    with pytest.raises(Unauthenticated, match="no identity provider"):
        asyncio.run(guard.identify([(b"authorization", b"Bearer a.b.c")]))
