"""
The files that the page loads: styles, scripts, an icon. Their address names their content, so that they are kept for ever.
"""

from functools import cache
from hashlib import blake2b
from importlib.resources import files

from inventory_api.live.answers import IMMUTABLE, Kept

PATH = "/assets/inventory"
_TYPES = {".css": b"text/css; charset=utf-8", ".js": b"text/javascript; charset=utf-8", ".svg": b"image/svg+xml"}
_PASSING = b"no-cache"
_HEADERS = ((b"x-content-type-options", b"nosniff"),)


class Assets:
    """
    All files in all forms, under one version: the scripts name each other, so they change together.

    Attributes:
        version: a hash of all files.
        names: the files, in order.
    """

    def __init__(self) -> None:
        found = {file.name: file.read_bytes() for file in files(__package__).iterdir() if _suffix(file.name) in _TYPES}
        self.names = tuple(sorted(found))
        content = b"\0".join(name.encode() + b"\0" + found[name] for name in self.names)
        self.version = blake2b(content, digest_size=8).hexdigest()
        self._kept = {name: _encode(name, body, IMMUTABLE) for name, body in found.items()}
        self._passing = {name: _encode(name, body, _PASSING) for name, body in found.items()}

    @property
    def base(self) -> str:
        """Where the files of this version are."""
        return f"{PATH}/{self.version}"

    def find(self, version: str, name: str) -> Kept | None:
        """
        Return a file. While servers are replaced, a page of one asks another for its files: those of another version are
        given too, but not to be kept.
        """
        return (self._kept if version == self.version else self._passing).get(name)


@cache
def read_assets() -> Assets:
    """
    Return the files, read once.
    """
    return Assets()


def _suffix(name: str) -> str:
    return name[name.rfind(".") :]


def _encode(name: str, body: bytes, cache_control: bytes) -> Kept:
    return Kept(body, _TYPES[_suffix(name)], cache_control, headers=_HEADERS)
