"""
Tokens of an OpenID Connect provider: signed by keys that it publishes and replaces.
"""

import asyncio
import json
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
from joserfc import jws, jwt
from joserfc.errors import (
    BadSignatureError,
    ExpiredTokenError,
    InvalidKeyCurveError,
    InvalidKeyIdError,
    JoseError,
    KeyParameterError,
)
from joserfc.jwk import JWKRegistry, Key, KeySet

from gateway.identity.problems import ProviderUnreachable
from inventory_stream.web import Unauthenticated
from inventory_stream.web.identity import ROLES, Identity

ALGORITHMS = ("RS256", "PS256", "ES256", "Ed25519")  # no shared secrets: the gateway must not be able to sign
RENEW_S = 600.0
RETRY_S = 10.0
KEEP_S = 86_400.0
TIMEOUT_S = 5.0  # for the whole answer: a provider that drips is as good as away
LARGEST = 1_000_000
_MOST_KEPT = 10_000
_ANOTHER_KEY = (BadSignatureError, InvalidKeyCurveError, KeyParameterError)  # signed it, or nobody's
_logger = logging.getLogger(__name__)


class Provider:
    """
    Checks tokens of one issuer against its published keys.

    Keys are asked for again every ten minutes, and at most once in ten seconds when a token names one that is not known, or
    names none and is signed by none that is known.
    Nobody whose key is known waits for that. While the provider is away, the keys known last stay good for a day.
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
        rising: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        Args:
            client: asks for the keys.
            jwks_url: where they are.
            issuer, audience: what tokens must name.
            leeway_s: by how much the provider's clock may differ.
            clock: seconds since 1970. rising: seconds that go on when that is set.
        """
        self._client = client
        self._jwks_url = jwks_url
        self._clock = clock
        self._rising = rising
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
        self._got = self._tried = float("-inf")
        self._away = False
        self._left_out: list[str] = []
        self._asking: asyncio.Task[None] | None = None
        self._known: dict[str, tuple[Identity, float, float]] = {}

    async def identity(self, token: str) -> Identity:
        """
        Return whose token this is.

        Raises:
            Unauthenticated: it is not good.
            ProviderUnreachable: its keys are not known, and cannot be asked for.
        """
        found = self._known.get(token)
        if found is not None and self._clock() < found[1] and self._rising() < found[2]:
            return found[0]
        claims = await self._checked(token)
        identity = _identity(claims)
        if len(self._known) >= _MOST_KEPT:
            self._known.clear()
        # A key that the provider withdraws must not live on here: look again soon.
        self._known[token] = identity, claims["exp"] + self._leeway_s, self._rising() + 60
        return identity

    async def close(self) -> None:
        """
        Ask no more.
        """
        if self._asking is not None:
            self._asking.cancel()
        await self._client.aclose()

    async def _checked(self, token: str) -> dict[str, Any]:
        keys = await self._current()
        try:
            try:
                decoded = _decoded(token, keys)
            except (InvalidKeyIdError, *_ANOTHER_KEY) as error:
                if isinstance(error, _ANOTHER_KEY) and _names_key(token):
                    raise
                decoded = _decoded(token, await self._renewed(keys))
            self._claims.validate(decoded.claims)
        except ExpiredTokenError as error:
            raise Unauthenticated(f"the token has expired; {self._time()}") from error
        except (JoseError, ValueError, TypeError) as error:
            if getattr(error, "claim", "") in ("nbf", "iat"):
                raise Unauthenticated(f"the token is not valid yet; {self._time()}") from error
            raise Unauthenticated(
                "the token is not valid: its signature, issuer, audience or times are wrong"
            ) from error
        return decoded.claims

    def _time(self) -> str:
        """What helps those whose clock differs."""
        now = datetime.fromtimestamp(self._clock(), UTC)
        return f"here it is {now:%Y-%m-%dT%H:%M:%SZ}, and clocks may differ by {self._leeway_s} s"

    async def _current(self) -> KeySet:
        age = self._rising() - self._got
        if self._keys is None or age > KEEP_S or (age > 2 * RENEW_S and not self._away):
            await self._ask()  # also after hours in which nobody came: a key may have been withdrawn since
        elif age > RENEW_S:
            self._begin()
        if self._keys is None or self._rising() - self._got > KEEP_S:
            raise ProviderUnreachable
        return self._keys

    async def _renewed(self, known: KeySet) -> KeySet:
        if self._keys is known:
            await self._ask()
        if self._keys is known and self._away:
            raise ProviderUnreachable  # it may have replaced its keys
        return self._keys or known

    async def _ask(self) -> None:
        """Wait for the keys, if somebody asks for them now; whoever leaves must not end that for the others."""
        self._begin()
        if self._asking is not None:
            await asyncio.shield(self._asking)

    def _begin(self) -> None:
        if self._asking is None and self._rising() - self._tried >= RETRY_S:
            self._tried = self._rising()
            self._asking = asyncio.get_running_loop().create_task(self._fetch())
            self._asking.add_done_callback(self._asked)

    def _asked(self, _: "asyncio.Task[None]") -> None:
        self._asking = None

    async def _fetch(self) -> None:
        asked_at = self._rising()
        try:
            async with asyncio.timeout(TIMEOUT_S):
                self._keys = self._usable(json.loads(await self._body())["keys"])
        except Exception as error:  # noqa: BLE001 - whatever it says or does, it gives no keys
            self._away = True
            _logger.warning("the keys of the identity provider could not be renewed: %r", error)
            return
        self._got, self._away = asked_at, False
        self._known.clear()

    def _usable(self, published: list[Any]) -> KeySet:
        """
        Return the keys that can be used: one of a kind that is not known here must not shut out all the others.

        Raises:
            ValueError: none can.
        """
        keys: list[Key] = []
        left_out: list[str] = []
        for each in published:
            try:
                keys.append(JWKRegistry.import_key(each))
            except Exception as error:  # noqa: BLE001 - no key, or one that is broken in any way
                left_out.append(f"{each.get('kid') if isinstance(each, dict) else None!r} ({error!r})")
        if left_out != self._left_out and keys:  # not at each renewal
            _logger.warning("keys of the identity provider that cannot be used: %s", ", ".join(left_out) or "none now")
            self._left_out = left_out
        if not keys:
            raise ValueError(f"none of {len(left_out)} keys can be used")
        return KeySet(keys)

    async def _body(self) -> bytes:
        """
        Return what the provider says.

        Raises:
            ValueError: it is not about keys.
        """
        body = b""
        async with self._client.stream("GET", self._jwks_url) as answer:
            answer.raise_for_status()
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > LARGEST:
                    raise ValueError("this is more than keys")
        return body


def _decoded(token: str, keys: KeySet) -> jwt.Token:
    return jwt.decode(token, keys, algorithms=list(ALGORITHMS))


def _names_key(token: str) -> bool:
    """Providers that have one key at a time need not name it; then nothing but the signature tells a new one."""
    return jws.extract_compact(token.encode()).headers().get("kid") is not None


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
