"""
An identity provider that publishes keys, and tokens of it.
"""

import asyncio

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from gateway.identity.provider import Provider

ISSUER, AUDIENCE = "https://id.example", "seatstream"
FIRST = RSAKey.generate_key(2048, auto_kid=True)
SECOND = ECKey.generate_key("P-256", auto_kid=True)
ALGORITHMS = {"RSA": "RS256", "EC": "ES256"}


class Publisher:
    """
    A provider's endpoint for keys: `keys` are published, None is an error; `asked` counts requests.
    """

    def __init__(self, *keys):
        self.keys = list(keys)
        self.asked = 0
        self.garbage = b""
        self.odd = []

    def __call__(self, request):
        """Answer a request."""
        self.asked += 1
        if self.garbage:
            return httpx.Response(200, content=self.garbage)
        if not self.keys:
            return httpx.Response(503)
        return httpx.Response(200, json={"keys": self.odd + [key.as_dict(private=False) for key in self.keys]})


def token(clock, key=FIRST, *, named=True, **claims):
    """
    A token that is good for five minutes, unless told otherwise; it names its key, or does not.
    """
    sound = {"iss": ISSUER, "aud": AUDIENCE, "sub": "7", "exp": int(clock.now) + 300} | claims
    header = {"alg": ALGORITHMS[key.key_type]} | ({"kid": key.kid} if named else {})
    return jwt.encode(header, {name: value for name, value in sound.items() if value is not None}, key)


def with_provider(publisher, clock, act):
    """
    Run `act(provider)` with the publisher at the other end.
    """

    async def run():
        async with httpx.AsyncClient(transport=httpx.MockTransport(publisher)) as client:
            url, named = "https://id.example/keys", {"issuer": ISSUER, "audience": AUDIENCE}
            return await act(Provider(client, url, **named, clock=clock, rising=clock))

    return asyncio.run(run())


def identified(publisher, clock, *tokens):
    """
    Who has these tokens, asked one after the other.
    """

    async def act(provider):
        return [await provider.identity(each) for each in tokens]

    return with_provider(publisher, clock, act)
