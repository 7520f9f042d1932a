"""
Those who call: who they are, whether they may, and what services are told about them.
"""

import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

import httpx
from starlette.types import Scope

from gateway.headers import Headers
from gateway.identity.demo import ensure_demo_key
from gateway.identity.guard import Guard
from gateway.identity.keys import ApiKeys, read_file
from gateway.identity.provider import TIMEOUT_S, Provider
from gateway.identity.sessions import SECRET_BYTES, Sessions, session_subject
from gateway.routes import Route
from gateway.settings import GatewaySettings
from inventory_stream.web.callers import check
from inventory_stream.web.identity import HEADER, Identity, Signer, read_private

# The gateway asks services about themselves, in its own name.
MYSELF = Identity(("operators",), "gateway")
_VENUE = "{venue_id}"


class Callers:
    """
    Lets callers in, and introduces them to services.
    """

    def __init__(
        self, guard: Guard, sessions: Sessions, signer: Signer | None, provider: Provider | None = None
    ) -> None:
        """
        Args:
            signer: of statements to services; None when they know no keys of this gateway.
            provider: of identities, closed with this.
        """
        self._guard = guard
        self._sessions = sessions
        self._signer = signer
        self._provider = provider

    async def admit(self, route: Route, scope: Scope) -> tuple[Identity, bytes]:
        """
        Return who asks, and the `Set-Cookie` header of the session that a fan gets who writes without having one.

        Raises:
            Problem: they may not.
        """
        identity = await self._guard.identify(scope["headers"])
        check(route.audience, identity, _venue(route, scope["raw_path"]))
        if route.audience == "fans" and route.method == "POST" and not identity.subject:
            session, cookie = self._sessions.issue()
            return Identity(subject=session_subject(session)), cookie
        return identity, b""

    def subject(self, cookies: bytes) -> str:
        """
        Return the subject of a fan with these cookies; empty for one without a session.
        """
        session = self._sessions.read(cookies)
        return session_subject(session) if session else ""

    def introduce(self, identity: Identity, service: str) -> Headers:
        """
        Return the headers that tell a service who asks.
        """
        return [(HEADER, self._signer.statement(identity, service))] if self._signer else []

    async def close(self) -> None:
        """
        Let go of the identity provider.
        """
        if self._provider is not None:
            await self._provider.close()


def make_callers(
    settings: GatewaySettings, clock: Callable[[], float] = time.time, rising: Callable[[], float] = time.monotonic
) -> Callers:
    """
    Return what the settings say.

    Args:
        clock: seconds since 1970. rising: seconds that go on when that is set.

    Raises:
        OSError, ValueError: a file that they name cannot be used.
    """
    if settings.keys_file and settings.demo_header_file:
        ensure_demo_key(settings.keys_file, settings.demo_header_file)
    provider = None
    if settings.oidc_jwks_url:
        client = httpx.AsyncClient(timeout=TIMEOUT_S)
        provider = Provider(
            client,
            settings.oidc_jwks_url,
            issuer=settings.oidc_issuer,
            audience=settings.oidc_audience,
            clock=clock,
            rising=rising,
        )
    sessions = Sessions(_secret(settings.session_secret_file), secure=settings.secure_cookies, clock=clock)
    signer = Signer(read_private(settings.identity_key), clock) if settings.identity_key else None
    if settings.keys_file:
        read_file(settings.keys_file)  # one that is wrong from the start would refuse everybody who has a key
    keys = ApiKeys(settings.keys_file, lambda: datetime.fromtimestamp(clock(), UTC), rising)
    return Callers(Guard(keys, provider, sessions), sessions, signer, provider)


def _secret(path: Path | None) -> bytes:
    if path is None:
        return secrets.token_bytes(SECRET_BYTES)
    secret = path.read_bytes()
    if len(secret) < SECRET_BYTES:  # an empty one would let everybody sign
        raise ValueError(f"{path} holds no secret: it has fewer than {SECRET_BYTES} bytes")
    return secret


def _venue(route: Route, raw_path: bytes) -> str | None:
    """
    Return the venue that a path names, as the service will read it.
    """
    if _VENUE not in route.path:
        return None
    place = route.path.split("/").index(_VENUE)
    return unquote(raw_path.decode("ascii").split("/")[place])
