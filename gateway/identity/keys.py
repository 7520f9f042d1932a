"""
API keys: a file of hashes, read again when it changes, so that keys come and go without a restart.

A key is `sst_<id>_<secret>`. Its secret has 256 random bits: a plain hash of it cannot be guessed back, which a
password's could.
"""

import fcntl
import hmac
import logging
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import msgspec

from inventory_stream.web import Unauthenticated
from inventory_stream.web.identity import Identity, Role

PREFIX = "sst_"
LOOK_S = 1.0
_FORM = re.compile(r"sst_([0-9a-f]{12})_([0-9A-Za-z_-]{43})")
_logger = logging.getLogger(__name__)


class ApiKey(msgspec.Struct, frozen=True, omit_defaults=True):
    """
    What is kept of a key. hash: SHA-256 of its secret, hex. Times are UTC; a key without `expires_at` does not expire.
    """

    id: str
    name: str
    roles: tuple[Role, ...]
    hash: str
    created_at: datetime
    venues: tuple[str, ...] = ()
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def good(self, now: datetime) -> bool:
        """
        Return whether the key opens anything now.
        """
        ends = [at for at in (self.expires_at, self.revoked_at) if at is not None]
        return all(now < at for at in ends)


class KeyFile(msgspec.Struct):
    """
    The content of the file.
    """

    keys: list[ApiKey] = []


def read_file(path: Path) -> KeyFile:
    """
    Return the keys in a file; none when there is no file.

    Raises:
        ValueError: the file is no list of keys.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=KeyFile)
    except FileNotFoundError:
        return KeyFile()
    except msgspec.MsgspecError as error:
        raise ValueError(f"{path} is not a file of API keys: {error}") from error


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """
    Keep others from changing the file between reading and writing it; they wait. Its folder is made if need be.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Beside the file, which is replaced by each change: a lock on it would be one on what nobody reads any more.
    with path.with_name(path.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write_file(path: Path, file: KeyFile) -> None:
    """
    Replace the file as a whole, so that no reader sees half of it; only its owner may read it. See `locked`.
    """
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(file), indent=1) + b"\n")
    fresh.replace(path)


def new_key(
    name: str,
    roles: tuple[Role, ...],
    venues: tuple[str, ...],
    expires_at: datetime | None,
    now: datetime,
) -> tuple[str, ApiKey]:
    """
    Return a new key as its owner needs it, once, and as it is kept.
    """
    identifier, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    kept = ApiKey(identifier, name, roles, _hash(secret), now, venues, expires_at)
    return f"{PREFIX}{identifier}_{secret}", kept


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


class ApiKeys:
    """
    Finds who has a key.
    """

    def __init__(
        self,
        path: Path | None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        Args:
            path: of the file; nobody has a key when None.
            now: the time, UTC.
            clock: seconds, rising; the file is looked at once a second at most.
        """
        self._path = path
        self._now = now
        self._clock = clock
        self._keys: dict[str, ApiKey] = {}
        self._seen: tuple[int, int, int, int] | None = None
        self._looked = -LOOK_S
        self._told = ""

    def find(self, key: str) -> Identity:
        """
        Return whose key this is.

        Raises:
            Unauthenticated: nobody's, or it is no longer good.
        """
        self._look()
        match = _FORM.fullmatch(key)
        kept = self._keys.get(match[1]) if match else None
        if match is None or kept is None or not hmac.compare_digest(kept.hash, _hash(match[2])):
            raise Unauthenticated("this API key is not known")
        if not kept.good(self._now()):
            raise Unauthenticated(f"the API key {kept.id} has expired or was revoked")
        return Identity(kept.roles, f"key:{kept.id}", kept.venues)

    def _look(self) -> None:
        if self._path is None or self._clock() - self._looked < LOOK_S:
            return
        self._looked = self._clock()
        try:
            self._read(self._path)
        except FileNotFoundError:
            self._keys, self._seen = {}, None
        except (OSError, ValueError) as error:  # those known so far stay good until the file can be read
            if isinstance(error, OSError):
                self._seen = None  # the same file may be readable a second later
            if str(error) != self._told:
                _logger.error("API keys are not read again: %s", error)  # noqa: TRY400 - the reason says it all
            self._told = str(error)

    def _read(self, path: Path) -> None:
        found = path.stat()
        # With the time of changed rights, too: a file that could not be read is tried again once it can be.
        seen = (found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_size)
        if seen != self._seen:
            self._seen = seen
            self._keys = {key.id: key for key in read_file(path).keys}
            self._told = ""
