"""
Who asks, as the gateway tells the services: a signed statement that lives for seconds.

The gateway alone has the private key; services know the public ones (several, while one is being replaced). So a
service that is called past the gateway, or with a statement meant for another service, refuses.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

HEADER = b"seatstream-identity"
ALGORITHM = "Ed25519"
LIFETIME_S = 30
LEEWAY_S = 5  # clocks of two machines differ
_MOST_KEPT = 10_000

Role = Literal["fans", "venues", "internal", "operators"]
ROLES: tuple[Role, ...] = get_args(Role)


class Identity(msgspec.Struct, frozen=True):
    """
    Who asks. subject: a pseudonymous id, empty when anonymous. venues: ids of the venues that a venue's caller may see; `*` is all.
    """

    roles: tuple[Role, ...] = ("fans",)
    subject: str = ""
    venues: tuple[str, ...] = ()


ANONYMOUS = Identity()


class NotIdentified(Exception):
    """
    The statement is missing, not meant for this service, too old, or not the gateway's.
    """


class OutOfTime(NotIdentified):
    """
    The statement is the gateway's, but not of this time: the clocks of the two differ.
    """

    def __init__(self, age_s: float) -> None:
        """
        Args:
            age_s: of the statement by the clock here; negative when it is of the future.
        """
        super().__init__(f"{age_s:.0f} s old" if age_s > 0 else f"of {-age_s:.0f} s in the future")


class Signer:
    """
    Makes statements about identities; one that is still good for a while is given again.
    """

    def __init__(self, key: OKPKey, clock: Callable[[], float] = time.time) -> None:
        """
        Args:
            key: the private key, with its id.
            clock: seconds since 1970.
        """
        self._key = key
        self._clock = clock
        self._made: dict[tuple[Identity, str], tuple[bytes, float]] = {}  # statement, when it was made

    def statement(self, identity: Identity, service: str) -> bytes:
        """
        Return the value of the header that tells a service who asks.
        """
        now = self._clock()
        found = self._made.get((identity, service))
        # A clock that was set back made it in its future, where no service believes it.
        if found is not None and 0 <= now - found[1] < LIFETIME_S / 2:
            return found[0]
        times = {"iat": int(now), "exp": int(now) + LIFETIME_S}
        claims = {"aud": service, "sub": identity.subject, "roles": identity.roles, **times}
        claims |= {"venues": identity.venues} if identity.venues else {}
        header = {"alg": ALGORITHM, "kid": self._key.kid}
        made = jwt.encode(header, claims, self._key, algorithms=[ALGORITHM]).encode()
        if len(self._made) >= _MOST_KEPT:
            self._made.clear()
        self._made[identity, service] = made, now
        return made


class Verifier:
    """
    Checks statements for one service; one that was checked is believed until it expires.
    """

    def __init__(self, keys: KeySet, service: str, clock: Callable[[], float] = time.time) -> None:
        """
        Args:
            keys: public keys of the gateway.
            service: what statements must be meant for.
            clock: seconds since 1970.
        """
        self._keys = keys
        self._service = service
        self._clock = clock
        self._known: dict[bytes, tuple[Identity, float, float]] = {}  # who, from when and until when

    def identity(self, statement: bytes) -> Identity:
        """
        Return who asks.

        Raises:
            NotIdentified, OutOfTime: see there.
        """
        found = self._known.get(statement)
        now = self._clock()
        if found is not None and found[1] <= now < found[2]:
            return found[0]
        try:
            token = jwt.decode(statement.decode("ascii"), self._keys, algorithms=[ALGORITHM])
            claims = msgspec.convert(token.claims, _Claims)
        except (JoseError, ValueError, TypeError, msgspec.ValidationError) as error:
            raise NotIdentified(str(error)) from error
        if claims.aud != self._service:
            raise NotIdentified("the statement is meant for another service")
        begins, ends = claims.iat - LEEWAY_S, claims.exp + LEEWAY_S
        if not begins <= now < ends:
            raise OutOfTime(now - claims.iat)
        identity = Identity(claims.roles, claims.sub, claims.venues)
        if len(self._known) >= _MOST_KEPT:
            self._known.clear()
        self._known[statement] = identity, begins, ends
        return identity


class _Claims(msgspec.Struct):
    aud: str
    iat: int
    exp: int
    sub: str
    roles: tuple[Role, ...]
    venues: tuple[str, ...] = ()


def generate_key() -> OKPKey:
    """
    Return a new private key.
    """
    return OKPKey.generate_key("Ed25519", auto_kid=True)


def read_private(path: Path) -> OKPKey:
    """
    Return the private key in a file (JWK).

    Raises:
        OSError, ValueError: there is none.
    """
    try:
        key = OKPKey.import_key(msgspec.json.decode(path.read_bytes(), type=dict[str, Any]))
        key.ensure_kid()
    except (JoseError, ValueError) as error:
        raise ValueError(f"{path} holds no private key: {error}") from error
    if not key.is_private:
        raise ValueError(f"{path} holds a public key, not a private one")
    return key


def read_public(path: Path) -> KeySet:
    """
    Return the public keys in a file (JWKS).

    Raises:
        OSError, ValueError: there are none.
    """
    try:
        keys = KeySet.import_key_set(msgspec.json.decode(path.read_bytes(), type=dict[str, list[dict[str, Any]]]))  # type: ignore[arg-type]
    except (JoseError, ValueError, KeyError) as error:
        raise ValueError(f"{path} holds no set of public keys: {error}") from error
    if not keys.keys:
        raise ValueError(f"{path} holds no key")
    return keys


def write_pair(private: Path, public: Path) -> None:
    """
    Write a new pair of files for a gateway and its services; only their owner may read the private one.
    """
    key = generate_key()
    private.touch(mode=0o600)
    private.write_text(json.dumps(key.as_dict(private=True)))
    public.write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
