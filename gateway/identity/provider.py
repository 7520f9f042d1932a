"""
Tokens of an OpenID Connect provider: signed by keys that it publishes and replaces.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from gateway.identity.problems import ProviderUnreachable
from inventory_stream.web import Unauthenticated
from inventory_stream.web.identity import ROLES, Identity

ALGORITHMS = ("RS256", "PS256", "ES256", "Ed25519")  # no shared secrets: the gateway must not be able to sign
RENEW_S = 600.0
RETRY_S = 10.0
KEEP_S = 86_400.0
_MOST_KEPT = 10_000
_logger = logging.getLogger(__name__)


class Provider:
    """
    Checks tokens of one issuer against its published keys.

    Keys are asked for again every ten minutes, and when a token names one that is not known, at most once in ten seconds.
    While the provider is away, the keys known last stay good for a day.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        jwks_url: str,
        *,
        issuer: str,
        audience: str,
        leeway_s: int = 60,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """
        Args:
            client: asks for the keys.
            jwks_url: where they are.
            issuer, audience: what tokens must name.
            leeway_s: by how much the provider's clock may differ.
            clock: seconds since 1970.
        """
        self._client = client
        self._jwks_url = jwks_url
        self._clock = clock
        self._leeway_s = leeway_s
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: int(clock()),
            leeway=leeway_s,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        self._keys: KeySet | None = None
        self._got = 0.0
        self._tried = 0.0
        self._asking = asyncio.Lock()
        self._known: dict[str, tuple[Identity, float]] = {}

    async def identity(self, token: str) -> Identity:
        """
        Return whose token this is.

        Raises:
            Unauthenticated: it is not good.
            ProviderUnreachable: its keys are not known, and cannot be asked for.
        """
        found = self._known.get(token)
        if found is not None and self._clock() < found[1]:
            return found[0]
        claims = await self._checked(token)
        identity = _identity(claims)
        if len(self._known) >= _MOST_KEPT:
            self._known.clear()
        # A key that the provider withdraws must not live on here: look again soon.
        self._known[token] = identity, min(claims["exp"] + self._leeway_s, self._clock() + 60)
        return identity

    async def _checked(self, token: str) -> dict[str, Any]:
        keys = await self._current()
        try:
            try:
                decoded = jwt.decode(token, keys, algorithms=list(ALGORITHMS))
            except InvalidKeyIdError:
                decoded = jwt.decode(token, await self._renewed(keys), algorithms=list(ALGORITHMS))
            self._claims.validate(decoded.claims)
        except ExpiredTokenError as error:
            raise Unauthenticated("the token has expired") from error
        except (JoseError, ValueError) as error:
            raise Unauthenticated(
                "the token is not valid: its signature, issuer, audience or times are wrong"
            ) from error
        return decoded.claims

    async def _current(self) -> KeySet:
        age = self._clock() - self._got
        if self._keys is None or age > RENEW_S:
            await self._ask()
        if self._keys is None or self._clock() - self._got > KEEP_S:
            raise ProviderUnreachable
        return self._keys

    async def _renewed(self, known: KeySet) -> KeySet:
        if self._keys is known:
            await self._ask()
        return self._keys or known

    async def _ask(self) -> None:
        before = self._tried
        async with self._asking:
            if self._tried != before or self._clock() - self._tried < RETRY_S:
                return  # somebody asked while we waited, or a moment ago
            self._tried = self._clock()
            try:
                answer = await self._client.get(self._jwks_url)
                answer.raise_for_status()
                self._keys = KeySet.import_key_set(answer.json())
                self._got = self._clock()
                self._known.clear()
            except (httpx.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
                _logger.warning("the keys of the identity provider could not be renewed: %r", error)


def _identity(claims: dict[str, Any]) -> Identity:
    roles = tuple(role for role in ROLES if role in _words(claims.get("seatstream_roles")))
    return Identity(roles or ("fans",), f"user:{claims['sub']}", tuple(_words(claims.get("seatstream_venues"))))


def _words(value: Any) -> list[str]:
    """
    Providers give lists as lists or as words with spaces between.
    """
    if isinstance(value, str):
        return value.split()
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []
