"""
Finds who asks.
"""

from collections.abc import Iterable

from gateway.identity.keys import PREFIX, ApiKeys
from gateway.identity.provider import Provider
from gateway.identity.sessions import Sessions, session_subject
from inventory_stream.web import Unauthenticated
from inventory_stream.web.identity import ANONYMOUS, Identity

_SCHEME = b"bearer "


class Guard:
    """
    The door's guard. Without keys and a provider, nobody but fans comes in.
    """

    def __init__(self, keys: ApiKeys, provider: Provider | None, sessions: Sessions) -> None:
        """
        Args:
            provider: checks tokens; None when there is no identity provider.
        """
        self._keys = keys
        self._provider = provider
        self._sessions = sessions

    async def identify(self, headers: Iterable[tuple[bytes, bytes]]) -> Identity:
        """
        Return who sent a request with these headers; `ANONYMOUS` for a fan without a session.

        Raises:
            Unauthenticated: who they say they are is not true.
            ProviderUnreachable: it cannot be found out now.
        """
        credentials = cookies = b""
        for name, value in headers:
            if name == b"authorization":
                if credentials:
                    raise Unauthenticated("there are two Authorization headers")
                credentials = value
            elif name == b"cookie":
                cookies = value
        if credentials:
            return await self._known(credentials)
        session = self._sessions.read(cookies) if cookies else ""
        return Identity(subject=session_subject(session)) if session else ANONYMOUS

    async def _known(self, credentials: bytes) -> Identity:
        if credentials[: len(_SCHEME)].lower() != _SCHEME or not credentials.isascii():
            raise Unauthenticated("credentials come as `Authorization: Bearer` and a key or token")
        token = credentials[len(_SCHEME) :].strip().decode("ascii")
        if token.startswith(PREFIX):
            return self._keys.find(token)
        if self._provider is None:
            raise Unauthenticated("this is not an API key, and no identity provider is configured")
        return await self._provider.identity(token)
