"""
Tokens of an identity provider, whose keys come and go and which may be away.
"""

import asyncio

import pytest
from clocks import Clock
from issued import AUDIENCE, FIRST, ISSUER, SECOND, Publisher, identified, token, with_provider
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from gateway.identity.problems import ProviderUnreachable
from gateway.identity.provider import KEEP_S, RENEW_S, RETRY_S
from inventory_stream.web import Unauthenticated
from inventory_stream.web.identity import Identity


@pytest.fixture
def clock():
    """
    A clock for provider and tokens.
    """
    return Clock(1_800_000_000.0)


@pytest.mark.parametrize(
    ("claims", "identity"),
    [
        ({}, Identity(("fans",), "user:7")),
        ({"seatstream_roles": ["venues"], "seatstream_venues": ["v1"]}, Identity(("venues",), "user:7", ("v1",))),
        ({"seatstream_roles": "operators internal kings"}, Identity(("internal", "operators"), "user:7")),
        ({"seatstream_roles": 3, "seatstream_venues": {}}, Identity(("fans",), "user:7")),
        ({"aud": ["other", AUDIENCE]}, Identity(("fans",), "user:7")),
    ],
)
def test_a_token_says_who_asks(clock, claims, identity):
    """
    Who has no role is a fan; roles that do not exist are none.
    """
    assert identified(Publisher(FIRST), clock, token(clock, **claims)) == [identity]


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example"},
        {"iss": None},
        {"aud": "other"},
        {"aud": None},
        {"sub": None},
        {"exp": None},
        {"nbf": 1_900_000_000},
    ],
)
def test_a_token_for_others_is_refused(clock, claims):
    """
    Another issuer or audience, nobody's, endless, or of the future.
    """
    with pytest.raises(Unauthenticated, match="not valid"):
        identified(Publisher(FIRST), clock, token(clock, **claims))


def test_a_token_expires(clock):
    """
    Also one that was good before; clocks may differ by a minute.
    """
    good = token(clock)

    async def act(provider):
        await provider.identity(good)
        clock.now += 355
        await provider.identity(good)
        clock.now += 10
        with pytest.raises(Unauthenticated, match="has expired"):
            await provider.identity(good)

    with_provider(Publisher(FIRST), clock, act)


def test_a_signature_of_another_key_is_refused(clock):
    """
    Under a known key's id, with a shared secret in place of a key, without any, and noise.
    """
    forger = RSAKey.import_key(RSAKey.generate_key(2048).as_dict(private=True), {"kid": FIRST.kid})
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "7", "exp": int(clock.now) + 300}
    secret = OctKey.import_key("0" * 64)
    shared = jwt.encode({"alg": "HS256", "kid": FIRST.kid}, claims, secret)

    for forged in (token(clock, forger), shared, "eyJhbGciOiJub25lIn0.e30.", "x.y.z", ""):
        with pytest.raises(Unauthenticated):
            identified(Publisher(FIRST), clock, forged)


def test_keys_are_asked_for_once(clock):
    """
    Many tokens, one request.
    """
    publisher = Publisher(FIRST)
    identified(publisher, clock, *(token(clock, sub=str(number)) for number in range(20)))

    assert publisher.asked == 1


def test_a_new_key_is_taken_up(clock):
    """
    A token that names a key which is not known makes the gateway look again, once in a while.
    """
    publisher = Publisher(FIRST)

    async def act(provider):
        await provider.identity(token(clock))
        publisher.keys = [SECOND]
        clock.now += RETRY_S
        await provider.identity(token(clock, SECOND))
        with pytest.raises(Unauthenticated):
            await provider.identity(token(clock, FIRST))
        for number in range(20):
            with pytest.raises(Unauthenticated):
                await provider.identity(token(clock, FIRST, sub=str(number)))

    with_provider(publisher, clock, act)
    assert publisher.asked == 2


@pytest.mark.parametrize(
    "old",
    [RSAKey.generate_key(2048), ECKey.generate_key("P-256"), ECKey.generate_key("P-384")],
    ids=["RSA", "EC", "curve"],
)
def test_a_new_key_is_taken_up_that_no_token_names(clock, old):
    """
    Its provider has one key at a time: what the known one did not sign makes the gateway look again, once in a while.
    """
    publisher = Publisher(old)

    async def act(provider):
        with pytest.raises(Unauthenticated):
            await provider.identity(token(clock, SECOND, named=False))
        publisher.keys = [SECOND]
        clock.now += RETRY_S
        await provider.identity(token(clock, SECOND, named=False))
        for number in range(20):
            with pytest.raises(Unauthenticated):
                await provider.identity(token(clock, named=False, sub=str(number)))

    with_provider(publisher, clock, act)
    assert publisher.asked == 2


def test_a_forged_token_that_names_a_known_key_asks_for_nothing(clock):
    """
    The key is there, and the signature is not its: new keys would change nothing.
    """
    publisher = Publisher(FIRST)
    forger = RSAKey.import_key(RSAKey.generate_key(2048).as_dict(private=True), {"kid": FIRST.kid})

    async def act(provider):
        await provider.identity(token(clock))
        clock.now += RETRY_S
        with pytest.raises(Unauthenticated):
            await provider.identity(token(clock, forger))

    with_provider(publisher, clock, act)
    assert publisher.asked == 1


def test_a_withdrawn_key_opens_nothing_after_the_next_look(clock):
    """
    Tokens that were believed are checked again when keys are renewed.
    """
    publisher = Publisher(FIRST)
    long_lived = token(clock, exp=int(clock.now) + 86_400)

    async def act(provider):
        await provider.identity(long_lived)
        publisher.keys = [SECOND]
        clock.now += 2 * RENEW_S + 1
        with pytest.raises(Unauthenticated):
            await provider.identity(long_lived)

    with_provider(publisher, clock, act)


def test_known_keys_outlive_the_provider_for_a_day(clock):
    """
    While it is away tokens are checked with the keys known last; after a day nobody is believed.
    """
    publisher = Publisher(FIRST)

    async def act(provider):
        await provider.identity(token(clock))
        publisher.keys = []
        clock.now += RENEW_S + 1
        known = await provider.identity(token(clock))
        clock.now += KEEP_S
        with pytest.raises(ProviderUnreachable):
            await provider.identity(token(clock))
        return known

    assert with_provider(publisher, clock, act).subject == "user:7"


@pytest.mark.parametrize(
    "garbage", [b"", b"<html>", b"[]", b'{"keys": 1}', b'{"keys": [{"kty": "RSA"}]}', b'{"keys": []}']
)
def test_an_unknown_provider_is_no_reason_to_let_anyone_in(clock, garbage):
    """
    Away from the start, or answering nonsense: 503, and the next look comes later.
    """
    publisher = Publisher()
    publisher.garbage = garbage

    async def act(provider):
        for _ in range(3):
            with pytest.raises(ProviderUnreachable):
                await provider.identity(token(clock))

    with_provider(publisher, clock, act)
    assert publisher.asked == 1


def test_a_burst_of_strangers_asks_once(clock):
    """
    Tokens that come together before keys are known share one request.
    """
    publisher = Publisher(FIRST)

    async def act(provider):
        await asyncio.gather(*(provider.identity(token(clock, sub=str(number))) for number in range(10)))

    with_provider(publisher, clock, act)
    assert publisher.asked == 1


@pytest.mark.parametrize(
    "odd",
    [
        {"kty": "EC", "crv": "P-9999", "x": "AA", "y": "AA", "kid": "odd"},
        {"kty": "OKP", "crv": "Ed9999", "x": "AA", "kid": "odd"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "odd"},
        {"kty": "RSA", "kid": "odd"},
        {"kty": "RSA", "n": "!", "e": "A", "kid": "odd"},
        {"kty": "of tomorrow", "kid": "odd"},
        {"kty": ["RSA"], "kid": "odd"},
        "odd",
    ],
)
def test_a_key_that_cannot_be_used_is_left_out(clock, caplog, odd):
    """
    The others of its set are used, and the log tells of it once, not at each renewal.
    """
    publisher = Publisher(FIRST)
    publisher.odd = [odd]

    async def act(provider):
        for _ in range(3):
            await provider.identity(token(clock))
            clock.now += 2 * RENEW_S + 1

    with_provider(publisher, clock, act)
    assert publisher.asked == 3
    assert caplog.text.count("cannot be used") == 1
