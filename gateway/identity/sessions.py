"""
Sessions of fans who have not signed in: an id that only the gateway can have given, in a signed cookie.
"""

import hmac
import secrets
import time
from collections.abc import Callable
from hashlib import sha256

COOKIE = "seatstream_session"
LIFETIME_S = 30 * 86_400
SECRET_BYTES = 32


class Sessions:
    """
    Gives and recognises sessions. An id says nothing about anybody: it is random.
    """

    def __init__(self, secret: bytes, *, secure: bool, clock: Callable[[], float] = time.time) -> None:
        """
        Args:
            secret: the same in all gateways; at least `SECRET_BYTES` random bytes.
            secure: whether the cookie is for HTTPS alone.
            clock: seconds since 1970.
        """
        self._secret = secret
        self._secure = secure
        self._clock = clock

    def read(self, cookies: bytes) -> str:
        """
        Return the session in a `Cookie` header; empty when there is none that this gateway gave and that is not over.
        """
        identifier, _, rest = _value(cookies).partition(".")
        expires, _, signature = rest.partition(".")
        if not (expires.isascii() and expires.isdigit()) or not hmac.compare_digest(
            signature.encode(), self._sign(identifier, expires).encode()
        ):
            return ""
        return identifier if self._clock() < int(expires) else ""

    def issue(self) -> tuple[str, bytes]:
        """
        Return a new session and the `Set-Cookie` header that gives it to the browser.
        """
        identifier, expires = secrets.token_hex(16), str(int(self._clock()) + LIFETIME_S)
        value = f"{identifier}.{expires}.{self._sign(identifier, expires)}"
        secure = "; Secure" if self._secure else ""
        cookie = f"{COOKIE}={value}; Path=/; Max-Age={LIFETIME_S}; HttpOnly; SameSite=Lax{secure}"
        return identifier, cookie.encode()

    def _sign(self, identifier: str, expires: str) -> str:
        return hmac.new(self._secret, f"{identifier}.{expires}".encode(), sha256).hexdigest()


def session_subject(session: str) -> str:
    """
    Return as whom a fan with a session asks.
    """
    return f"session:{session}"


def _value(cookies: bytes) -> str:
    """The session as it was given: never quoted, so that quotes, which take long to read, need not be."""
    for part in cookies.split(b";"):
        name, _, value = part.partition(b"=")
        if name.strip() == COOKIE.encode():
            return value.strip().decode("latin-1")
    return ""
